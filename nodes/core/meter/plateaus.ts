/** Readings of one and the same value in a row: a meter at rest, or one that is stuck at garbage. */

import type { Readings } from './readings.ts'

export interface Plateau {
  first: number
  last: number
}

/** Finds the plateau around a reading; the last one found is kept, for it is asked for again and again. */
export class Plateaus {
  readonly #readings: Readings
  #found: Plateau = { first: 0, last: -1 }
  #version = -1

  constructor(readings: Readings) {
    this.#readings = readings
  }

  /** The plateau that reading `k` is of, itself alone where its neighbours differ. */
  around(k: number): Plateau {
    const { version, value } = this.#readings
    if (version === this.#version && this.#found.first <= k && k <= this.#found.last) return this.#found
    let first = k
    while (first > 0 && value[first - 1] === value[k]) first--
    this.#found = { first, last: this.lastOf(k) }
    this.#version = version
    return this.#found
  }

  /** Where that plateau ends; found without going back to where it began. */
  lastOf(k: number): number {
    const { version, value } = this.#readings
    if (version === this.#version && this.#found.first <= k && k <= this.#found.last) return this.#found.last
    let last = k
    while (last + 1 < value.length && value[last + 1] === value[k]) last++
    return last
  }
}
