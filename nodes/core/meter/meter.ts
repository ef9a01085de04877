/**
 * From readings to intervals of energy: one meter.
 *
 * A counter and a power meter have an interval between each two neighbouring readings in source time. What is concluded
 * about it follows from the readings around it alone, so the same readings in any order end in the same intervals: one
 * that comes late cuts an interval in two, one that shows an earlier verdict to be wrong revises it.
 */

import { arrivalTime, isSoundClock, type ClockLimits } from '../clock.ts'
import { LIMITS } from '../limits.ts'
import { Intervals, REACH, type Issue } from './intervals.ts'
import type { MeterReport } from './meter-count.ts'
import { entriesOf, FIRST_READING } from './meter-facts.ts'
import type { PlantMeter } from '../plant/plant.ts'
import { checkReading, completed, type Reading, type Timed } from './reading-check.ts'
import type { Entry } from '../counter/readings.ts'
import type { Energy } from '../records.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { Flag } from '../counter/verdict.ts'

export type { Reading } from './reading-check.ts'

export interface MeterOptions {
  /** A source time further ahead of the clock is rejected; default 300 s. */
  maxSkewSeconds?: number
  /** A source time further behind the newest reading is rejected; default 48 h. */
  horizonHours?: number
  /** Readings kept; what is older than the oldest kept one is rejected; default 5000. */
  maxReadings?: number
}

export interface MeterResult extends Issue {
  /** Why the reading was refused. */
  rejected?: string
}

export class Meter {
  readonly spec: PlantMeter
  readonly #intervals: Intervals
  readonly #limits: ClockLimits
  readonly #maxReadings: number
  /** What lies before is forgotten, or was not read back. */
  #floor = -Infinity

  /** Throws on a unit that is not known. */
  constructor(spec: PlantMeter, { maxSkewSeconds = 300, horizonHours = 48, maxReadings = 5_000 }: MeterOptions = {}) {
    this.spec = spec
    this.#intervals = new Intervals(spec)
    this.#limits = { maxSkewMs: maxSkewSeconds * 1000, horizonMs: horizonHours * MS_PER_HOUR }
    this.#maxReadings = Math.max(maxReadings, 8 * REACH)
  }

  /** Source time of the newest reading, or `null` before the first. */
  get newest(): number | null {
    return this.#intervals.readings.at.at(-1) ?? null
  }

  /** Source time of the oldest reading that is still taken. */
  get oldest(): number {
    return Math.max(this.#floor, (this.newest ?? -Infinity) - this.#limits.horizonMs)
  }

  /** False where our own clock is behind what the meter has told. */
  believes(now: number): boolean {
    return isSoundClock(now, (this.newest ?? 0) - this.#limits.maxSkewMs)
  }

  /** Takes a reading and gives what follows from it, or why it is refused; `now` is the wall clock, epoch ms. */
  add(reading: Reading, now: number): MeterResult {
    const known = { now, newest: this.newest ?? 0, floor: this.#floor }
    let told: Timed
    try {
      told = completed(reading, this.spec, () => arrivalTime(known, this.#limits))
      checkReading(told, this.spec, { known, limits: this.#limits })
    } catch (error) {
      return this.reject((error as Error).message)
    }
    const marks = (reading.at === null ? Flag['arrival-time'] : 0) | (reading.isUncertain ? Flag.uncertain : 0)
    const { at, value, from = at, revision = 0 } = told
    if (this.spec.reading !== 'interval' && at - (this.newest ?? at) > LIMITS.periodMs) this.#beginAnew(at)
    const result = this.#intervals.take({ at, from, value, revision, marks })
    this.#prune()
    return result
  }

  /** Nothing is concluded over a silence of more than a year: the next reading is a first one. */
  #beginAnew(at: number): void {
    this.#intervals.drop(this.#intervals.readings.length)
    this.#floor = at
  }

  /** Refuses a reading that is none, for the reason that its sender or decoder gave; counted as any other refusal. */
  reject(reason: string): MeterResult {
    this.#intervals.count.refused(reason)
    return { energies: [], rejected: reason }
  }

  /** What became of everything that came. */
  get report(): MeterReport {
    const { count, readings } = this.#intervals
    const { rejected, classes, duplicates, corrections } = count
    const [value, unit] = [readings.value.at(-1), readings.unit.at(-1)]
    const last = value === undefined || unit === undefined ? null : { value, unit }
    const { newest } = this
    return { meter: this.spec.id, readings: count.readings, duplicates, corrections, rejected, classes, newest, last }
  }

  /** Goes on from the records that it issued before a restart. Records of other meters are passed over. */
  restore(facts: Iterable<Energy>): void {
    const entries: Entry[] = []
    const revisions = new Map<string, number>()
    let first = { at: Infinity, unit: this.spec.unit }
    let knowsFirst = false
    for (const fact of facts) {
      if (fact.meter !== this.spec.id) continue
      const found = entriesOf(this.spec, fact)
      // What another declaration of the meter has covered is not covered again.
      if (found.length === 0) this.#floor = Math.max(this.#floor, fact.to)
      for (const { unit, ...entry } of found) {
        entries.push(entry)
        if (entry.at <= first.at) first = { at: entry.at, unit }
      }
      if (fact.revision > 0) revisions.set(fact.id, Math.max(fact.revision, revisions.get(fact.id) ?? 0))
      knowsFirst ||= fact.flags.includes(FIRST_READING)
    }
    const lone = this.spec.reading === 'interval' ? 0 : afterSilence(entries)
    if (lone > 0) this.#floor = Math.max(this.#floor, lone)
    const held = entries.filter((entry) => entry.at >= lone)
    if (entries.length === 0) return
    if (!knowsFirst) this.#floor = Math.max(this.#floor, first.at)
    this.#intervals.restore(held, lone > first.at ? this.spec.unit : first.unit, revisions)
    this.#prune()
  }

  /** The records of the newest intervals, enough to go on from where there is no ledger. */
  recent(count: number): Energy[] {
    return this.#intervals.recent(count)
  }

  /** Forgets what is older than the horizon, and the oldest where too many are kept; some for context stay. */
  #prune(): void {
    const { at, length } = this.#intervals.readings
    const oldest = at[length - 1]! - this.#limits.horizonMs
    let count = 0
    if (length > this.#maxReadings) count = length - Math.floor(this.#maxReadings * 0.8)
    else if (length > 8 * REACH && at[length >> 2]! < oldest) count = at.findIndex((t) => t >= oldest) - REACH - 1
    if (count <= 0) return
    this.#intervals.drop(count)
    this.#floor = Math.max(this.#floor, at[REACH]!)
  }
}

/** The first time behind the last silence of more than a year; 0 where there is none. */
function afterSilence(entries: readonly Entry[]): number {
  const times = entries.map(({ at }) => at).sort((a, b) => a - b)
  return times.findLast((at, i) => i > 0 && at - times[i - 1]! > LIMITS.periodMs) ?? 0
}
