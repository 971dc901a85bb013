import { t, tOr } from '../i18n'

/** What a detail or a setting is called where it is edited. */
const label = (name: string): string =>
  [`audit.detail.${name}`, `contest.field.${name}`, `round.field.${name}`, `pacing.${name}`]
    .map((key) => tOr(key, ''))
    .find((text) => text !== '') ?? name

/** One value of an entry's detail in words. */
function value(name: string, v: unknown): string {
  if (v === null || v === undefined || v === '') return '—'
  if (typeof v === 'boolean') return t(v ? 'audit.yes' : 'audit.no')
  if (typeof v === 'object') {
    if ('from' in v && 'to' in v) return `${value(name, v.from)} → ${value(name, v.to)}`
    if (Array.isArray(v)) return v.map((one) => value(name, one)).join(' ')
    return Object.entries(v)
      .map(([field, one]) => `${label(field)} ${value(field, one)}`)
      .join(t('audit.detail_comma'))
  }
  if (typeof v === 'number') return String(v)
  if (typeof v !== 'string') return ''
  if (name === 'role') return tOr(`role.${v}`, v)
  if (name === 'reason') return tOr(`audit.reason.${v}`, v)
  if (name === 'kind') return tOr(`audit.link.${v}`, v)
  if (name === 'command') return tOr(`kind.${v}`, v)
  return v
}

/** What an entry of the audit log says beyond its action: "角色：裁判 → 只读". */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([name]) => name !== 'bank_id' && name !== 'copy_of')
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, v]) => t('audit.detail_pair', { name: label(name), value: value(name, v) }))
    .join(t('audit.detail_and'))
}
