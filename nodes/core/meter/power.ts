/** Energy from power samples, and energy of stated periods. */

import { RATED_MARGIN } from '../counter/gauge.ts'
import { kWhPerUnit, kWPerUnit, type Fuel } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import type { Readings } from '../counter/readings.ts'
import type { Method } from '../counter/settle.ts'
import { gapRuleOf, isGap, type GapRule } from './spacing.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { Flag, type Verdict } from '../counter/verdict.ts'

/**
 * Trapezoids between samples; of power that is sent on change, steps. A gap and a sample above what the machine can draw
 * leave the energy unknown, and so does power that is never above zero: the meter seems to run backwards.
 */
export class PowerIntegral implements Method {
  readonly #readings: Readings
  readonly #spec: PlantMeter
  readonly #kWPerDeclared: number
  readonly #mostKW: number
  readonly #gapRule: GapRule
  /** Index of a sample above zero, as far as one was found; samples above zero that are forgotten still count. */
  #drawing = 0
  #hasDrawn = false
  #wasReversed = true
  #isTurning = false

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#spec = spec
    this.#kWPerDeclared = this.#kWPer(readings.declared)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
    this.#gapRule = gapRuleOf(spec)
  }

  /** True where a value holds until the next one. */
  get isStep(): boolean {
    return this.#spec.sampling === 'on-change'
  }

  /** Power at reading `k`, kW, never below 0; of a flow, with the fuel of the interval that ends at reading `end`. */
  kW(k: number, end = k): number {
    const { value, fuel, declared } = this.#readings
    const perUnit = fuel[end] === declared ? this.#kWPerDeclared : this.#kWPer(fuel[end])
    return Math.max(0, value[k]! * perUnit)
  }

  /** The highest power in the interval that ends at reading `k`. */
  maxKW(k: number): number {
    return this.isStep ? this.kW(k - 1, k) : Math.max(this.kW(k - 1, k), this.kW(k))
  }

  /** The interval that ends at reading `k`, 1 or more. */
  conclude(k: number): Verdict {
    const { at } = this.#readings
    const first = this.kW(k - 1, k)
    const last = this.isStep ? first : this.kW(k)
    let flags = 0
    if (this.#isBelowZero(k - 1) || (!this.isStep && this.#isBelowZero(k)))
      flags |= this.#isReversed() ? Flag.reversed : Flag.negative
    if (this.maxKW(k) > this.#mostKW) flags |= Flag.glitch
    if (isGap(this.#readings, k, this.#gapRule)) flags |= Flag.gap
    const isKnown = (flags & (Flag.glitch | Flag.gap | Flag.reversed)) === 0
    const kWh = isKnown ? ((first + last) / 2) * ((at[k]! - at[k - 1]!) / MS_PER_HOUR) : NaN
    return { amount: kWh, flags, unit: this.#spec.unit }
  }

  isRestless(): boolean {
    return this.#isTurning
  }

  /** The first power above zero, or the last that is taken back, changes what is known of all power below zero. */
  reachBack(index: number): number {
    const isReversed = this.#isReversed()
    this.#isTurning = isReversed !== this.#wasReversed
    this.#wasReversed = isReversed
    return this.#isTurning ? 0 : index - 1
  }

  /** The oldest readings are about to be forgotten. */
  forget(count: number): void {
    this.#hasDrawn ||= this.#readings.value.slice(0, count).some((v) => this.#isDrawing(v))
  }

  #isBelowZero(k: number): boolean {
    return this.#readings.value[k]! * this.#kWPerDeclared < 0
  }

  #isReversed(): boolean {
    if (this.#spec.direction === 'export' || this.#hasDrawn) return false
    const { value } = this.#readings
    if (!this.#isDrawing(value[this.#drawing])) this.#drawing = value.findIndex((v) => this.#isDrawing(v))
    return this.#drawing < 0
  }

  #isDrawing(value: number | undefined): boolean {
    return value !== undefined && value * this.#kWPerDeclared > 0
  }

  #kWPer(fuel: Fuel | undefined): number {
    return (this.#spec.scale ?? 1) * kWPerUnit(this.#spec.unit, fuel)
  }
}

/** The energy as it is stated for each period. */
export class StatedEnergy implements Method {
  readonly #readings: Readings
  readonly #unit: string
  readonly #scale: number
  readonly #mostKW: number

  constructor(readings: Readings, spec: PlantMeter) {
    this.#readings = readings
    this.#unit = spec.unit
    this.#scale = spec.scale ?? 1
    kWhPerUnit(spec.unit, readings.declared)
    this.#mostKW = (spec.ratedKW ?? Infinity) * RATED_MARGIN
  }

  /** The period that ends at reading `k`, 0 or more. */
  conclude(k: number): Verdict {
    const { at, from, value, fuel } = this.#readings
    const stated = value[k]! * this.#scale * kWhPerUnit(this.#unit, fuel[k])
    const isPossible = stated <= (this.#mostKW * (at[k]! - from[k]!)) / MS_PER_HOUR
    let flags: number = isPossible ? 0 : Flag.glitch
    if (from[k]! < (at[k - 1] ?? -Infinity) || (from[k + 1] ?? Infinity) < at[k]!) flags |= Flag.overlap
    return { amount: isPossible ? stated : NaN, flags, unit: this.#unit }
  }

  isRestless(): boolean {
    return false
  }
}
