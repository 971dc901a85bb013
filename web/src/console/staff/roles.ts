import { t } from '../i18n'
import type { StaffRole } from '../types'

export const staffRoles: StaffRole[] = ['organizer', 'judge', 'viewer', 'admin']

/** The roles with what each may do, for a choice. */
export const roleOptions = (): { value: StaffRole; title: string; text: string }[] =>
  staffRoles.map((r) => ({ value: r, title: t(`role.${r}`), text: t(`role.${r}.text`) }))
