/** Energy from power samples, and energy of stated periods. */

import { RATED_MARGIN } from './counter.ts'
import type { PlantMeter } from '../plant.ts'
import type { Readings } from './readings.ts'
import { isGap } from './spacing.ts'
import { kWhPer, kWPer, MS_PER_HOUR } from '../units.ts'
import { Flag, type Verdict } from './verdict.ts'

/** Trapezoids between samples; a gap and a sample above what the machine can draw leave the energy unknown. */
export class PowerIntegral {
  readonly #readings: Readings
  readonly #unit: string
  readonly #perUnit: number
  readonly #mostKW: number
  readonly #maxGapMs: number | undefined

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#unit = spec.unit
    this.#perUnit = kWPer(spec.unit)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
    this.#maxGapMs = spec.maxGapSeconds === undefined ? undefined : spec.maxGapSeconds * 1000
  }

  /** Power at reading `k`, kW, never below 0. */
  kW(k: number): number {
    return Math.max(0, this.#readings.value[k]! * this.#perUnit)
  }

  /** The interval that ends at reading `k`, 1 or more. */
  conclude(k: number): Verdict {
    const { at, value } = this.#readings
    const [first, last] = [this.kW(k - 1), this.kW(k)]
    let flags = value[k - 1]! < 0 || value[k]! < 0 ? Flag.negative : 0
    if (first > this.#mostKW || last > this.#mostKW) flags |= Flag.glitch
    if (isGap(this.#readings, k, this.#maxGapMs)) flags |= Flag.gap
    const isKnown = (flags & (Flag.glitch | Flag.gap)) === 0
    const kWh = isKnown ? ((first + last) / 2) * ((at[k]! - at[k - 1]!) / MS_PER_HOUR) : NaN
    return { kWh, flags, unit: this.#unit }
  }

  isRestless(): boolean {
    return false
  }
}

/** The energy as it is stated for each period. */
export class StatedEnergy {
  readonly #readings: Readings
  readonly #unit: string
  readonly #perUnit: number
  readonly #mostKW: number

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#unit = spec.unit
    this.#perUnit = kWhPer(spec.unit)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
  }

  /** The period that ends at reading `k`, 0 or more. */
  conclude(k: number): Verdict {
    const { at, from, value } = this.#readings
    const stated = value[k]! * this.#perUnit
    const isPossible = stated <= (this.#mostKW * (at[k]! - from[k]!)) / MS_PER_HOUR
    let flags: number = isPossible ? 0 : Flag.glitch
    if (from[k]! < (at[k - 1] ?? -Infinity) || (from[k + 1] ?? Infinity) < at[k]!) flags |= Flag.overlap
    return { kWh: isPossible ? stated : NaN, flags, unit: this.#unit }
  }

  isRestless(): boolean {
    return false
  }
}
