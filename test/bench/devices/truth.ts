/** What was used in truth: a load that changes from minute to minute, and what a meter that is right would show of it. */

import type { Draw } from './draw.ts'

export const RATED_KW = 100
export const START = Date.UTC(2026, 2, 2, 10)
export const MINUTE = 60_000

/** One reading: what it says, and what its gateway says of it. */
export interface Reading {
  at: number
  /** Wh; whole, as registers and 64-bit integers are. */
  wh: number
  isBad?: boolean
  /** Something in the place of the value that is none. */
  instead?: unknown
  arrives?: number
}

export interface Truth {
  readings: Reading[]
  /** Wh used between two times of readings. */
  used(from: number, to: number): number
}

export function truthOf(draw: Draw): Truth {
  const count = draw.whole(4, 12)
  const first = draw.whole(1, 400) * 1_000_000
  const totals = new Map<number, number>()
  const readings: Reading[] = []
  let [at, wh] = [START + draw.whole(0, 59) * MINUTE, first]
  for (let i = 0; i < count; i++) {
    readings.push({ at, wh })
    totals.set(at, wh)
    const minutes = draw.whole(1, 10)
    at += minutes * MINUTE
    wh += draw.isTrue(0.2) ? 0 : Math.round((draw.whole(1, 90) * 1000 * minutes) / 60)
  }
  return { readings, used: (from, to) => (totals.get(to) ?? NaN) - (totals.get(from) ?? NaN) }
}
