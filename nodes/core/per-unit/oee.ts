/** OEE and its factors by ISO 22400-2: availability × effectiveness × quality rate. */

import type { Oee } from '../records.ts'

export interface OeeInput {
  /** Time by state, milliseconds, without off-shift time: the planned busy time. */
  plannedMs: number
  productiveMs: number
  /** Planned time whose state nobody reported. */
  unknownMs: number
  /** Σ ideal seconds per unit × units produced; `null` where a SKU or its cycle time is not known. */
  idealSeconds: number | null
  produced: number | null
  good: number | null
}

/**
 * Availability = productive / planned time, effectiveness = ideal / productive time, quality rate = good / produced.
 * A scrapped unit costs quality once; performance counts every unit made. Unknown inputs give `null`, never 1.
 */
export function oeeOf(input: OeeInput): Oee {
  const { plannedMs, productiveMs, unknownMs, idealSeconds, produced, good } = input
  const availability = plannedMs > 0 && unknownMs === 0 ? productiveMs / plannedMs : null
  const performance = idealSeconds !== null && productiveMs > 0 ? idealSeconds / (productiveMs / 1000) : null
  const quality = produced !== null && produced > 0 && good !== null ? good / produced : null
  const known = availability !== null && performance !== null && quality !== null
  return {
    availability,
    performance,
    quality,
    oee: known ? availability * performance * quality : null,
    downtimeSeconds: (plannedMs - productiveMs - unknownMs) / 1000,
  }
}
