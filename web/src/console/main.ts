import { createApp } from 'vue'
import { loadTexts, t } from './i18n'
import './ui'
import './styles/console.css'
import App from './App.vue'
import { makeRouter } from './router'
import { followColorScheme } from './scheme'

async function start(): Promise<void> {
  followColorScheme()
  await loadTexts()
  document.title = t('app.title')
  createApp(App).use(makeRouter()).mount('#app')
}

void start()
