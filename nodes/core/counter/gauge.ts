/** What is known of a running total beforehand: what its unit is worth, where it rolls over, how fast it can rise. */

import type { Fuel } from '../plant/fuel.ts'

/** A machine may draw more than its rated power for a while, and a line may make more than its ideal rate. */
export const RATED_MARGIN = 1.5

export interface Gauge {
  /** As the plant model declares it; empty for pieces. */
  unit: string
  /** kWh, or units made, in one of a unit. */
  worth(unit: string, fuel: Fuel | undefined): number
  /** In the unit of the readings. */
  rolloverAt?: number | undefined
  /** The most that can be used or made in an hour, kWh or units; `undefined` where the plant model does not say. */
  mostPerHour?: number | undefined
  /** What nothing on earth uses in an hour, whatever the model says. */
  beyondPerHour: number
  /** True for pieces: some that were counted may be taken back. */
  takesBack: boolean
  /** Units that it may change between, by a thousand each. */
  ladder: readonly string[]
}

/** What a register shows whose value is not there: all its bits, with and without a sign. */
const SENTINELS: ReadonlySet<number> = new Set([2 ** 15 - 1, 2 ** 16 - 1, 2 ** 31 - 1, 2 ** 32 - 1, 2 ** 63, 2 ** 64])

/** True where a step up to a value looks like a register without a value, not like a count. */
export const isSentinel = (value: number, before: number): boolean => SENTINELS.has(value) && before < value / 2
