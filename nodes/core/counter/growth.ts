/** How much a running total has grown between two readings, and whether it can have. */

import { MS_PER_HOUR } from '../plant/units.ts'
import { isSentinel, type Gauge } from './gauge.ts'
import type { Plateaus } from './plateaus.ts'
import type { Readings } from './readings.ts'

export class Growth {
  readonly #readings: Readings
  readonly #gauge: Gauge
  readonly #plateaus: Plateaus
  readonly #worthDeclared: number

  constructor(readings: Readings, gauge: Gauge, plateaus: Plateaus) {
    this.#readings = readings
    this.#gauge = gauge
    this.#plateaus = plateaus
    this.#worthDeclared = gauge.worth(gauge.unit, readings.declared)
  }

  /** What a total has grown by from one reading to another, in the unit of the first. */
  between(a: number, b: number): number {
    const { value, unit } = this.#readings
    return (value[b]! - value[a]!) * this.worth(unit[a]!, b)
  }

  /** True unless the plant model rules this much out between two readings. */
  isPossible(amount: number, a: number, b: number): boolean {
    const { mostPerHour, rolloverAt, unit, beyondPerHour } = this.#gauge
    const { at, value } = this.#readings
    if (rolloverAt !== undefined && amount >= (rolloverAt * this.worth(unit, b)) / 2) return false
    const hours = (at[b]! - at[a]!) / MS_PER_HOUR
    if (amount > beyondPerHour * Math.max(hours, 1)) return false
    if (mostPerHour === undefined) return !isSentinel(value[b]!, value[a]!)
    const most = (since: number): number => (mostPerHour * (at[b]! - at[since]!)) / MS_PER_HOUR
    if (amount <= most(a)) return true
    // A coarse counter stands still between two counts: what it shows may have been used since it last moved.
    return amount <= most(this.#plateaus.firstOf(a)) + this.#oneCount(a, b)
  }

  /** What one of a unit is worth, with the fuel of the interval that ends at reading `end`. */
  worth(unit: string, end: number): number {
    const fuel = this.#readings.fuel[end]
    const isDeclared = unit === this.#gauge.unit && fuel === this.#readings.declared
    return isDeclared ? this.#worthDeclared : this.#gauge.worth(unit, fuel)
  }

  /** The smallest step the counter can show, by the decimals of the two readings. */
  #oneCount(a: number, b: number): number {
    const { value, unit } = this.#readings
    // In a unit that a change was read into, one count would be a believable step of a thousand.
    if (unit[a] !== this.#gauge.unit) return 0
    const decimals = Math.max(decimalsOf(value[a]!), decimalsOf(value[b]!))
    return this.worth(unit[a]!, b) / 10 ** decimals
  }
}

function decimalsOf(value: number): number {
  let decimals = 0
  while (decimals < 6 && !Number.isInteger(Number((value * 10 ** decimals).toPrecision(12)))) decimals++
  return decimals
}
