/** Pages that turn by themselves, and by hand. */

/** The page after a turn; it goes round. */
export function turn(page: number, by: number, count: number): number {
  return count <= 1 ? 0 : (((page + by) % count) + count) % count
}

/** Rows of the race on one page: all up to 16 teams, else even pages of 10 to 16. */
export function rowsPerPage(teams: number): number {
  if (teams <= 16) return Math.max(1, teams)
  const pages = Math.ceil(teams / 14)
  return Math.max(10, Math.ceil(teams / pages))
}

export function pageCount(total: number, size: number): number {
  return Math.max(1, Math.ceil(total / Math.max(1, size)))
}

export function slicePage<T>(items: readonly T[], page: number, size: number): T[] {
  return items.slice(page * size, (page + 1) * size)
}
