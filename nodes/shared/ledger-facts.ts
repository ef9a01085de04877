/** Facts of the open time, read back from a ledger. */

import type { ContextFact } from '../core/context/context-fact.ts'
import type { Carbon, EmissionFactor, Energy } from '../core/records.ts'
import type { ReplayFacts } from '../core/per-unit/replay.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'

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
  let since = horizonStart(ledger, horizonMs)
  for (const { from } of openRecords(ledger, horizonMs)) since = Math.min(since, from)
  return {
    factors: bodies<EmissionFactor>(ledger.facts({ kind: 'factor', since })),
    context: contextFacts(ledger, since),
    energy: bodies<Energy>(ledger.facts({ kind: 'energy', since })),
  }
}

function* bodies<T>(facts: Iterable<Fact>): Generator<T> {
  for (const fact of facts) yield fact.body as T
}
