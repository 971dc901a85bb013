/** Letters and digits that survive being read aloud are not needed here: ids are opaque. */
const alphabet = '0123456789abcdefghijklmnopqrstuv'

/**
 * A random id of 26 characters (130 bits). crypto.randomUUID is missing on plain HTTP, which is how a
 * hall's own network serves us; getRandomValues is always there.
 */
export function randomID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(26))
  let id = ''
  for (const byte of bytes) id += alphabet.charAt(byte & 31)
  return id
}
