import { loadRules } from './rulebook'
import { prepare as words } from './words'

export { default } from './pages/BoardPages.vue'

export async function prepare(): Promise<void> {
  await Promise.all([words(), loadRules()])
}
