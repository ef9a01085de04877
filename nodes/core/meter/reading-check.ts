/** Which readings a meter refuses, and why. */

import { readClock, type ClockLimits } from '../clock.ts'
import { unitRatio } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'

export interface Reading {
  /** Source time, epoch ms; `null`: none was told, the time of arrival stands in. */
  at: number | null
  value: number
  /** The unit that is told with the value; without it, that of the meter. */
  unit?: string
  /** Begin of the period that the value is the energy of. */
  from?: number
  /** Of two values for one time the higher revision counts, then the larger value. */
  revision?: number
  isUncertain?: boolean
}

/** A reading with its time, and its value in the unit of the meter. */
export type Timed = Reading & { at: number }

/** What a meter knows of time: the clock, its newest reading (0 before the first), and the oldest that it remembers. */
export interface KnownTime {
  now: number
  newest: number
  floor: number
}

/** Fills in what a reading leaves to the plant model and the clock; throws on a unit that is none of the meter's kind. */
export function completed(
  reading: Reading,
  { unit, periodMinutes, reading: kind }: PlantMeter,
  arrived: () => number,
): Timed {
  const at = reading.at ?? arrived()
  const told = reading.unit ?? unit
  const ratio = unitRatio(told, unit)
  if (ratio === undefined) throw new Error(`unit: expected one that can be told in ${unit}, got "${told}"`)
  const value = ratio === 1 ? reading.value : reading.value * ratio
  const from = reading.from ?? (kind === 'interval' && periodMinutes ? at - periodMinutes * 60_000 : undefined)
  return { ...reading, at, value, ...(from !== undefined && { from }) }
}

/** Throws with the field, what was expected and what was got, where a reading cannot be taken. */
export function checkReading(
  reading: Timed,
  spec: PlantMeter,
  { known, limits }: { known: KnownTime; limits: ClockLimits },
): void {
  if (spec.reading === 'interval') checkPeriod(reading, spec)
  else checkSample(reading, spec)
  readClock(reading.at, known, limits)
  if (reading.at >= known.floor) return
  const [oldest, got] = [known.floor, reading.at].map((ms) => new Date(ms).toISOString())
  throw new Error(`time: expected no older than the oldest reading that is kept, ${oldest}, got ${got}`)
}

function checkSample({ value, from }: Reading, { unit, reading }: PlantMeter): void {
  if (!Number.isFinite(value)) throw new Error(`value: expected a number in ${unit}, got ${value}`)
  if (from !== undefined) throw new Error(`period: expected one time for a ${reading}, got from and to`)
}

function checkPeriod({ value, from, at }: Timed, { unit }: PlantMeter): void {
  if (!(value >= 0 && value < Infinity)) throw new Error(`value: expected 0 ${unit} or more, got ${value}`)
  if (!(from! < at))
    throw new Error(`period: expected from and to, to after from, got ${from === undefined ? 'one time' : 'to first'}`)
}
