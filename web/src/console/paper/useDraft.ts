import { computed, ref, shallowRef, type Ref } from 'vue'
import { contestPath, http } from '../http'
import { explain } from '../say'
import { draftOf } from './draft'
import type { PaperContest, PaperDraft } from './types'

/** A draft that is stored on the server: what was typed goes there at every step, so that it can be left at any. */
export function useDraft(): {
  contest: Ref<PaperContest | null>
  draft: Ref<PaperDraft | null>
  dirty: Ref<boolean>
  busy: Ref<boolean>
  failure: Ref<string>
  take: (c: PaperContest) => void
  begin: (d: PaperDraft) => void
  store: (template: string) => Promise<boolean>
} {
  const contest = shallowRef<PaperContest | null>(null)
  const draft = ref<PaperDraft | null>(null)
  const busy = ref(false)
  const failure = ref('')
  const stored = ref('')
  const dirty = computed(() => draft.value !== null && JSON.stringify(draft.value) !== stored.value)

  function take(c: PaperContest): void {
    contest.value = c
    draft.value = draftOf(c)
    stored.value = JSON.stringify(draft.value)
  }

  /** A draft that the server does not know yet. */
  function begin(d: PaperDraft): void {
    draft.value = d
    stored.value = ''
  }

  async function store(template: string): Promise<boolean> {
    const d = draft.value
    if (!d) return false
    if (contest.value && !dirty.value) return true
    busy.value = true
    failure.value = ''
    const sent = JSON.stringify(d)
    const body = {
      title: d.title.trim(),
      organizer: d.organizer.trim(),
      settings: d.settings,
      paper: d.paper,
      units: d.units,
    }
    try {
      const got = contest.value
        ? await http<PaperContest>('PATCH', contestPath(contest.value.id, '/paper'), body)
        : await http<PaperContest>('POST', '/api/v1/paper-contests', { ...body, template })
      contest.value = got
      // What was typed meanwhile stays.
      stored.value = sent
      return true
    } catch (err) {
      failure.value = explain(err)
      return false
    } finally {
      busy.value = false
    }
  }

  return { contest, draft, dirty, busy, failure, take, begin, store }
}
