export function inlineFace(dist: string, face: string): void
export function inlineEntry(code: string, base: string): string
export function linkChunk(code: string, entry: string): string
