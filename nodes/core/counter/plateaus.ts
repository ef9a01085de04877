/** Readings of one and the same value in a row: a meter at rest, or one that is stuck at garbage. */

import type { Readings } from './readings.ts'

/** Finds the plateau that a reading is of; the last one found is kept, for a long one is asked for again and again. */
export class Plateaus {
  readonly #readings: Readings
  #first = 0
  #last = -1
  #version = -1

  constructor(readings: Readings) {
    this.#readings = readings
  }

  /** Where the plateau of reading `k` begins: at `k` itself where the reading before differs. */
  firstOf(k: number): number {
    const { value } = this.#readings
    if (value[k - 1] !== value[k]) return k
    if (!this.#isFound(k)) this.#find(k)
    return this.#first
  }

  /** Where it ends; found without going back to where it began. */
  lastOf(k: number): number {
    const { value } = this.#readings
    if (value[k + 1] !== value[k]) return k
    if (this.#isFound(k)) return this.#last
    let last = k
    while (value[last + 1] === value[k]) last++
    return last
  }

  #isFound(k: number): boolean {
    return this.#version === this.#readings.version && this.#first <= k && k <= this.#last
  }

  #find(k: number): void {
    const { value, version } = this.#readings
    const last = this.lastOf(k)
    let first = k
    while (value[first - 1] === value[k]) first--
    this.#first = first
    this.#last = last
    this.#version = version
  }
}
