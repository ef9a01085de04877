/**
 * The records of a ledger as its facts give them: what an auditor's replay compares with, and what a record is restated
 * from when its facts are no longer held in memory.
 *
 * A closed record comes out byte for byte as it was told, apart from its revision, status and reasons, which tell of the
 * way the facts came, and the `signal` of its buckets, which no fact holds.
 */

import type { ContextFact } from '../core/context/context-fact.ts'
import { Calculator } from '../core/per-unit/per-unit.ts'
import { replay, type ReplayFacts } from '../core/per-unit/replay.ts'
import type { RecordName } from '../core/per-unit/views.ts'
import type { Carbon, EmissionFactor, Energy } from '../core/records.ts'
import type { Fact, FactQuery, Ledger } from '../stores/ledger.ts'
import { isMeasuredBefore } from './ledger-facts.ts'
import type { Plant } from './plant-version.ts'

type Facts = Pick<Ledger, 'facts'>

/** An order, a state or a count may have been told long before the time it holds in, and corrected long after it. */
const STANDING_MS = 31 * 86_400_000

/** The closed figures of the wanted records, by id. Holds the facts of the time from the first of them to the last. */
export function recompute(ledger: Facts, wanted: readonly RecordName[], plant: Plant): Map<string, Carbon> {
  if (wanted.length === 0) return new Map()
  const calculator = rebuild(ledger, wanted, plant)
  return new Map(wanted.map((record) => [record.id, calculator.closed(record)]))
}

/** A calculator that holds the facts of the wanted records. */
export function rebuild(ledger: Facts, wanted: readonly RecordName[], plant: Plant): Calculator {
  const { model, calendar, settings, id } = plant
  const time = hullOf(wanted, longestPeriod(plant))
  const forAsLong = { horizonMs: Number.MAX_SAFE_INTEGER, latenessMs: 0 }
  const calculator = new Calculator({
    model,
    calendar,
    ...settings,
    ...forAsLong,
    ...(id !== undefined && { plant: id }),
  })
  for (const line of new Set(wanted.map((r) => r.line))) {
    if (isMeasuredBefore(ledger, line, time.from)) calculator.measuredSince(line, time.from)
  }
  replay({ ...factsOf(ledger, time), time }, plant, calculator)
  return calculator
}

/** From the first record to the last, and a period more at both ends: what a line carries of it is reckoned as a whole. */
function hullOf(records: readonly RecordName[], periodMs: number): { from: number; to: number } {
  const time = { from: Infinity, to: -Infinity }
  for (const { from, to } of records) {
    time.from = Math.min(time.from, from - periodMs)
    time.to = Math.max(time.to, to + periodMs)
  }
  return time
}

/** The longest stretch that is shared out as a whole, milliseconds; 0 where nothing is shared. */
const longestPeriod = (plant: Pick<Plant, 'model' | 'settings'>): number => Math.max(0, ...periodsOf(plant))

/** Where the time begins whose facts a record rests on: what is shared out as a whole is known as a whole. */
export const restsOnFrom = ({ from }: Pick<RecordName, 'from'>, plant: Plant): number =>
  Math.min(from, ...periodsOf(plant).map((ms) => Math.floor(from / ms) * ms))

/** The lengths of the periods that energy is shared out by, milliseconds; each begins at a multiple of it. */
function periodsOf({ model, settings }: Pick<Plant, 'model' | 'settings'>): number[] {
  return model.meters.flatMap(({ shared, redundantTo }) => {
    if (shared?.periodMinutes !== undefined) return [shared.periodMinutes * 60_000]
    return shared || redundantTo !== undefined ? [settings.windowMs] : []
  })
}

/** What the figures of a time rest on, by kind. */
export function factQueries({ from: since, to: until }: { from: number; to: number }) {
  const standing = { since: since - STANDING_MS, until: until + STANDING_MS }
  return {
    factor: { kind: 'factor', since, until },
    context: { kind: 'context', ...standing },
    production: { kind: 'production', ...standing },
    energy: { kind: 'energy', since, until },
  } satisfies Record<string, FactQuery>
}

function factsOf(ledger: Facts, time: { from: number; to: number }): ReplayFacts {
  const { factor, context, production, energy } = factQueries(time)
  return {
    factors: bodies<EmissionFactor>(ledger.facts(factor)),
    context: joined(bodies<ContextFact>(ledger.facts(context)), bodies<ContextFact>(ledger.facts(production))),
    energy: bodies<Energy>(ledger.facts(energy)),
  }
}

function* joined<T>(...parts: Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part
}

function* bodies<T>(facts: Iterable<Fact>): Generator<T> {
  for (const fact of facts) yield fact.body as T
}
