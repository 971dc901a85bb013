import { createApp } from 'vue'
import '../play/base.css'
import App from './App.vue'
import './online.css'
import { loadTexts } from './text'

void loadTexts().then(() => {
  createApp(App).mount('#app')
})
