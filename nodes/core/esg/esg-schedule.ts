/** Which periods have closed, for an export that runs by itself. */

import type { Calendar } from '../calendar.ts'
import type { ExportPeriod } from './esg.ts'

export const SCHEDULES = ['off', 'shift', 'day'] as const
export type Schedule = (typeof SCHEDULES)[number]

interface Stretch {
  since: number
  until: number
}

/** A schedule from a dialog; nothing means `off`. */
export function readSchedule(value: unknown): Schedule {
  if (value === '' || value === undefined) return 'off'
  if (SCHEDULES.includes(value as Schedule)) return value as Schedule
  throw new Error(`schedule: expected one of ${SCHEDULES.join(', ')}, got ${JSON.stringify(value)}`)
}

/** The local days or shifts that ended in `(since, until]`, in the order of their ends. */
export function closedPeriods(calendar: Calendar, schedule: Schedule, { since, until }: Stretch): ExportPeriod[] {
  const periods: ExportPeriod[] = []
  if (schedule === 'off') return periods
  for (let at = since; at < until;) {
    const span = calendar.spanAt(at)
    const period = schedule === 'day' ? calendar.day(at) : span.shift
    at = schedule === 'day' ? calendar.day(at).to : span.to
    if (!period || period.to <= since || period.to > until || periods.at(-1)?.from === period.from) continue
    periods.push({ from: period.from, to: period.to })
  }
  return periods
}
