/** What became of the readings of one meter, in numbers: nothing is dropped without being counted. */

import { flagWords } from '../counter/verdict.ts'

/** The account of one meter. Each reading that came is in one of `readings`, `duplicates`, `corrections` and `rejected`. */
export interface MeterReport {
  meter: string
  /** Times that a value is known for, those before a restart as far as they were read back. */
  readings: number
  /** Told again; said nothing new. */
  duplicates: number
  /** Told again with another value, or with better quality. */
  corrections: number
  /** By reason, without the particulars of the one reading. */
  rejected: Record<string, number>
  /** Intervals and readings by what was found about them: `rollover`, `reset`, `glitch`, `late` … */
  classes: Record<string, number>
  /** Source time of the newest reading, epoch ms, and what it said; `null` before the first. */
  newest: number | null
  last: { value: number; unit: string } | null
}

/** A sender that makes up reasons must not fill the memory. */
const MOST_REASONS = 50

export class MeterCount {
  readings = 0
  duplicates = 0
  corrections = 0
  readonly #rejected = new Map<string, number>()
  readonly #classes = new Map<string, number>()

  get rejected(): Record<string, number> {
    return Object.fromEntries(this.#rejected)
  }

  get classes(): Record<string, number> {
    return Object.fromEntries([...this.#classes].filter(([, count]) => count > 0))
  }

  /** Counts a reading that was taken in, by the effect that it had. */
  taken(effect: 'new' | 'changed' | 'same'): void {
    if (effect === 'new') this.readings++
    else if (effect === 'changed') this.corrections++
    else this.duplicates++
  }

  /** Counts a refusal under its reason. */
  refused(reason: string): void {
    const kind = kindOf(reason)
    const isKnown = this.#rejected.has(kind) || this.#rejected.size < MOST_REASONS
    add(this.#rejected, isKnown ? kind : 'other reasons', 1)
  }

  /** Counts what is now found, bits of `Flag`, in the place of what was found before. */
  found(now: number, before = 0): void {
    for (const word of flagWords(now & ~before)) add(this.#classes, word, 1)
    for (const word of flagWords(before & ~now)) add(this.#classes, word, -1)
  }
}

/** A reason without what was got and without times. */
const kindOf = (reason: string): string =>
  reason.replace(/, got .*$/s, '').replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '…')

function add(counts: Map<string, number>, key: string, change: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change)
}
