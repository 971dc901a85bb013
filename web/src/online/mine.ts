export { default as Step } from './pages/Step.vue'
export { default as Standing } from './pages/Standing.vue'
export { prepare } from './words'
