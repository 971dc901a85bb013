export { default } from './pages/Enter.vue'
export { prepare } from './words'
