import { createApp } from 'vue'
import { createI18n } from '../core/i18n'
import zh from '../locales/zh-CN/screen'
import App from './App.vue'
import { screenLocale } from './logic/language'
import { useCatalogue } from './logic/text'
import './screen.css'

const english = async () => (await import('../locales/en/screen')).default
void createI18n(zh, english, screenLocale(location.search)).then(({ t }) => {
  useCatalogue(t)
  document.title = t('app.title')
  createApp(App).mount('#app')
})
