import { onBeforeUnmount, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { turn } from './paging'

/** After a turn by hand the pages stay for this long before they go on by themselves. */
const HANDS_ON = 20_000

type Turner = (by: number) => void
const turners: Turner[] = []

/** The up and down keys: turns the pages of what is shown last. Whether there was anything to turn. */
export function turnPage(by: number): boolean {
  const top = turners[turners.length - 1]
  top?.(by)
  return top !== undefined
}

/** Pages that turn by themselves every `every` ms while there is more than one. */
export function usePager(count: () => number, every: number, onTurn?: (page: number) => void): Ref<number> {
  const page = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined

  function go(by: number): void {
    page.value = turn(page.value, by, count())
    onTurn?.(page.value)
  }
  function wait(ms: number): void {
    clearTimeout(timer)
    if (count() <= 1) return
    timer = setTimeout(() => {
      go(1)
      wait(every)
    }, ms)
  }
  const byHand: Turner = (by) => {
    go(by)
    wait(HANDS_ON)
  }
  turners.push(byHand)
  watch(
    count,
    () => {
      page.value = 0
      wait(every)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => {
    clearTimeout(timer)
    turners.splice(turners.indexOf(byHand), 1)
  })
  return page
}
