import { t, tOr } from '../i18n'

/** One value of an entry's detail in words. */
function value(name: string, v: unknown): string {
  if (v === null || v === undefined || v === '') return '—'
  if (typeof v === 'boolean') return t(v ? 'audit.yes' : 'audit.no')
  if (typeof v === 'object') {
    if ('from' in v && 'to' in v) return `${value(name, v.from)} → ${value(name, v.to)}`
    return JSON.stringify(v)
  }
  if (typeof v === 'number') return String(v)
  if (typeof v !== 'string') return ''
  if (name === 'role') return tOr(`role.${v}`, v)
  if (name === 'reason') return tOr(`audit.reason.${v}`, v)
  if (name === 'kind') return tOr(`audit.link.${v}`, v)
  if (name === 'command') return tOr(`cmd.${v}`, v)
  return v
}

/** What an entry of the audit log says beyond its action: "角色：裁判 → 只读". */
export function detailText(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([name]) => name !== 'bank_id' && name !== 'copy_of')
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, v]) => `${tOr(`audit.detail.${name}`, name)}：${value(name, v)}`)
    .join('；')
}
