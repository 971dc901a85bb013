/** Least length the server takes. */
export const MIN_PASSWORD = 10

export type Strength = 'short' | 'weak' | 'fair' | 'good'

/** A hint, not a gate: length counts most, then variety; a repeated or counted-up row counts little. */
export function passwordStrength(password: string, username = ''): Strength {
  const chars = [...password]
  if (chars.length < MIN_PASSWORD) return 'short'
  const lower = password.toLowerCase()
  if (username !== '' && lower.includes(username.toLowerCase())) return 'weak'
  if (new Set(chars).size < 5 || /0123456|1234567|abcdef|qwerty|password/.test(lower)) return 'weak'
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((k) => k.test(password)).length
  if (chars.length >= 14 && kinds >= 2) return 'good'
  return kinds >= 3 ? 'good' : 'fair'
}
