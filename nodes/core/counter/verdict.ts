/** What is concluded about the time between two readings: energy or units made, and words for all that was not plain. */

import type { Energy } from '../records.ts'

export interface Verdict {
  /** kWh or units made; `NaN`: not known. */
  amount: number
  /** Bits of `Flag`. */
  flags: number
  /** Unit that the later reading is in; a meter may change it. */
  unit: string
}

/** One bit per word, so that thousands of verdicts stay small. */
export const Flag = {
  /** The counter passed its modulus. */
  rollover: 1,
  /** The counter began again near zero: at least what it shows was used since. */
  reset: 1 << 1,
  /** Another meter, or a step that no machine could make: the energy in between is not known. */
  swap: 1 << 2,
  /** One reading out of line: the energy around it is shared out by time. */
  glitch: 1 << 3,
  /** The meter changed its unit, kWh to Wh for example. */
  'unit-change': 1 << 4,
  /** The meter was silent: the energy is right, how it lies in time is not known. */
  interpolated: 1 << 5,
  /** Power samples stopped: the energy is not known. */
  gap: 1 << 6,
  /** Power below zero counts as none. */
  negative: 1 << 7,
  /** Two stated periods share time. */
  overlap: 1 << 8,
  uncertain: 1 << 9,
  'arrival-time': 1 << 10,
  /** Two values were told for one instant. */
  conflict: 1 << 11,
  /** The reading came after a younger one. */
  late: 1 << 12,
  /** The reading came late and fills a gap. */
  backfill: 1 << 13,
  /** Pieces that were counted were taken back. */
  correction: 1 << 14,
  /** The total is renewed seldom: its step is shared out over the time since it last moved. */
  spread: 1 << 15,
  /** Power that is never above zero: the meter seems to run backwards, and nothing is known. */
  reversed: 1 << 16,
} as const

const WORDS = Object.entries(Flag)
const ESTIMATED =
  Flag.reset |
  Flag.glitch |
  Flag['unit-change'] |
  Flag.interpolated |
  Flag.negative |
  Flag.overlap |
  Flag.uncertain |
  Flag.spread

export const flagWords = (flags: number): string[] => WORDS.filter(([, bit]) => flags & bit).map(([word]) => word)

export function qualityOf({ amount, flags }: Pick<Verdict, 'amount' | 'flags'>): Energy['quality'] {
  if (Number.isNaN(amount)) return 'missing'
  return flags & ESTIMATED ? 'estimated' : 'measured'
}
