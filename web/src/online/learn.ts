export { default } from './pages/Learn.vue'
export { prepare } from './study'
