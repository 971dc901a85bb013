export { default } from './pages/BoardPages.vue'
export { loadRules as prepare } from './rulebook'
