import { t } from '../i18n'

const browsers: [RegExp, string][] = [
  [/MicroMessenger\//, '微信'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** What people call the browser of a User-Agent: "Chrome · Windows". */
export function browserName(agent: string): string {
  const of = (list: [RegExp, string][]): string => list.find(([is]) => is.test(agent))?.[1] ?? ''
  return [of(browsers), of(systems)].filter((s) => s !== '').join(' · ') || t('sessions.unknown')
}
