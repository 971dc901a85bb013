import { createApp } from 'vue'
import App from './App.vue'
import { codeInAddress, enter } from './enter'
import './style.css'
import { loadTexts } from './text'

void loadTexts().then(() => {
  void enter(codeInAddress())
  createApp(App).mount('#app')
})
