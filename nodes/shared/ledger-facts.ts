/** Facts of the open time, read back from a ledger. */

import { SITE } from '../core/allocation/ownership.ts'
import type { ContextFact } from '../core/context/context-fact.ts'
import type { Carbon, EmissionFactor, Energy } from '../core/records.ts'
import type { Calendar } from '../core/calendar.ts'
import type { Calculator } from '../core/per-unit/per-unit.ts'
import { replay, type ReplayFacts } from '../core/per-unit/replay.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import { MEASURED_KINDS, type Fact, type Ledger } from '../stores/ledger.ts'
import { madeUnderOtherRules } from './plant-version.ts'

/** An order, a state or a factor row may have been told long before the time it still holds in. */
const STANDING_MS = 31 * 86_400_000

/** The time that the horizon reaches back to from the newest measurement. */
export const horizonStart = (ledger: Ledger, horizonMs: number): number => (ledger.newest() ?? 0) - horizonMs

/** Counts since a time, and the jobs and steps that may still hold in it. */
export function* contextFacts(ledger: Ledger, since: number): Generator<ContextFact> {
  yield* bodies<ContextFact>(ledger.facts({ kind: 'context', since: since - STANDING_MS }))
  yield* bodies<ContextFact>(ledger.facts({ kind: 'production', since }))
}

/** The records that reach into the horizon, and orders that run since before it: what was said of one that runs may be old. */
export function* openRecords(ledger: Ledger, horizonMs: number): Generator<Carbon> {
  const since = horizonStart(ledger, horizonMs)
  yield* ledger.records({ since })
  yield* ledger.records({ view: 'order', status: 'provisional', from: since - STANDING_MS, to: since })
}

/**
 * Everything a calculator is rebuilt from: the facts of the horizon, and of all the time of the open records. An order
 * that began before the horizon would be restated from a part of its energy otherwise.
 */
export function openFacts(ledger: Ledger, horizonMs: number): ReplayFacts {
  const since = openSince(ledger, horizonMs)
  return {
    factors: bodies<EmissionFactor>(ledger.facts({ kind: 'factor', since })),
    context: contextFacts(ledger, since),
    energy: bodies<Energy>(ledger.facts({ kind: 'energy', since })),
  }
}

/** When the first of the open records begins. */
function openSince(ledger: Ledger, horizonMs: number): number {
  let since = horizonStart(ledger, horizonMs)
  for (const { from } of openRecords(ledger, horizonMs)) since = Math.min(since, from)
  return since
}

/** True where anything was measured on a line before a time; looked for from that time backwards. */
export function isMeasuredBefore(ledger: Pick<Ledger, 'facts'>, line: string, until: number): boolean {
  for (const days of [2, 40, Infinity]) {
    for (const kind of MEASURED_KINDS) {
      for (const _ of ledger.facts({ kind, line, since: Math.max(0, until - days * 86_400_000), until })) return true
    }
  }
  return false
}

function* bodies<T>(facts: Iterable<Fact>): Generator<T> {
  for (const fact of facts) yield fact.body as T
}

export interface RestoreOptions {
  model: PlantModel
  calendar: Calendar
  horizonMs: number
  /** How many revisions of an open record may have been sent since the one that was kept. */
  skipped: number
}

/** Brings a calculator to where it was: it tells nothing anew that it told before. */
export function restoreCalculator(ledger: Ledger, calculator: Calculator, options: RestoreOptions): void {
  const { horizonMs, skipped, ...plant } = options
  replay(openFacts(ledger, horizonMs), plant, calculator)
  // The facts of an open record reach further back than the horizon; what else lies there was told long ago.
  calculator.forgetRecords(horizonStart(ledger, horizonMs))
  const since = openSince(ledger, horizonMs)
  for (const id of [SITE, ...plant.model.lines.map((line) => line.id)]) {
    if (isMeasuredBefore(ledger, id, since)) calculator.measuredSince(id, since)
  }
  const isOfOtherRules = madeUnderOtherRules(ledger)
  for (const record of openRecords(ledger, horizonMs)) {
    if (record.status !== 'provisional' && isOfOtherRules(record)) calculator.restoreRecordOfOtherRules(record)
    else calculator.restoreRecord(record, skipped)
  }
}
