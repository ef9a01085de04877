/** How often a meter speaks, and when its silence is a gap. */

import type { Readings } from './readings.ts'

/** Neighbouring intervals on each side that tell the usual spacing. */
export const NEIGHBOURS = 4
/** A silence of this many usual spacings is a gap where the plant model states no limit. */
const USUAL_SPACINGS = 3
/** Below a minute nothing is called a gap unless the plant model says so. */
export const LEAST_GAP_MS = 60_000

/**
 * True where the interval that ends at reading `k` is longer than the stated limit, or without one than three usual
 * spacings: the median of the neighbouring intervals, the same whatever the order of arrival.
 */
export function isGap({ at }: Readings, k: number, maxGapMs: number | undefined): boolean {
  const length = at[k]! - at[k - 1]!
  if (maxGapMs !== undefined) return length > maxGapMs
  if (length <= LEAST_GAP_MS) return false
  const others: number[] = []
  for (let j = Math.max(1, k - NEIGHBOURS); j <= k + NEIGHBOURS && j < at.length; j++)
    if (j !== k) others.push(at[j]! - at[j - 1]!)
  if (others.length === 0) return false
  others.sort((a, b) => a - b)
  return length > USUAL_SPACINGS * others[others.length >> 1]!
}
