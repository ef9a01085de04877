/** Facts of the open time, read back from a ledger. */

import type { ContextFact } from '../core/context-fact.ts'
import type { EmissionFactor, Energy } from '../core/records.ts'
import type { ReplayFacts } from '../core/replay.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'

/** An order, a state or a factor row may have been told long before the time it still holds in. */
const STANDING_MS = 31 * 86_400_000

/** Jobs and steps that may still hold, and counts, of the `horizonMs` before the newest fact. */
export function* contextFacts(ledger: Ledger, horizonMs: number): Generator<ContextFact> {
  const newest = ledger.newest() ?? 0
  yield* bodies<ContextFact>(ledger.facts({ kind: 'context', since: newest - Math.max(horizonMs, STANDING_MS) }))
  yield* bodies<ContextFact>(ledger.facts({ kind: 'production', since: newest - horizonMs }))
}

/** Everything a calculator is rebuilt from. */
export function openFacts(ledger: Ledger, horizonMs: number): ReplayFacts {
  const newest = ledger.newest() ?? 0
  const since = newest - horizonMs
  return {
    factors: bodies<EmissionFactor>(ledger.facts({ kind: 'factor', since })),
    context: contextFacts(ledger, horizonMs),
    energy: bodies<Energy>(ledger.facts({ kind: 'energy', since })),
  }
}

function* bodies<T>(facts: Iterable<Fact>): Generator<T> {
  for (const fact of facts) yield fact.body as T
}
