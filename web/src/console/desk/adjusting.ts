/** Points ± for one team or one person, always with a reason. */
export interface Adjusting {
  id: string
  name: string
  points: number
  sign: 1 | -1
  person?: boolean
}
