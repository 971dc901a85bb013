// Builds the faces given (default: all), inlines the entry of all but the console, and precompresses.
//   npm run build                 all four
//   npm run build -- play screen  some
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { compress } from './compress.mjs'
import { inlineFace } from './inline.mjs'

const root = join(import.meta.dirname, '..')
const all = ['play', 'online', 'screen', 'console']
const faces = process.argv.slice(2)
if (faces.length === 0) faces.push(...all)
for (const face of faces) {
  if (!all.includes(face)) throw new Error(`unknown face ${face}: one of ${all.join(', ')}`)
}

/** The same sources always give the same build id. */
function sourceHash() {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) visit(join(path, name))
      return
    }
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
  }
  for (const path of [...all, 'src', 'package-lock.json', 'vite.config.ts']) visit(join(root, path))
  return hash.digest('hex').slice(0, 12)
}

process.env.LEITAI_BUILD ||= sourceHash()
// Vite reads NODE_ENV for the mode "production"; the faces are modes of their own.
process.env.NODE_ENV = 'production'
const { build } = await import('vite')

let failed = false
for (const face of faces) {
  await build({ root, mode: face, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  const dist = join(root, 'dist', face)
  if (face !== 'console') inlineFace(dist, face)
  const sizes = compress(dist)
  const page = sizes.get('index.html')
  const kb = (n) => (n / 1024).toFixed(1)
  console.log(`${face}: index.html ${kb(page.raw)} KB, gzip ${kb(page.gz)} KB, br ${kb(page.br)} KB`)
  for (const [name, size] of sizes) {
    if (name !== 'index.html') console.log(`  ${name} gzip ${kb(size.gz)} KB`)
  }
  // The first load of a phone on a bad network. Plain HTTP gets gzip only, so gzip is the budget.
  if ((face === 'play' || face === 'online') && page.gz > 32_000) {
    console.error(`${face}: the first load is ${page.gz} bytes gzip; the budget is 32,000`)
    failed = true
  }
}
writeFileSync(join(root, 'dist', 'build.txt'), process.env.LEITAI_BUILD)
if (failed) process.exit(1)
