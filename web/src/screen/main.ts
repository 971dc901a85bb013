import { createApp } from 'vue'
import { createI18n } from '../core/i18n'
import zh from '../locales/zh-CN/screen'
import App from './App.vue'
import { useCatalogue } from './logic/text'
import './screen.css'

void createI18n(zh, async () => (await import('../locales/en/screen')).default).then(({ t }) => {
  useCatalogue(t)
  document.title = t('app.title')
  createApp(App).mount('#app')
})
