export { default } from './pages/HomePages.vue'
export { prepare } from './words'
