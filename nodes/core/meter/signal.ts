/** What the power says beside its energy: mean and highest of an interval, and the shape of the last quarter of an hour. */

import type { PowerIntegral } from './power.ts'
import { PowerShape, SHAPE_WINDOW_MS } from './power-shape.ts'
import type { Readings } from '../counter/readings.ts'
import type { Signal } from '../records.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { Flag } from '../counter/verdict.ts'

/**
 * The signal of one meter. With power samples: mean and highest of the interval, and the rolling shape. Else the mean of
 * the interval, and the highest mean of the rolling window. A late interval has no rolling figures: they are evidence
 * for the moment, not part of the account, and are not restated.
 */
export class MeterSignal {
  readonly #readings: Readings
  readonly #power: PowerIntegral | undefined
  readonly #shape = new PowerShape()
  readonly #highest = new RollingMax()

  constructor(readings: Readings, power: PowerIntegral | undefined) {
    this.#readings = readings
    this.#power = power
  }

  /** Takes the newest reading into the rolling window; `begin` is where its interval begins, absent for the first reading. */
  advance(k: number, begin: number | undefined): Signal | undefined {
    const { at, flags } = this.#readings
    if (this.#power && !this.#power.isStep) this.#shape.add(at[k]!, this.#power.kW(k), (flags[k]! & Flag.gap) !== 0)
    const signal = begin === undefined ? undefined : this.of(k, begin)
    if (!signal) return undefined
    // The shape is one of samples, which values that are sent on change are not.
    if (this.#power?.isStep) return signal
    if (this.#power) return { ...signal, ...this.#shape.shape }
    return { ...signal, maxKW: this.#highest.add(at[k]!, signal.meanKW) }
  }

  /** Mean and highest power of the interval that ends at reading `k`; `undefined` where its energy is not known. */
  of(k: number, begin: number): Signal | undefined {
    const { at, amount } = this.#readings
    if (Number.isNaN(amount[k]!)) return undefined
    const meanKW = amount[k]! / ((at[k]! - begin) / MS_PER_HOUR)
    return { meanKW, maxKW: this.#power?.maxKW(k) ?? meanKW }
  }
}

/** The highest of the values of a rolling window, each kept only while it can still become the highest. */
class RollingMax {
  #kept: { at: number; value: number }[] = []

  /** Takes the next value in order of time and gives the highest since `at − SHAPE_WINDOW_MS`. */
  add(at: number, value: number): number {
    while (this.#kept.length > 0 && this.#kept.at(-1)!.value <= value) this.#kept.pop()
    this.#kept.push({ at, value })
    while (this.#kept[0]!.at < at - SHAPE_WINDOW_MS) this.#kept.shift()
    return this.#kept[0]!.value
  }
}
