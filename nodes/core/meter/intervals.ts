/** The intervals between a meter's readings, kept up to date with each reading that comes, in whatever order. */

import { MeterCounter } from './counter.ts'
import { MeterCount } from './meter-count.ts'
import { anchorOf, energyId, energyOf } from './meter-facts.ts'
import { fuelOf } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import { SHAPE_WINDOW_MS } from './power-shape.ts'
import { PowerIntegral, StatedEnergy } from './power.ts'
import { Readings, type Entry } from '../counter/readings.ts'
import type { Energy } from '../records.ts'
import { MeterSignal } from './signal.ts'
import { LEAST_GAP_MS, NEIGHBOURS } from './spacing.ts'
import { settle, type Method } from '../counter/settle.ts'
import { Flag, flagWords } from '../counter/verdict.ts'

/** A reading changes verdicts this many intervals around it; beyond only where verdicts hang on one another. */
export const REACH = NEIGHBOURS + 1
export interface Issue {
  /** New and revised intervals in order of time. */
  energies: Energy[]
  /** The record of a meter's first reading, to be kept so that a restart can go on from it. */
  anchor?: Energy
}

export class Intervals {
  readonly readings: Readings
  readonly count = new MeterCount()
  readonly #spec: PlantMeter
  readonly #method: Method
  readonly #signal: MeterSignal
  /** The first reading that an interval ends at: a stated period stands alone, any other needs a reading before. */
  readonly #first: 0 | 1
  #firstUnit: string

  constructor(spec: PlantMeter) {
    this.#spec = spec
    this.readings = new Readings(fuelOf(spec))
    this.#firstUnit = spec.unit
    this.#first = spec.reading === 'interval' ? 0 : 1
    const power = spec.reading === 'power' ? new PowerIntegral(this.readings, spec) : undefined
    const energy = spec.reading === 'counter' ? MeterCounter : StatedEnergy
    this.#method = power ?? new energy(this.readings, spec)
    this.#signal = new MeterSignal(this.readings, power)
  }

  /** Takes a reading in and gives what follows from it; nothing for one that says nothing new. */
  take(entry: Entry): Issue {
    const { index, effect } = this.#count(entry)
    if (effect === 'same') return { energies: [] }
    const isNew = effect === 'new'
    if (this.#first === 1 && this.readings.length === 1) return { energies: [], anchor: this.#anchor(isNew) }
    const isLate = isNew && index < this.readings.length - 1
    return { energies: isLate ? this.#issueLate(index) : this.#issue(index, isNew) }
  }

  /** Goes on from readings that were issued before, whose first is in `firstUnit`, with the revisions above 0 by id. */
  restore(entries: readonly Entry[], firstUnit: string, revisions: ReadonlyMap<string, number>): void {
    this.#firstUnit = firstUnit
    for (const entry of entries) this.#count(entry)
    // Neighbouring records name a reading twice.
    this.count.duplicates = 0
    this.count.corrections = 0
    this.readings.unit[0] = firstUnit
    // No interval has a verdict yet, so that this reaches to the end.
    this.#settle(0)
    const { at, issued, length } = this.readings
    for (let k = 0; k < length; k++) {
      issued[k] = revisions.get(energyId(this.#spec.id, this.#beginOf(k) ?? at[k]!, at[k]!)) ?? 0
      if (at[k]! >= at[length - 1]! - SHAPE_WINDOW_MS) this.#signal.advance(k, this.#beginOf(k))
    }
  }

  #count(entry: Entry): ReturnType<Readings['take']> {
    const taken = this.readings.take(entry, this.#firstUnit)
    const { index, effect, marksBefore } = taken
    this.count.taken(effect)
    this.count.found(this.readings.marks[index]!, marksBefore)
    return taken
  }

  /** The records of the newest intervals as they stand. */
  recent(count: number): Energy[] {
    const { length } = this.readings
    if (this.#first === 1 && length === 1) return [anchorOf(this.#spec, this.readings)]
    const records: Energy[] = []
    for (let k = Math.max(this.#first, length - count); k < length; k++)
      records.push(energyOf(this.#spec, this.readings, k))
    return records
  }

  /** Forgets the oldest readings. */
  drop(count: number): void {
    this.#method.forget?.(count)
    this.readings.drop(count)
    this.#firstUnit = this.readings.unit[0] ?? this.#spec.unit
  }

  #anchor(isNew: boolean): Energy {
    this.readings.issued[0]!++
    if (isNew) this.#signal.advance(0, undefined)
    return anchorOf(this.#spec, this.readings)
  }

  /** A late reading cuts an interval in two: both parts withdraw the whole. */
  #issueLate(index: number): Energy[] {
    const { at, flags, issued } = this.readings
    const isCut = this.#first === 1 && index > 0
    const fillsGap = isCut && (flags[index + 1]! & (Flag.interpolated | Flag.gap)) !== 0
    const arrival = fillsGap ? Flag.late | Flag.backfill : Flag.late
    const words = flagWords(arrival)
    this.count.found(arrival)
    if (this.#first === 1) issued[index + 1] = -1
    const energies = this.#issue(index, false)
    for (const energy of energies) {
      if (energy.revision > 0) continue
      energy.flags.push(...words)
      if (isCut) energy.replaces = [energyId(this.#spec.id, at[index - 1]!, at[index + 1]!)]
    }
    return energies
  }

  /** Concludes anew around a reading and gives the records of what is new or changed. */
  #issue(index: number, isNewest: boolean): Energy[] {
    return this.#settle(index).map((k) => {
      this.readings.issued[k]!++
      const energy = energyOf(this.#spec, this.readings, k)
      const begin = this.#beginOf(k)!
      const signal = isNewest && k === index ? this.#signal.advance(k, begin) : this.#signal.of(k, begin)
      if (signal) energy.signal = signal
      return energy
    })
  }

  /** Brings the verdicts around reading `index` up to date; gives the intervals that differ or rest on that reading. */
  #settle(index: number): number[] {
    const { at } = this.readings
    const leastGapMs = LEAST_GAP_MS[this.#spec.reading]
    return settle(this.readings, this.#method, {
      index,
      first: this.#first,
      reach: REACH,
      // So far back only the gap rule can change, and that not for a short interval.
      isNear: (k) => at[k]! - at[k - 1]! > leastGapMs,
      found: (now, before) => this.count.found(now, before),
    })
  }

  /** Where the interval that ends at reading `k` begins; `undefined` for a first reading that has none. */
  #beginOf(k: number): number | undefined {
    return this.#first === 0 ? this.readings.from[k] : this.readings.at[k - 1]
  }
}
