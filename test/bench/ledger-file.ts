/** A ledger as the line would have written it: facts through the store, records by a calculator that runs along. */

import { PlantContext } from '../../nodes/core/context/plant-context.ts'
import { FactorTimeline } from '../../nodes/core/factor/factor.ts'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import type { Fact, Ledger } from '../../nodes/stores/ledger.ts'
import { openLedger } from '../../nodes/stores/open.ts'
import {
  MINUTE,
  contextFact,
  energyFact,
  events,
  factorFact,
  model,
  plant,
  plantVersion,
  readings,
  slots,
} from './plant.ts'
import { timed } from './say.ts'

const BATCH = 5000
const DAY = 24 * 60

export function openBenchLedger(path: string): Ledger {
  const fail = (error: unknown): never => {
    throw new Error(JSON.stringify(error))
  }
  const events = { onFault: fail, onRecovered: () => undefined, onConflicts: fail }
  return openLedger({ store: 'sqlite', path, owner: 'bench', events })
}

/** Every fact of a time, in the order in which a plant would tell it, a day of each kind after the other. */
export function* allFacts(minutes: number): Generator<Fact> {
  yield plantVersion
  yield* slots(minutes).map(factorFact)
  for (const event of events(minutes)) yield contextFact(event)
  for (const energy of readings(minutes)) yield energyFact(energy)
}

/** Appends facts in batches; gives how many there were and the time it took. */
export async function append(ledger: Ledger, facts: Iterable<Fact>): Promise<{ facts: number; ms: number }> {
  let count = 0
  const ms = await timed(async () => {
    let batch: Fact[] = []
    for (const fact of facts) {
      batch.push(fact)
      count++
      if (batch.length < BATCH) continue
      await ledger.append(batch)
      batch = []
    }
    await ledger.append(batch)
  })
  return { facts: count, ms }
}

export function calculatorOf(horizonMs: number): Calculator {
  const { id, calendar, settings } = plant
  return new Calculator({ model, calendar, ...settings, horizonMs, latenessMs: MINUTE, plant: id! })
}

/** The records that a line would have told of these facts, as they close. */
export async function saveRecords(ledger: Ledger, minutes: number): Promise<number> {
  const calculator = calculatorOf(2 * DAY * MINUTE)
  const factors = new FactorTimeline()
  slots(minutes).forEach((row) => factors.add(row))
  const context = new PlantContext(model, plant.calendar)
  const told = events(minutes)
  let next = told.next()
  const waiting: Carbon[] = []
  let records = 0
  for (const energy of readings(minutes)) {
    for (; !next.done && next.value.at <= energy.to; next = told.next()) {
      const { production, revision } = context.take(next.value)
      if (revision) calculator.contextRevision(revision)
      production.forEach((piece) => calculator.production(piece))
    }
    energy.segments = withFactors(energy, factors.pieces(energy.carrier, 'GB', energy.from, energy.to))
    context.lay(energy)
    calculator.energy(energy)
    if (energy.meter !== 'm0') continue
    waiting.push(...calculator.due('L1', energy.to - 10 * MINUTE, false))
    if ((energy.to / MINUTE) % 60 === 0) context.prune('L1', energy.to - 2 * DAY * MINUTE)
    if (waiting.length < 200) continue
    records += waiting.length
    await ledger.saveRecords(waiting.splice(0))
  }
  await ledger.saveRecords(waiting)
  return records + waiting.length
}
