import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Calendar } from '../../nodes/core/calendar.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import type { PlantModel } from '../../nodes/core/plant/plant.ts'
import { recompute, restsOnFrom } from '../../nodes/shared/recompute.ts'
import { figuresText } from '../../nodes/shared/compare.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { MemoryLedger } from '../../nodes/stores/memory.ts'
import { MODEL, aDay, factsOf } from '../core/brute-force.ts'
import { HOUR, Pipeline } from '../core/pipeline.ts'
import { mulberry32, shuffle } from '../plant/random.ts'
import { ledgerFacts, silent } from './ledger-of.ts'

const MINUTE = 60_000
const FOREVER = Number.MAX_SAFE_INTEGER
const settings = {
  views: ['window', 'shift', 'order', 'sku-shift', 'day'] as const,
  windowMs: HOUR / 12,
  minCoverage: 0.95,
  constantFactor: null,
}

function closedRecords(line: Pipeline): Carbon[] {
  return line.calculator.lines().flatMap((id) => line.calculator.due(id, FOREVER, true))
}

describe('recomputing records from a ledger', () => {
  it('gives the records of generated days byte for byte, however their facts came', () => {
    fc.assert(
      fc.property(aDay, fc.integer(), (day, seed) => {
        const facts = shuffle(factsOf(day), mulberry32(seed))
        const line = new Pipeline(MODEL)
        facts.forEach((fact) => line.take(fact))
        const ledger = new MemoryLedger(silent)
        void ledger.append(ledgerFacts(facts, line))
        const records = closedRecords(line)
        const plant = { model: MODEL, calendar: new Calendar(MODEL, zonedTime('UTC')), settings }
        const again = recompute(ledger, records, plant)
        assert.equal(again.size, records.length)
        for (const record of records) assert.equal(figuresText(again.get(record.id)!), figuresText(record))
        // A single one is the same as all of them together.
        const one = records[Math.abs(seed) % records.length]!
        assert.equal(figuresText(recompute(ledger, [one], plant).get(one.id)!), figuresText(one))
      }),
      { numRuns: 150 },
    )
  }).timeout(120_000)

  const shared = (periodMinutes?: number) => ({ lines: ['L1'], rule: 'units', ...(periodMinutes && { periodMinutes }) })
  const table: [what: string, meters: object[], from: number][] = [
    ['no meter that is shared', [{}], 10 * HOUR + 7 * MINUTE],
    ['an hourly share', [{}, { shared: shared(60) }], 10 * HOUR],
    ['a share by window', [{ shared: shared() }], 10 * HOUR + 5 * MINUTE],
    ['a meter that stands in', [{ redundantTo: 'a' }], 10 * HOUR + 5 * MINUTE],
  ]
  for (const [what, meters, from] of table) {
    it(`rests a record of 10:07 with ${what} on whole periods`, () => {
      const model = { ...MODEL, meters: meters as PlantModel['meters'] }
      const plant = { model, calendar: new Calendar(MODEL, zonedTime('UTC')), settings }
      assert.equal(restsOnFrom({ from: 10 * HOUR + 7 * MINUTE }, plant), from)
    })
  }
})
