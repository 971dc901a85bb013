/** Build of these pages; "dev" when served from source. */
declare const __BUILD__: string

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
