/** Units made between two reports of a count, whichever order the reports come in. */

import { CounterDoctor } from '../counter/doctor.ts'
import type { Gauge } from '../counter/gauge.ts'
import { Readings } from '../counter/readings.ts'
import { settle } from '../counter/settle.ts'
import { Flag, flagWords } from '../counter/verdict.ts'
import { MOST_WRONG } from '../counter/wrong-run.ts'
import { DeltaTrack } from './deltas.ts'
import { LIMITS } from '../limits.ts'

export interface CountReport {
  at: number
  value: number
  revision: number
  /** A running total, or the units since the report before (or since `from`). */
  kind: 'total' | 'delta'
  from?: number
}

/** Units made in `[from, to)`; below 0 where pieces were taken back, `null` where they are in doubt. */
export interface CountInterval {
  from: number
  to: number
  units: number | null
  flags: string[]
}

export interface CountChange {
  removed: CountInterval[]
  added: CountInterval[]
}

/** What the plant model says of a count. */
export interface CountSpec {
  rolloverAt?: number | undefined
  /** Units in one of the count. */
  scale?: number | undefined
  /** The most that can be made in an hour; `undefined` where the plant model does not say. */
  mostPerHour?: number | undefined
}

/** A report changes verdicts this many intervals around it; beyond only where they hang on one another. */
const REACH = 2
/** Reports before those that are kept, so that the verdicts on these stay as they are. */
const CONTEXT = 2 * MOST_WRONG

/** One count of one line: running totals, which the counter doctor looks at, and deltas. */
export class CountTrack {
  readonly #totals: TotalTrack
  readonly #deltas: DeltaTrack
  readonly #void = new Set<number>()

  constructor(spec: CountSpec = {}) {
    this.#totals = new TotalTrack(spec)
    this.#deltas = new DeltaTrack(spec)
  }

  /** Adds a report; gives the intervals it withdraws and brings, or `null` for one that changes nothing. */
  report(report: CountReport): CountChange | null {
    if (this.#void.has(report.at)) return null
    return report.kind === 'delta' ? this.#deltas.report(report) : this.#totals.report(report)
  }

  /** Takes back whatever is, or will be, reported for an instant. */
  withdraw(at: number): CountChange | null {
    this.#void.add(at)
    const changes = [this.#totals.withdraw(at), this.#deltas.withdraw(at)].filter((c) => c !== null)
    if (changes.length === 0) return null
    return { removed: changes.flatMap((c) => c.removed), added: changes.flatMap((c) => c.added) }
  }

  /** The intervals that touch `[from, to)`. */
  intervals(from: number, to: number): CountInterval[] {
    return [...this.#totals.intervals(from, to), ...this.#deltas.intervals(from, to)]
  }

  /** Forgets the reports before a time, except the last of them and what their verdicts rest on. */
  prune(before: number): void {
    this.#totals.prune(before)
    this.#deltas.prune(before)
    for (const at of this.#void) if (at < before) this.#void.delete(at)
  }
}

class TotalTrack {
  readonly #readings = new Readings()
  readonly #doctor: CounterDoctor
  /** What ends before is no longer told anew: what was told of it is forgotten. */
  #floor = -Infinity

  constructor({ scale = 1, ...spec }: CountSpec) {
    const gauge: Gauge = {
      ...{ unit: '', beyondPerHour: Infinity, takesBack: true, ladder: [] },
      worth: () => scale,
      rolloverAt: spec.rolloverAt,
      mostPerHour: spec.mostPerHour,
    }
    this.#doctor = new CounterDoctor(this.#readings, gauge)
  }

  report({ at, value, revision }: CountReport): CountChange | null {
    const readings = this.#readings
    const whole = this.#interval(readings.indexAt(at) + 1)
    const { index, effect } = readings.take({ at, from: at, value, revision, marks: 0 }, '')
    if (effect === 'same') return null
    const isCut = effect === 'new' && whole !== null && index < readings.length - 1
    return { removed: isCut ? [whole] : [], added: this.#settled(index) }
  }

  withdraw(at: number): CountChange | null {
    const index = this.#readings.indexAt(at)
    if (this.#readings.at[index] !== at) return null
    const removed = [this.#interval(index), this.#interval(index + 1)].filter((i) => i !== null)
    this.#readings.remove(index)
    return { removed, added: this.#settled(index) }
  }

  intervals(from: number, to: number): CountInterval[] {
    const result: CountInterval[] = []
    const { at, length } = this.#readings
    for (let k = Math.max(1, this.#readings.indexAt(from)); k < length && at[k - 1]! < to; k++)
      if (at[k]! > from) result.push(...[this.#interval(k)].filter((i) => i !== null))
    return result
  }

  prune(before: number): void {
    this.#floor = before
    const count = this.#readings.indexAt(before) - CONTEXT
    if (count > 0) this.#readings.drop(count)
  }

  #settled(index: number): CountInterval[] {
    const differing = settle(this.#readings, this.#doctor, { index, first: 1, reach: REACH })
    return differing.map((k) => this.#interval(k)).filter((i): i is CountInterval => i !== null && i.to >= this.#floor)
  }

  /** The interval that ends at report `k`. */
  #interval(k: number): CountInterval | null {
    const { at, amount, flags, marks } = this.#readings
    if (k < 1 || k >= at.length) return null
    // Nothing is concluded over a silence of more than a year: the next report is a first one.
    if (at[k]! - at[k - 1]! > LIMITS.periodMs) return null
    const words = flagWords(flags[k]! | ((marks[k]! | marks[k - 1]!) & Flag.conflict))
    return { from: at[k - 1]!, to: at[k]!, units: Number.isNaN(amount[k]!) ? null : amount[k]!, flags: words }
  }
}
