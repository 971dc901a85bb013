import { computed, ref, type ComputedRef } from 'vue'
import { timeLeft } from './game'
import { clock, state } from './live'

/** The server's time, so often that a second turns within 50 ms; what is drawn changes once a second. */
export const now = ref(clock.now())
setInterval(() => {
  now.value = clock.now()
}, 50)

/** Whole seconds until `to`, never below 0; null without one. */
export function secondsTo(to: () => number | null | undefined): ComputedRef<number | null> {
  return computed(() => {
    const at = to()
    return at == null ? null : Math.max(0, Math.ceil((at - now.value) / 1000))
  })
}

/** Whole seconds left to answer; null when there is no countdown. */
export const seconds = computed(() => {
  const left = state.value && timeLeft(state.value, now.value)
  return left === null ? null : Math.max(0, Math.ceil(left / 1000))
})

/** The countdown is over, whatever the server has said yet. */
export const timeUp = computed(() => {
  const s = state.value
  return s !== null && (s.phase !== 'open' || (!s.paused && seconds.value === 0))
})
