/** Brings the verdicts around one reading up to date, as far as they hang on it. */

import type { Readings } from './readings.ts'
import type { Verdict } from './verdict.ts'

/** So many calm intervals in a row end a chain of verdicts that hang on one another. */
const CALM = 3

export interface Method {
  /** The verdict on the interval that ends at reading `k`. */
  conclude(k: number): Verdict
  isRestless(k: number): boolean
  /** The first reading whose verdict may change with reading `index`. */
  reachBack?(index: number): number
  /** The oldest readings are about to be forgotten. */
  forget?(count: number): void
}

export interface Around {
  index: number
  /** The first reading that an interval ends at. */
  first: 0 | 1
  /** A reading changes verdicts this many intervals around it; beyond only where verdicts hang on one another. */
  reach: number
  /** False for an interval before those that hang on the reading which is not to be looked at. */
  isNear?(k: number): boolean
  /** Called with the flags that were found and those found before. */
  found?(now: number, before: number): void
}

/** Gives the readings whose intervals differ from before, or end or begin at the reading. */
export function settle(readings: Readings, method: Method, around: Around): number[] {
  const { index, first, reach } = around
  const { amount, flags, unit, length } = readings
  const differing: number[] = []
  let calm = 0
  const back = method.reachBack?.(index) ?? index - 1
  for (let k = Math.max(first, Math.min(back, index - reach)); k < length; k++) {
    if (k < back && around.isNear?.(k) === false) continue
    const verdict = method.conclude(k)
    const isSame = Object.is(verdict.amount, amount[k]) && verdict.flags === flags[k] && verdict.unit === unit[k]
    if (!isSame || k === index || k === index + first) differing.push(k)
    around.found?.(verdict.flags, flags[k]!)
    amount[k] = verdict.amount
    flags[k] = verdict.flags
    unit[k] = verdict.unit
    calm = isSame && !method.isRestless(k) ? calm + 1 : 0
    if (k > index + reach && calm >= CALM) break
  }
  return differing
}
