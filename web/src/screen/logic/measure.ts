import { nextTick, onBeforeUnmount, onMounted, watch } from 'vue'
import type { Ref } from 'vue'
import type { FitStep, Measured } from './fit'

/** Above and below what stands in the box, px: .content in screen.css. */
export const PADDING = 16

/** px of one line of a stem; whole, so that a page cuts between lines and not through them. */
export function lineOf(size: number): number {
  return Math.round(size * 1.42)
}

/** Runs `fit` when the box is drawn, when what it shows changes, when it is resized and when fonts have come. */
export function useFitting(
  box: Ref<HTMLElement | null>,
  what: () => unknown,
  fit: (box: HTMLElement) => void,
): void {
  let observer: ResizeObserver | undefined
  let height = -1
  let width = -1
  function run(): void {
    const element = box.value
    if (!element) return
    height = element.clientHeight
    width = element.clientWidth
    element.classList.add('measuring')
    try {
      fit(element)
    } finally {
      element.classList.remove('measuring')
    }
  }
  onMounted(() => {
    run()
    if (typeof ResizeObserver !== 'undefined' && box.value) {
      observer = new ResizeObserver(() => {
        if (box.value && (box.value.clientHeight !== height || box.value.clientWidth !== width)) run()
      })
      observer.observe(box.value)
    }
    // A font that arrives late changes every width. Not in every browser's types, nor in every browser.
    const fonts = (document as Partial<Pick<Document, 'fonts'>>).fonts
    void fonts?.ready.then(run)
  })
  watch(what, () => nextTick(run))
  onBeforeUnmount(() => observer?.disconnect())
}

/** Sets a size on the box and reads what comes of it. */
export function applyStep(box: HTMLElement, step: FitStep): void {
  box.style.setProperty('--stem', `${step.stem}px`)
  box.style.setProperty('--stem-line', `${lineOf(step.stem)}px`)
  box.style.setProperty('--option', `${step.option}px`)
  box.dataset['columns'] = String(step.columns)
  // No class: Vue sets the classes of the box itself, and would take it away.
  box.dataset['compact'] = String(step.compact === true)
}

export function measureStep(box: HTMLElement, step: FitStep, single: number): Measured {
  applyStep(box, step)
  return {
    stem: box.querySelector<HTMLElement>('.stem')?.offsetHeight ?? 0,
    line: lineOf(step.stem),
    options: Array.from(box.querySelectorAll<HTMLElement>('.option'), (o) => o.offsetHeight),
    single: Math.ceil(step.option * single),
  }
}
