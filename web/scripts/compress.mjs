import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const text = /\.(html|js|css|svg|json|txt|webmanifest)$/

/** Smaller deflate blocks suit a page of markup, styles and scripts; which size suits best is tried. */
function smallestGzip(raw) {
  return [5, 6, 7, 8, 9]
    .map((memLevel) => gzipSync(raw, { level: 9, memLevel }))
    .reduce((a, b) => (b.length < a.length ? b : a))
}

/** Writes a .br and a .gz beside every text file; returns path → {raw, br, gz} in bytes. */
export function compress(dist) {
  const sizes = new Map()
  const visit = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) {
        visit(path)
      } else if (text.test(name)) {
        const raw = readFileSync(path)
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
        }
        const br = brotliCompressSync(raw, { params })
        const gz = smallestGzip(raw)
        writeFileSync(path + '.br', br)
        writeFileSync(path + '.gz', gz)
        sizes.set(relative(dist, path), { raw: raw.length, br: br.length, gz: gz.length })
      }
    }
  }
  visit(dist)
  return sizes
}
