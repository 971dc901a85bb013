/** Points ± for one team, always with a reason. */
export interface Adjusting {
  id: string
  name: string
  points: number
  sign: 1 | -1
}
