/** Times as devices write them. */

import { LIMITS } from '../core/limits.ts'
import { isNumeric } from './sample.ts'

/** A local time, as its parts; the millisecond may have a fraction. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  day: string
  hour: number
  minute: number
  ms: number
}

/** The instants that a local time may mean: two in the hour that a zone has twice, one otherwise. */
export type Zone = (local: LocalTime) => readonly number[]

/** Below these, a number is of seconds, milliseconds, microseconds; beyond, of nanoseconds. As such the year 5138. */
const BELOW = { seconds: 1e11, ms: 1e14, micro: 1e17 } as const
/** The last instant that a `Date` can hold. */
const MOST_MS = 8.64e15

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})([.,]\d+)?)?\s?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i

export type Instant = { at: number } | { local: LocalTime }

/**
 * The instant that a time states: a Date, epoch seconds to nanoseconds (also as text), or ISO 8601, also with a blank in
 * the middle. One that names no offset is local. `undefined` for what is no time.
 */
export function instantOf(given: unknown): Instant | undefined {
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? undefined : { at: given.getTime() }
  if (typeof given === 'bigint') return epoch(Number(given))
  if (typeof given === 'number') return epoch(given)
  if (typeof given !== 'string' || given.length > LIMITS.numberChars) return undefined
  const text = given.trim()
  return isNumeric(text) ? epoch(Number(text)) : written(text)
}

function epoch(n: number): Instant | undefined {
  if (!(n >= 0)) return undefined
  const ms = n < BELOW.seconds ? n * 1e3 : n < BELOW.ms ? n : n < BELOW.micro ? n / 1e3 : n / 1e6
  return ms <= MOST_MS ? { at: Math.round(ms) } : undefined
}

function written(text: string): Instant | undefined {
  const parts = WRITTEN.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second = '00', fraction = '', offset] = parts
  const date = `${year}-${month}-${day}`
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61
  // Date.parse moves the 30th of February into March.
  if (!inRange || !(midnight >= 0) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined
  const ms = Math.round((Number(second) + Number(`0${fraction.replace(',', '.')}`)) * 1000)
  if (offset === undefined) return { local: { day: date, hour: Number(hour), minute: Number(minute), ms } }
  return { at: midnight + (Number(hour) * 60 + Number(minute) - minutesOf(offset)) * 60_000 + ms }
}

function minutesOf(offset: string): number {
  if (/^(z|utc)$/i.test(offset)) return 0
  const [hours, minutes] = [offset.slice(1, 3), offset.slice(3).replace(':', '') || '0']
  return (offset.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
