export { default } from './pages/After.vue'
export { prepare } from './words'
