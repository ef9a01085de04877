/** How often a meter speaks, and when its silence is a gap. */

import type { PlantMeter } from '../plant/plant.ts'
import type { Readings } from '../counter/readings.ts'

/** Neighbouring intervals on each side that tell the usual spacing. */
export const NEIGHBOURS = 4
/** A silence of this many usual spacings is a gap where the plant model states no limit. */
const USUAL_SPACINGS = 3
/**
 * What is no gap, however close the readings are, unless the plant model says so. Power that was not seen is not known:
 * three spacings count, and only below a second, the jitter of a sender, is nothing called a gap. Of a counter the energy is
 * right after any silence; within a minute its place in time is right enough for every factor and shift.
 */
export const LEAST_GAP_MS = { counter: 60_000, power: 1000, interval: Infinity } as const

export interface GapRule {
  /** As the plant model states it. */
  maxGapMs: number | undefined
  leastMs: number
}

/** A value that is sent on change holds, however long: only a keep-alive that the plant model states says otherwise. */
export const gapRuleOf = ({ maxGapSeconds, reading, sampling }: PlantMeter): GapRule => ({
  maxGapMs: maxGapSeconds === undefined ? undefined : maxGapSeconds * 1000,
  leastMs: sampling === 'on-change' ? Infinity : LEAST_GAP_MS[reading],
})

/**
 * True where the interval that ends at reading `k` is longer than the stated limit, or without one than three usual
 * spacings: the median of the neighbouring intervals, the same whatever the order of arrival.
 */
export function isGap({ at }: Readings, k: number, { maxGapMs, leastMs }: GapRule): boolean {
  const length = at[k]! - at[k - 1]!
  if (maxGapMs !== undefined) return length > maxGapMs
  if (length <= leastMs) return false
  const others: number[] = []
  for (let j = Math.max(1, k - NEIGHBOURS); j <= k + NEIGHBOURS && j < at.length; j++)
    if (j !== k) others.push(at[j]! - at[j - 1]!)
  if (others.length === 0) return false
  others.sort((a, b) => a - b)
  return length > USUAL_SPACINGS * others[others.length >> 1]!
}
