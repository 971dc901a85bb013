import { createApp } from 'vue'
import App from './App.vue'
import { codeInAddress, enter } from './enter'
import './base.css'
import './join.css'
import { loadTexts } from './text'

void loadTexts().then(() => {
  void enter(codeInAddress())
  createApp(App).mount('#app')
})
