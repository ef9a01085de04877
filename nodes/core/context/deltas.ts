/** Counts that are reported as the units since the report before. */

import { LIMITS } from '../limits.ts'
import { isSentinel } from '../counter/gauge.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import type { CountChange, CountInterval, CountReport, CountSpec } from './counts.ts'
import { lastIndexAt } from './sorted.ts'

/** A first delta without a start belongs to the instant it was reported at. */
const INSTANT_MS = 1

/** Sorted reports, one winner per instant; an interval depends on the report before it only. */
export class DeltaTrack {
  readonly #scale: number
  readonly #mostPerHour: number | undefined
  readonly #reports: CountReport[] = []
  readonly #conflicts = new Set<number>()

  constructor({ scale = 1, mostPerHour }: CountSpec) {
    this.#scale = scale
    this.#mostPerHour = mostPerHour
  }

  report(report: CountReport): CountChange | null {
    const i = lastIndexAt(this.#reports, report.at)
    const old = this.#reports[i]
    if (old?.at !== report.at) return this.#splice(i + 1, 0, report)
    if (old.value === report.value && old.revision === report.revision && old.from === report.from) return null
    this.#conflicts.add(report.at)
    const wins = report.revision > old.revision || (report.revision === old.revision && report.value > old.value)
    return wins ? this.#splice(i, 1, report) : null
  }

  withdraw(at: number): CountChange | null {
    const i = lastIndexAt(this.#reports, at)
    return this.#reports[i]?.at === at ? this.#splice(i, 1) : null
  }

  intervals(from: number, to: number): CountInterval[] {
    const result: CountInterval[] = []
    for (let i = Math.max(0, lastIndexAt(this.#reports, from)); i < this.#reports.length; i++) {
      const interval = this.#interval(i)
      if (interval && interval.to > from && interval.from < to) result.push(interval)
      if (this.#reports[i]!.at >= to) break
    }
    return result
  }

  prune(before: number): void {
    this.#reports.splice(0, Math.max(0, lastIndexAt(this.#reports, before)))
    for (const at of this.#conflicts) if (at < before) this.#conflicts.delete(at)
  }

  #splice(i: number, remove: number, ...insert: CountReport[]): CountChange {
    const around = (last: number): CountInterval[] => {
      const found: CountInterval[] = []
      for (let k = i; k <= last; k++) found.push(...[this.#interval(k)].filter((x) => x !== null))
      return found
    }
    const removed = around(i + remove)
    this.#reports.splice(i, remove, ...insert)
    return { removed, added: around(i + insert.length) }
  }

  /** The interval that ends at report `i`. */
  #interval(i: number): CountInterval | null {
    const report = this.#reports[i]
    if (!report) return null
    const from = report.from ?? this.#before(i) ?? report.at - INSTANT_MS
    if (from >= report.at) return null
    const flags = this.#conflicts.has(report.at) ? ['conflict'] : []
    const units = report.value * this.#scale
    if (this.#isPossible(report.value, report.at - from)) return { from, to: report.at, units, flags }
    return { from, to: report.at, units: null, flags: [...flags, 'swap'] }
  }

  /** The time of the report before, where it is near enough to have counted on from it. */
  #before(i: number): number | undefined {
    const before = this.#reports[i - 1]?.at
    return before !== undefined && this.#reports[i]!.at - before <= LIMITS.periodMs ? before : undefined
  }

  /** Deltas may come in bursts, so that an hour's worth is never too much. */
  #isPossible(value: number, ms: number): boolean {
    if (this.#mostPerHour === undefined) return !isSentinel(value, 0)
    return value * this.#scale <= this.#mostPerHour * Math.max(1, ms / MS_PER_HOUR)
  }
}
