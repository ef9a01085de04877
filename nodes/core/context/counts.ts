/** Units made between two reports of a count, whichever order the reports come in. */

import { LIMITS } from '../limits.ts'
import { lastIndexAt } from './sorted.ts'

export interface CountReport {
  at: number
  value: number
  revision: number
  /** A running total, or the units since the report before (or since `from`). */
  kind: 'total' | 'delta'
  from?: number
}

/** Units made in `[from, to)`. */
export interface CountInterval {
  from: number
  to: number
  units: number
  flags: string[]
}

export interface CountChange {
  removed: CountInterval[]
  added: CountInterval[]
}

/** A first delta without a start belongs to the instant it was reported at. */
const INSTANT_MS = 1

/** One count of one line: sorted reports, one winner per instant; an interval depends on its two neighbours only. */
export class CountTrack {
  readonly #rolloverAt: number | undefined
  readonly #reports: CountReport[] = []
  readonly #conflicts = new Set<number>()
  readonly #void = new Set<number>()

  constructor(rolloverAt?: number) {
    this.#rolloverAt = rolloverAt
  }

  /** Adds a report; gives the intervals it withdraws and brings, or `null` for one that changes nothing. */
  report(report: CountReport): CountChange | null {
    if (this.#void.has(report.at)) return null
    const i = lastIndexAt(this.#reports, report.at)
    const old = this.#reports[i]
    if (old?.at !== report.at) return this.#splice(i + 1, 0, report)
    if (same(old, report)) return null
    this.#conflicts.add(report.at)
    const wins = report.revision > old.revision || (report.revision === old.revision && report.value > old.value)
    return wins ? this.#splice(i, 1, report) : null
  }

  /** Takes back whatever is, or will be, reported for an instant. */
  withdraw(at: number): CountChange | null {
    this.#void.add(at)
    const i = lastIndexAt(this.#reports, at)
    return this.#reports[i]?.at === at ? this.#splice(i, 1) : null
  }

  /** The intervals that touch `[from, to)`. */
  intervals(from: number, to: number): CountInterval[] {
    const result: CountInterval[] = []
    for (let i = Math.max(0, lastIndexAt(this.#reports, from)); i < this.#reports.length; i++) {
      const interval = this.#interval(i)
      if (interval && interval.to > from && interval.from < to) result.push(interval)
      if (this.#reports[i]!.at >= to) break
    }
    return result
  }

  /** Forgets the reports before a time, except the last of them. */
  prune(before: number): void {
    this.#reports.splice(0, Math.max(0, lastIndexAt(this.#reports, before)))
    for (const at of this.#conflicts) if (at < before) this.#conflicts.delete(at)
    for (const at of this.#void) if (at < before) this.#void.delete(at)
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
    const before = this.#before(i)
    const flags = this.#conflicts.has(report.at) ? ['conflict'] : []
    if (report.kind === 'delta') {
      const from = report.from ?? before?.at ?? report.at - INSTANT_MS
      return from < report.at ? { from, to: report.at, units: report.value, flags } : null
    }
    return before ? { from: before.at, to: report.at, ...this.#difference(before.value, report.value, flags) } : null
  }

  /** The report before, where it is near enough to have counted on from it. */
  #before(i: number): CountReport | undefined {
    const before = this.#reports[i - 1]
    return before && this.#reports[i]!.at - before.at <= LIMITS.periodMs ? before : undefined
  }

  /** A count that falls has rolled over where a modulus is declared and near; else it was reset and counts from 0. */
  #difference(before: number, after: number, flags: string[]): { units: number; flags: string[] } {
    if (after >= before) return { units: after - before, flags }
    const modulus = this.#rolloverAt
    if (modulus !== undefined && before > modulus / 2 && after < modulus / 2) {
      return { units: modulus - before + after, flags: [...flags, 'rollover'] }
    }
    return { units: after, flags: [...flags, 'reset'] }
  }
}

const same = (a: CountReport, b: CountReport): boolean =>
  a.value === b.value && a.revision === b.revision && a.kind === b.kind && a.from === b.from
