import { createRouter, createWebHistory, type Router } from 'vue-router'
import { ApiError } from '../core/api'
import { onUnauthorized } from './http'
import { t, type Key } from './i18n'
import { forget, mayEdit, me, whoAmI } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without a session. */
    open?: boolean
    /** For admins; others are shown their contests. */
    admin?: boolean
    /** For who keeps banks; others are shown theirs. */
    edit?: boolean
    title?: Key
  }
}

/** Only a path of our own may be returned to after signing in. */
export function safeReturn(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in')
    ? next
    : '/contests'
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/console'),
    routes: [
      { path: '/', redirect: '/contests' },
      {
        path: '/sign-in',
        component: () => import('./pages/SignIn.vue'),
        meta: { open: true, title: 'signin.title' },
      },
      {
        path: '/welcome',
        component: () => import('./pages/Welcome.vue'),
        meta: { open: true, title: 'welcome.title' },
      },
      {
        path: '/password',
        component: () => import('./pages/Password.vue'),
        meta: { title: 'password.title' },
      },
      {
        path: '/',
        component: () => import('./shell/Shell.vue'),
        children: [
          {
            path: 'contests',
            component: () => import('./pages/Contests.vue'),
            meta: { title: 'contests.title' },
          },
          {
            path: 'contests/new',
            component: () => import('./pages/PaperWizard.vue'),
            meta: { title: 'wizard.title', edit: true },
          },
          {
            path: 'contests/:id/setup',
            component: () => import('./pages/PaperWizard.vue'),
            props: true,
            meta: { title: 'wizard.title', edit: true },
          },
          {
            path: 'contests/:id',
            component: () => import('./pages/Contest.vue'),
            props: true,
            meta: { title: 'contest.title' },
          },
          {
            path: 'contests/:id/results',
            component: () => import('./pages/Results.vue'),
            props: true,
            meta: { title: 'results.title' },
          },
          {
            path: 'banks',
            component: () => import('./pages/Banks.vue'),
            meta: { title: 'banks.title' },
          },
          {
            path: 'banks/import/:id?',
            component: () => import('./pages/ImportBank.vue'),
            props: true,
            meta: { title: 'import.title', edit: true },
          },
          {
            path: 'banks/:id',
            component: () => import('./pages/Bank.vue'),
            props: true,
            meta: { title: 'bank.title' },
          },
          {
            path: 'banks/:id/doctor',
            component: () => import('./pages/BankDoctor.vue'),
            props: true,
            meta: { title: 'doctor.title' },
          },
          {
            path: 'units',
            component: () => import('./pages/Units.vue'),
            meta: { title: 'people.title', edit: true },
          },
          { path: 'people', redirect: '/units' },
          {
            path: 'units/import/:id?',
            component: () => import('./pages/ImportRoster.vue'),
            props: true,
            meta: { title: 'roster.title', edit: true },
          },
          {
            path: 'learning',
            component: () => import('./pages/Learning.vue'),
            meta: { title: 'learning.title', edit: true },
          },
          {
            path: 'seasons',
            component: () => import('./pages/Seasons.vue'),
            meta: { title: 'seasons.title' },
          },
          {
            path: 'account',
            component: () => import('./pages/Account.vue'),
            meta: { title: 'account.title' },
          },
          {
            path: 'staff',
            component: () => import('./pages/Staff.vue'),
            meta: { title: 'staff.title', admin: true },
          },
          {
            path: 'audit',
            component: () => import('./pages/Audit.vue'),
            meta: { title: 'audit.title', admin: true },
          },
          {
            path: ':rest(.*)*',
            component: () => import('./pages/NotFound.vue'),
            meta: { title: 'notfound.title' },
          },
        ],
      },
      {
        path: '/contests/:id/desk',
        component: () => import('./pages/Desk.vue'),
        props: true,
        meta: { title: 'desk.title' },
      },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    if (to.meta.open === true) return true
    try {
      await whoAmI()
    } catch (err) {
      if (err instanceof ApiError && err.status === 401) {
        return { path: '/sign-in', query: { next: to.fullPath } }
      }
      // The server is away: the page itself says so and offers to try again.
      return true
    }
    if (me.value?.must_change_password === true && to.path !== '/password') {
      return { path: '/password', query: { next: to.fullPath } }
    }
    if (to.matched.some((r) => r.meta.admin === true) && me.value && me.value.role !== 'admin')
      return '/contests'
    if (to.meta.edit === true && me.value && !mayEdit.value) return '/banks'
    return true
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${t(to.meta.title)} · ${t('app.title')}` : t('app.title')
  })

  onUnauthorized(() => {
    const at = router.currentRoute.value
    if (at.meta.open === true) return
    forget()
    void router.push({ path: '/sign-in', query: { next: at.fullPath, expired: '1' } })
  })
  return router
}
