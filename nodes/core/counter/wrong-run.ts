/** Several wrong readings in a row: a total that falls, counts from there, and is back all at once where it had been. */

import type { Growth } from './growth.ts'
import type { Readings } from './readings.ts'

/** So many readings in a row may be wrong, if they are not all the same. */
export const MOST_WRONG = 20
/** A total that is back is at most this much further than it was. */
const RETURN = 1.1
/** Units of a family differ by a thousand each; a total that goes on in another unit is not wrong. */
const THOUSANDS = [1e3, 1e6, 1e9]
const SAME = 1.01

export interface Run {
  first: number
  last: number
}

/** Finds runs of wrong readings; runs within a run are no runs of their own, so that none cross. */
export class WrongRuns {
  readonly #readings: Readings
  readonly #growth: Growth
  readonly #mayChangeUnit: boolean

  constructor(readings: Readings, growth: Growth, mayChangeUnit: boolean) {
    this.#readings = readings
    this.#growth = growth
    this.#mayChangeUnit = mayChangeUnit
  }

  /** The run that reading `k` is of. */
  of(k: number): Run | undefined {
    const { value } = this.#readings
    let found: Run | undefined
    let highest = -Infinity
    for (let first = k; first > 0 && first > k - MOST_WRONG; first--) {
      highest = Math.max(highest, value[first]!)
      if (highest < value[first - 1]! / 2) found = this.#runFrom(first, k) ?? found
    }
    return found
  }

  /** True where reading `k` is the last good one before a run, or the first good one after it. */
  isEdge(k: number): boolean {
    const { value } = this.#readings
    if (value[k + 1]! < value[k]! / 2 && this.of(k + 1)?.first === k + 1) return true
    return value[k - 1]! < value[k]! / 2 && this.of(k - 1)?.last === k - 1
  }

  /** The first of the readings before `index` at which a run may begin; `index` itself where there is none. */
  earliestBefore(index: number): number {
    const { value } = this.#readings
    let earliest = index
    for (let k = index - 1; k > 0 && k >= index - MOST_WRONG - 1; k--) if (value[k]! < value[k - 1]! / 2) earliest = k
    return earliest
  }

  #runFrom(first: number, k: number): Run | undefined {
    const { value } = this.#readings
    const before = value[first - 1]!
    let last = k
    while (value[last + 1]! < before / 2 && last - first + 1 < MOST_WRONG) last++
    const after = value[last + 1]
    if (after === undefined || !(after >= before && after <= RETURN * before)) return undefined
    if (last === first || this.#isLevel(first, last) || this.#isRescaled(first)) return undefined
    const grown = this.#growth.between(first - 1, last + 1)
    return this.#growth.isPossible(grown, first - 1, last + 1) ? { first, last } : undefined
  }

  #isLevel(first: number, last: number): boolean {
    const { value } = this.#readings
    for (let n = first; n < last; n++) if (value[n] !== value[n + 1]) return false
    return true
  }

  #isRescaled(first: number): boolean {
    if (!this.#mayChangeUnit) return false
    const { value } = this.#readings
    return THOUSANDS.some((factor) => {
      const growth = (value[first]! * factor) / value[first - 1]!
      return growth >= 1 && growth <= SAME
    })
  }
}
