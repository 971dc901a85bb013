import type { Room } from './enter'

const place = globalThis as { early?: Promise<Response> }

/**
 * The room that the script at the top of index.html asked for: on a slow line it is here when the page is. Null when none
 * was asked for, or when it did not come: then it is worth asking again.
 */
export async function earlyRoom(code: string): Promise<Room | null> {
  const { early } = place
  delete place.early
  try {
    const late = new Promise<undefined>((done) => setTimeout(done, 5_000))
    const room = (await (await Promise.race([early, late]))?.json()) as Room | undefined
    return room?.code === code ? room : null
  } catch {
    return null
  }
}
