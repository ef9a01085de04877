/** When a value was measured: the time that its message states, wherever it stands. */

import { isAbsent, type Json } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import { shown } from '../core/shown.ts'
import { instantOf, type Zone } from './instant.ts'
import { ranked, ranksOf } from './shape.ts'

/** How far a source may send its readings out of order in the hour that a zone has twice. */
const OUT_OF_ORDER_MS = 300_000
/** A number below this is no time of a plant: `t` may be a temperature. */
const LEAST_EPOCH = 1e9

/** Names of times in the order in which they are believed. */
const NAMES = ranksOf([
  ...['sourceTimestamp', 'SourceTimestamp', 'timestamp', 'Timestamp', 'timeStamp', 'TimeStamp', 'time_stamp'],
  ...['timestamp_ms', 'ts', 'time', 'Time', 'datetime', 'dateTime', 'DateTime', 'unixtime', 'epoch', 't', 'last_seen'],
  ...['serverTimestamp', 'ServerTimestamp'],
])

export interface Timed {
  at: number | null
  from?: number
  /** Why the time cannot be used. */
  fault?: string
}

export interface TimeRules {
  /** The zone of times that state none; without one they are refused. */
  zone: Zone | undefined
  /** The last time of this source, which tells the two passes of a repeated hour apart. */
  last: number | undefined
}

/** The time or period in the objects around a value, from the inside out, then that of the message. */
export function timeAround(around: readonly Json[], msg: Json, rules: TimeRules): Timed {
  for (const fields of around) {
    const period = periodIn(fields, rules)
    if (period) return period
  }
  for (const fields of around) {
    const names = ranked(fields, NAMES).filter((key) => isTime(fields[key], key))
    if (names.length > 0) return firstOf(names, fields, rules)
  }
  for (const name of ['sourceTimestamp', 'serverTimestamp'])
    if (!isAbsent(msg[name])) return timed(msg[name], name, rules)
  return { at: null }
}

/** The first that can be read: a device may tell the time of day beside the instant. Else what is wrong with the first. */
function firstOf(names: readonly string[], fields: Json, rules: TimeRules): Timed {
  let believed: Timed | undefined
  for (const name of names) {
    const time = timed(fields[name], name, rules)
    if (time.at !== null) return time
    believed ??= time
  }
  return believed!
}

/** The instant of a stated time, or why it is none. */
export function timed(given: unknown, field: string, { zone, last }: TimeRules): Timed {
  const found = instantOf(given)
  if (found && 'at' in found) return { at: found.at }
  if (found && zone) {
    const instants = zone(found.local)
    const late = instants.find((at) => last === undefined || at >= last - OUT_OF_ORDER_MS)
    return { at: late ?? instants.at(-1)! }
  }
  const why = found ? 'a time with Z or an offset, or a "timeZone" in the plant model' : 'epoch s or ms, or ISO 8601'
  return { at: null, fault: `${field}: expected ${why}, got ${shown(given)}` }
}

const isTime = (given: unknown, name: string): boolean =>
  !(name === 't' && typeof given === 'number' && given < LEAST_EPOCH)

function periodIn(fields: Json, rules: TimeRules): Timed | undefined {
  const [begin, end] = [fields['from'] ?? fields['start'], fields['to'] ?? fields['end']]
  if (isAbsent(begin) || isAbsent(end)) return undefined
  const [from, to] = [timed(begin, 'from', rules).at, timed(end, 'to', rules).at]
  const got = `${shown(begin)} and ${shown(end)}`
  if (from === null || to === null || !(from < to))
    return { at: null, fault: `period: expected from and to (epoch or ISO 8601 with Z), to after from, got ${got}` }
  if (to - from > LIMITS.periodMs)
    return { at: null, fault: `period: expected at most ${LIMITS.periodMs / 86_400_000} days, got ${got}` }
  return { at: to, from }
}
