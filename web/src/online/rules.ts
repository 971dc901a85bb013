export { default } from './pages/Rules.vue'
export { loadRules as prepare } from './rulebook'
