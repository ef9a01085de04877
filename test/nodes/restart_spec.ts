import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Calendar } from '../../nodes/core/calendar.ts'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { figuresText } from '../../nodes/shared/compare.ts'
import { restoreCalculator } from '../../nodes/shared/ledger-facts.ts'
import { recompute } from '../../nodes/shared/recompute.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { MemoryLedger } from '../../nodes/stores/memory.ts'
import { MODEL, aDay, factsOf, type Day } from '../core/brute-force.ts'
import { HOUR, Pipeline, type Fact } from '../core/pipeline.ts'
import { ledgerFacts, silent } from './ledger-of.ts'

const calendar = new Calendar(MODEL, zonedTime('UTC'))
const settings = { views: ['window', 'shift', 'order', 'sku-shift', 'day'] as const, windowMs: HOUR / 12 }
const options = { ...settings, minCoverage: 0.95, constantFactor: null }
const HORIZON_MS = 3 * HOUR

const due = (calculator: Calculator): Carbon[] => calculator.due('L1', calculator.newest('L1') - 60_000, true)

/** The day with a reading and a count at least every 20 minutes, as no interval may be longer than the horizon. */
function dense(day: Day): Day {
  const often = <T extends { minute: number }>(items: readonly T[], make: (minute: number) => T): T[] => {
    const known = new Set(items.map((item) => item.minute))
    const more = Array.from({ length: 36 }, (_, i) => i * 20).filter((minute) => !known.has(minute))
    return [...items, ...more.map(make)].sort((a, b) => a.minute - b.minute)
  }
  const { a, b } = day.energy
  const energy = (minute: number) => ({ minute, kWh: minute % 7 })
  return {
    ...day,
    // An order number comes once: one that comes again when it was forgotten is told anew.
    jobs: day.jobs.map(({ minute }, i) => ({ minute, order: `O${i}` })),
    energy: { a: often(a, energy), b: often(b, energy) },
    good: often(day.good, (minute) => ({ minute, units: minute % 11 })),
  }
}

/** A day lived through in order of time, records told and kept as the nodes do, with a short horizon. */
function lived(day: Day): { ledger: MemoryLedger; told: Map<string, Carbon> } {
  const facts = factsOf(dense(day)).sort((a, b) => timeOf(a) - timeOf(b))
  const line = new Pipeline(MODEL, { ...options, horizonMs: HORIZON_MS })
  const told = new Map<string, Carbon>()
  for (const fact of facts) {
    line.take(fact)
    for (const record of due(line.calculator)) told.set(record.id, record)
  }
  const ledger = new MemoryLedger(silent)
  void ledger.append(ledgerFacts(facts, line))
  void ledger.saveRecords([...told.values()])
  return { ledger, told }
}

const timeOf = (fact: Fact): number =>
  'meter' in fact ? fact.reading.at! : 'factor' in fact ? fact.factor.from : fact.context.at

describe('a restart', () => {
  it('tells nothing anew where no fact has come', () => {
    fc.assert(
      fc.property(aDay, (day) => {
        const { ledger, told } = lived(day)
        const calculator = new Calculator({
          model: MODEL,
          calendar,
          ...options,
          horizonMs: HORIZON_MS,
          latenessMs: 60_000,
        })
        restoreCalculator(ledger, calculator, { model: MODEL, calendar, horizonMs: HORIZON_MS, skipped: 0 })
        const again = due(calculator)
        for (const record of again) assert.equal(figuresText(record), figuresText(told.get(record.id)!), record.id)
        assert.deepEqual(
          again.map((r) => r.id),
          [],
        )
      }),
      { numRuns: 60 },
    )
  }).timeout(120_000)
})

describe('an order that runs for longer than the horizon', () => {
  it('has the figures that its facts give', () => {
    fc.assert(
      fc.property(aDay, (day) => {
        const { ledger, told } = lived(day)
        const records = [...told.values()].filter((r) => r.status !== 'provisional')
        const again = recompute(ledger, records, { model: MODEL, calendar, settings: options })
        for (const record of records) assert.equal(figuresText(again.get(record.id)!), figuresText(record))
      }),
      { numRuns: 60 },
    )
  }).timeout(120_000)
})
