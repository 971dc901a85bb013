import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Puts the entry script and its styles into the page: one request until the first paint.
 *
 * Chunks that are loaded later share code with the entry (Vue above all), and an inline script
 * cannot be imported from. So its exports go to a global that a chunk reads once, when it is loaded: an
 * exported "let" must have its final value by then.
 */
export function inlineFace(dist, face) {
  const page = join(dist, 'index.html')
  const base = `/assets/${face}/`
  const file = (url) => join(dist, 'assets', url.slice(base.length))
  // Without indents and the comments of the short script that stands in the page itself.
  let html = readFileSync(page, 'utf8').replace(/^\s*(\/\/.*)?\n?/gm, '')

  const script = html.match(/<script type="module"[^>]*\ssrc="([^"]+)"[^>]*><\/script>\s*/)
  if (!script) throw new Error(`${page}: no entry script`)
  const entry = script[1].slice(base.length)
  const code = inlineEntry(readFileSync(file(script[1]), 'utf8'), base)
  html = html.replace(script[0], '')

  html = html.replace(/<link rel="stylesheet"[^>]*\shref="([^"]+)"[^>]*>/g, (_, url) => {
    const css = readFileSync(file(url), 'utf8').replace('/*$vite$:1*/', '').trim()
    rmSync(file(url))
    return `<style>${css.replace(/<\/style/gi, '<\\/style')}</style>`
  })
  // A function, since "$&" in the code would be taken for a pattern.
  html = html.replace('</body>', () => `<script type="module">${code}</script>\n</body>`)
  if (!html.includes(code)) throw new Error(`${page}: no </body>`)
  writeFileSync(page, html)
  rmSync(file(script[1]))

  for (const name of readdirSync(join(dist, 'assets'))) {
    if (!name.endsWith('.js')) continue
    const path = join(dist, 'assets', name)
    const text = linkChunk(readFileSync(path, 'utf8'), entry)
    if (text.includes(entry)) throw new Error(`${name} still asks for the inlined ${entry}`)
    writeFileSync(path, text)
  }
}

/** Makes an entry fit for an inline script. */
export function inlineEntry(code, base) {
  code = code
    .trim()
    .replace(/\/\/# sourceMappingURL=.*$/, '')
    // An inline script resolves "./x" against the page's address.
    .replace(/\bimport\((["'`])\.\//g, `import($1${base}`)
    .replace(/\bimport\.meta\.url\b/g, 'location.href')
    .replace(/\bfrom\s*(["'])\.\//g, `from$1${base}`)
    .replace(/\bexport\s*\{([^}]*)\};?\s*$/, (_, names) => {
      const fields = names
        .split(',')
        .filter(Boolean)
        .map((pair) => {
          const [local, name = local] = pair.trim().split(/\s+as\s+/)
          return name === local ? name : `${name}:${local}`
        })
      // A function, since an exported "let" may be set after this line.
      return `globalThis.__entry=()=>({${fields.join(',')}});`
    })
  if (/\bexport\s*[{*]|\bimport\.meta\b/.test(code)) throw new Error('the entry cannot be inlined')
  return code.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')
}

/** Lets a chunk read what it imported from the entry from the global. */
export function linkChunk(code, entry) {
  const escaped = entry.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return code.replace(
    new RegExp(`\\bimport\\s*\\{([^}]*)\\}\\s*from\\s*["']\\./${escaped}["'];?`, 'g'),
    (_, names) => `const{${names.replace(/\s+as\s+/g, ':')}}=globalThis.__entry();`,
  )
}
