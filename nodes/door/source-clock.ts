/** Whether the clock of a source runs: one that stands still, or is hours behind, would put energy where it was not used. */

import type { Sample } from './sample.ts'

/** So many different values at one time, and the clock stands. */
const STANDS_AFTER = 3
/** A clock is behind when so many readings in a row were late by the same, give or take, and by no less than this. */
const BEHIND = { readings: 10, leastMs: 3_600_000, driftMs: 60_000 } as const

export class SourceClock {
  #at: number | null = null
  readonly #valuesAtOnce = new Set<Sample['value']>()
  #lagMs = 0
  #alike = 0

  /** Takes a sample as it arrives; where the clock stands still its time is let go, and that of arrival counts. */
  take(sample: Sample, now: number): Sample {
    const { at, value, from, revision } = sample
    // A revision corrects the value of its instant, and a period is no instant.
    if (at === null || value === null || from !== undefined || revision !== undefined) return sample
    if (at !== this.#at) this.#valuesAtOnce.clear()
    if (!this.stands) this.#valuesAtOnce.add(value)
    this.#noteLag(now - at)
    this.#at = at
    return this.stands ? { ...sample, at: null } : sample
  }

  get stands(): boolean {
    return this.#valuesAtOnce.size >= STANDS_AFTER
  }

  /** How far it is behind, hours; 0 where it is not, or where an old recording is played. */
  get hoursBehind(): number {
    return this.#alike >= BEHIND.readings && this.#lagMs >= BEHIND.leastMs ? this.#lagMs / 3_600_000 : 0
  }

  #noteLag(lagMs: number): void {
    this.#alike = Math.abs(lagMs - this.#lagMs) <= BEHIND.driftMs ? this.#alike + 1 : 0
    if (this.#alike === 0) this.#lagMs = lagMs
  }
}
