import sheet from './live.css?url'
import { loadTexts } from './text'

export { default as Live } from './Live.vue'

/** All that the game needs before it can be shown. */
export async function prepare(): Promise<void> {
  await Promise.all([loadTexts(), loadStyles()])
}

function loadStyles(): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = sheet
    link.onload = () => {
      resolve()
    }
    link.onerror = () => {
      link.remove()
      reject(new Error('no styles'))
    }
    document.head.appendChild(link)
  })
}
