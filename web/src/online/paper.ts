export { default } from './pages/Paper.vue'
export { prepare } from './words'
