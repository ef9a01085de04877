/**
 * The shape of a machine's power: how it cycles, what it draws idle, how evenly it is loaded.
 *
 * Method: over a rolling window of source time the 10th and 90th percentile of the samples are the low and the high
 * level; a start is a rise through 60 % of the way from low to high after a fall through 40 % of it. Levels are found
 * anew once per fifteenth of the window, so that a sample costs the same whatever its number.
 */

import type { Signal } from '../records.ts'
import { MS_PER_HOUR } from '../plant/units.ts'

export const SHAPE_WINDOW_MS = 15 * 60_000
const REFRESHES_PER_WINDOW = 15
/** With few samples levels are found anew for each of them. */
const FEW_SAMPLES = 32
const MOST_SAMPLES = 5_000
/** Starts and shares are told once this part of the window is seen. */
const LEAST_PART = 1 / 3
/** Levels closer than this share of the high one are the same level. */
const FLAT = 0.2
const RISE = 0.6
const FALL = 0.4

type Shape = Pick<Signal, 'idleKW' | 'loadFactor' | 'startsPerHour' | 'dutyCycle'>

export class PowerShape {
  readonly #windowMs: number
  #at: number[] = []
  #kW: number[] = []
  #isOn: boolean[] = []
  #head = 0
  #low = 0
  #high = 0
  #max = 0
  #starts = 0
  #onMs = 0
  #areaKWMs = 0
  #refreshed = -Infinity

  constructor(windowMs: number = SHAPE_WINDOW_MS) {
    this.#windowMs = windowMs
  }

  /** Takes the next sample in order of time. After a gap the window begins anew. */
  add(at: number, kW: number, afterGap: boolean): void {
    if (afterGap) this.#forget(this.#at.length)
    this.#at.push(at)
    this.#kW.push(kW)
    this.#isOn.push(false)
    while (this.#at[this.#head]! < at - this.#windowMs || this.#at.length - this.#head > MOST_SAMPLES) this.#leave()
    if (this.#head > MOST_SAMPLES) this.#forget(this.#head)
    const isDue = at - this.#refreshed >= this.#windowMs / REFRESHES_PER_WINDOW
    if (isDue || this.#at.length - this.#head <= FEW_SAMPLES) this.#refresh()
    else this.#enter(this.#at.length - 1)
  }

  /** What the window shows; a figure is absent while too little is seen, or where it has no meaning. */
  get shape(): Shape {
    const seenMs = this.#at.at(-1)! - this.#at[this.#head]!
    if (!(seenMs >= this.#windowMs * LEAST_PART)) return {}
    const shape: Shape = { startsPerHour: (this.#starts * MS_PER_HOUR) / seenMs }
    if (this.#max > 0) shape.loadFactor = Math.min(1, Math.max(0, this.#areaKWMs / seenMs / this.#max))
    if (!this.#isFlat) {
      shape.idleKW = this.#low
      shape.dutyCycle = Math.min(1, Math.max(0, this.#onMs / seenMs))
    }
    return shape
  }

  get #isFlat(): boolean {
    return this.#high - this.#low <= FLAT * this.#high
  }

  /** Levels, states and sums of the whole window; rounding of the running sums ends here. */
  #refresh(): void {
    this.#forget(this.#head)
    const sorted = Float64Array.from(this.#kW).sort()
    this.#low = sorted[Math.floor((sorted.length - 1) * 0.1)]!
    this.#high = sorted[Math.ceil((sorted.length - 1) * 0.9)]!
    this.#max = this.#starts = this.#onMs = this.#areaKWMs = 0
    this.#refreshed = this.#at.at(-1)!
    for (let i = 0; i < this.#at.length; i++) this.#enter(i)
  }

  #enter(i: number): void {
    const kW = this.#kW[i]!
    const way = this.#isFlat ? 0 : (kW - this.#low) / (this.#high - this.#low)
    const wasOn = i > this.#head && this.#isOn[i - 1]!
    this.#isOn[i] = wasOn ? way > FALL : way > RISE
    if (kW > this.#max) this.#max = kW
    if (i > this.#head) this.#count(i, 1)
  }

  /** Takes the oldest sample out of the sums; the highest power is found anew at the next refresh. */
  #leave(): void {
    this.#count(this.#head + 1, -1)
    this.#head++
  }

  /** Adds (1) or takes away (−1) what lies between sample `i − 1` and sample `i`. */
  #count(i: number, sign: 1 | -1): void {
    const ms = this.#at[i]! - this.#at[i - 1]!
    if (this.#isOn[i] && !this.#isOn[i - 1]) this.#starts += sign
    if (this.#isOn[i - 1]) this.#onMs += sign * ms
    this.#areaKWMs += sign * ms * ((this.#kW[i - 1]! + this.#kW[i]!) / 2)
  }

  #forget(count: number): void {
    this.#at = this.#at.slice(count)
    this.#kW = this.#kW.slice(count)
    this.#isOn = this.#isOn.slice(count)
    this.#head = 0
    if (this.#at.length === 0) this.#refreshed = -Infinity
  }
}
