import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { explain } from '../say'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  failure: Ref<string>
  busy: Ref<boolean>
  load: () => Promise<void>
}

/** One thing that a page shows: its data, or why there is none; `load` again keeps the old data meanwhile. */
export function useLoad<T>(get: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const failure = ref('')
  const busy = ref(false)
  let call = 0
  async function load(): Promise<void> {
    const mine = ++call
    busy.value = true
    failure.value = ''
    try {
      const got = await get()
      if (mine === call) data.value = got
    } catch (err) {
      if (mine === call) failure.value = explain(err)
    } finally {
      if (mine === call) busy.value = false
    }
  }
  return { data, failure, busy, load }
}
