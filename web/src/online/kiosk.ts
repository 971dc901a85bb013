export { default } from './pages/Kiosk.vue'
export { prepare } from './study'
