/** Energy from power samples, and energy of stated periods. */

import { RATED_MARGIN } from '../counter/gauge.ts'
import { kWhPerUnit, kWPerUnit } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import type { Readings } from '../counter/readings.ts'
import { gapRuleOf, isGap, type GapRule } from './spacing.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { Flag, type Verdict } from '../counter/verdict.ts'

/** Trapezoids between samples; a gap and a sample above what the machine can draw leave the energy unknown. */
export class PowerIntegral {
  readonly #readings: Readings
  readonly #unit: string
  readonly #kWPerDeclared: number
  readonly #mostKW: number
  readonly #gapRule: GapRule

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#unit = spec.unit
    this.#kWPerDeclared = kWPerUnit(spec.unit, readings.declared)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
    this.#gapRule = gapRuleOf(spec)
  }

  /** Power at reading `k`, kW, never below 0; of a flow, with the fuel of the interval that ends at reading `end`. */
  kW(k: number, end = k): number {
    const { value, fuel, declared } = this.#readings
    const perUnit = fuel[end] === declared ? this.#kWPerDeclared : kWPerUnit(this.#unit, fuel[end])
    return Math.max(0, value[k]! * perUnit)
  }

  /** The interval that ends at reading `k`, 1 or more. */
  conclude(k: number): Verdict {
    const { at, value } = this.#readings
    const [first, last] = [this.kW(k - 1, k), this.kW(k)]
    let flags = value[k - 1]! < 0 || value[k]! < 0 ? Flag.negative : 0
    if (first > this.#mostKW || last > this.#mostKW) flags |= Flag.glitch
    if (isGap(this.#readings, k, this.#gapRule)) flags |= Flag.gap
    const isKnown = (flags & (Flag.glitch | Flag.gap)) === 0
    const kWh = isKnown ? ((first + last) / 2) * ((at[k]! - at[k - 1]!) / MS_PER_HOUR) : NaN
    return { amount: kWh, flags, unit: this.#unit }
  }

  isRestless(): boolean {
    return false
  }
}

/** The energy as it is stated for each period. */
export class StatedEnergy {
  readonly #readings: Readings
  readonly #unit: string
  readonly #mostKW: number

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#unit = spec.unit
    kWhPerUnit(spec.unit, readings.declared)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
  }

  /** The period that ends at reading `k`, 0 or more. */
  conclude(k: number): Verdict {
    const { at, from, value, fuel } = this.#readings
    const stated = value[k]! * kWhPerUnit(this.#unit, fuel[k])
    const isPossible = stated <= (this.#mostKW * (at[k]! - from[k]!)) / MS_PER_HOUR
    let flags: number = isPossible ? 0 : Flag.glitch
    if (from[k]! < (at[k - 1] ?? -Infinity) || (from[k + 1] ?? Infinity) < at[k]!) flags |= Flag.overlap
    return { amount: isPossible ? stated : NaN, flags, unit: this.#unit }
  }

  isRestless(): boolean {
    return false
  }
}
