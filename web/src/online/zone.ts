import { partsOf } from './when'
import { w } from './words'

/** What to add to a time for people whose phone is in another zone; "" for all others. */
export function zoneNote(zone: string, now: number): string {
  if (partsOf(now, zone).join() === partsOf(now).join()) return ''
  return `(${zone === 'Asia/Shanghai' ? w('zone.beijing') : zone})`
}
