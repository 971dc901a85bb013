import { defineAsyncComponent, type Component } from 'vue'
import type { Key } from '../i18n'
import { mayAct } from '../session'
import type { PaperContest } from './types'

/** A tab of a paper contest's page. One more is one more line here; its component comes when it is opened. */
export interface PaperTab {
  key: string
  title: Key
  component: Component
  props: (c: PaperContest) => Record<string, unknown>
  /** Whether the contest has it now; always, when left out. */
  when?: (c: PaperContest) => boolean
}

const published = (c: PaperContest): boolean => c.status !== 'draft'

export const paperTabs: PaperTab[] = [
  {
    key: 'progress',
    title: 'paper.tab.progress',
    component: defineAsyncComponent(() => import('./ProgressTab.vue')),
    props: (contest) => ({ contest }),
    when: published,
  },
  {
    key: 'share',
    title: 'paper.tab.share',
    component: defineAsyncComponent(() => import('./ShareTab.vue')),
    props: (contest) => ({ contest }),
    when: published,
  },
  {
    key: 'attempts',
    title: 'paper.tab.attempts',
    component: defineAsyncComponent(() => import('./AttemptsTab.vue')),
    props: (contest) => ({ contest }),
    when: published,
  },
  {
    key: 'questions',
    title: 'paper.tab.questions',
    component: defineAsyncComponent(() => import('./QuestionsTab.vue')),
    props: (contest) => ({ contest }),
    when: published,
  },
  {
    key: 'integrity',
    title: 'integrity.tab',
    component: defineAsyncComponent(() => import('./Integrity.vue')),
    props: (contest) => ({ contestId: contest.id }),
    // Viewers see results, and nothing that speaks against somebody.
    when: (c) => published(c) && mayAct.value,
  },
  {
    key: 'settings',
    title: 'paper.tab.settings',
    component: defineAsyncComponent(() => import('./SettingsTab.vue')),
    props: (contest) => ({ contest }),
  },
  {
    key: 'ledger',
    title: 'results.ledger',
    component: defineAsyncComponent(() => import('./LedgerTab.vue')),
    props: (contest) => ({ contest }),
    when: published,
  },
]
