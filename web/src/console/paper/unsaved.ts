import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'

const key: InjectionKey<Ref<boolean>> = Symbol('unsaved')

/** Of the page: whether one of its tabs has changes that are not saved. A tab that is not shown cannot ask by itself. */
export function provideUnsaved(): Ref<boolean> {
  const unsaved = ref(false)
  provide(key, unsaved)
  return unsaved
}
/** Of a tab: where it tells the page. */
export const useUnsaved = (): Ref<boolean> => inject(key, () => ref(false), true)
