/** Shifts that run at the same time. */

import { objectsOf, type Findings, type Json } from './findings.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAY = 24 * 60
const WEEK = 7 * DAY

/** Warns of shifts that overlap; of two, the one that begins later counts. */
export function checkShifts(found: Findings, raw: Json): void {
  const shifts = objectsOf(raw, 'shifts')
  const runs = shifts.map(runsOf)
  shifts.forEach((shift, i) => {
    const j = runs.findIndex((other, n) => n < i && overlap(runs[i]!, other))
    if (j >= 0 && areValidTogether(shift, shifts[j]!))
      found.warn(
        `shifts[${i}]`,
        `overlaps shifts[${j}] (${String(shifts[j]!['name'])}): the one that begins later counts`,
      )
  })
}

type Run = readonly [from: number, to: number]

/** When a shift runs, in minutes of the week; the end may lie in the next one. */
function runsOf({ from, to, days }: Json): Run[] {
  const [start, end] = [minutesOf(from), minutesOf(to)]
  if (!Array.isArray(days) || Number.isNaN(start + end)) return []
  const length = end > start ? end - start : end - start + DAY
  return days.map((day) => DAYS.indexOf(day as string) * DAY + start).map((at) => [at, at + length] as const)
}

const minutesOf = (clock: unknown): number =>
  typeof clock === 'string' ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)) : NaN

const overlap = (a: readonly Run[], b: readonly Run[]): boolean =>
  a.some(([from, to]) =>
    b.some((other) => [-WEEK, 0, WEEK].some((shift) => from < other[1] + shift && other[0] + shift < to)),
  )

/** Days in ISO order compare as text. */
function areValidTogether(a: Json, b: Json): boolean {
  const endsBefore = (x: Json, y: Json): boolean => String(x['validTo'] ?? '9999') < String(y['validFrom'] ?? '0000')
  return !endsBefore(a, b) && !endsBefore(b, a)
}
