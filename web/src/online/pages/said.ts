/** How an answer stands, or what to do. */
export interface Said {
  text: string
  icon: 'right' | 'send' | 'net' | 'wrong' | 'clock' | null
  mood: string
}
