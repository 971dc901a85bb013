import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

type Face = 'play' | 'online' | 'screen' | 'console'
const faces: readonly string[] = ['play', 'online', 'screen', 'console'] satisfies Face[]

/** The built page is dist/<face>/index.html, not dist/<face>/<face>/index.html. */
function pageAtTheTop(): Plugin {
  return {
    name: 'leitai-page-at-the-top',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.fileName.endsWith('/index.html')) file.fileName = 'index.html'
      }
    },
  }
}

/**
 * Vite wraps import() in a helper that first loads styles and dependencies. Phones and the screen have one
 * style sheet and one entry, both in the page already, so the helper would be 2 KB for nothing.
 */
function plainImports(): Plugin {
  return {
    name: 'leitai-plain-imports',
    enforce: 'pre',
    load: {
      filter: { id: /preload-helper\.js$/ },
      handler: () => 'export const __vitePreload = (load) => load()',
    },
  }
}

// One build for each face (--mode play|online|screen|console): in a shared build, tree-shaking
// becomes the union of all faces and the phone's page grows by a third.
export default defineConfig(({ mode }) => {
  const face = faces.includes(mode) ? (mode as Face) : 'play'
  const old = face !== 'console'
  const server = process.env['LEITAI_DEV_SERVER'] ?? 'http://localhost:8080'
  return {
    root: import.meta.dirname,
    publicDir: false,
    plugins: [vue(), pageAtTheTop(), old && plainImports()],
    define: {
      __BUILD__: JSON.stringify(process.env['LEITAI_BUILD'] ?? 'dev'),
      ...(old ? { __VUE_OPTIONS_API__: 'false' } : {}),
    },
    resolve: { alias: { '@': resolve(import.meta.dirname, 'src') } },
    // Pages are served at / , /o, /screen and /console; their hashed files at /assets/<face>/.
    experimental: {
      renderBuiltUrl: (filename) => `/assets/${face}/${filename.replace(/^assets\//, '')}`,
    },
    build: {
      outDir: `dist/${face}`,
      emptyOutDir: true,
      // Chromium 78 and Safari 14 are old embedded browsers that people do carry.
      ...(old ? { target: ['chrome64', 'safari12'] } : {}),
      cssCodeSplit: !old,
      modulePreload: old ? false : { polyfill: false },
      // data: URLs would need a wider content security policy.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        input: resolve(import.meta.dirname, face, 'index.html'),
        // All that the first paint needs in one file, whatever the later ones share with it: the page is inlined.
        ...(face === 'online'
          ? { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial' as const] }] } } }
          : {}),
      },
    },
    server: {
      proxy: { '/api': { target: server }, '/ws': { target: server, ws: true } },
    },
    test: {
      environment: 'happy-dom',
      include: ['{tests,src}/**/*.test.ts'],
      maxWorkers: 1,
    },
  }
})
