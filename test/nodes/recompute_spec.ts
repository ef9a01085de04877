import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Calendar } from '../../nodes/core/calendar.ts'
import { factId } from '../../nodes/core/context/context-fact.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { recompute } from '../../nodes/shared/recompute.ts'
import { figuresText } from '../../nodes/shared/compare.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { factOf as factorFact } from '../../nodes/carbon-factor/restore.ts'
import { MemoryLedger } from '../../nodes/stores/memory.ts'
import type { Fact as LedgerFact } from '../../nodes/stores/ledger.ts'
import { MODEL, aDay, factsOf } from '../core/brute-force.ts'
import { HOUR, Pipeline, type Fact } from '../core/pipeline.ts'
import { mulberry32, shuffle } from '../plant/random.ts'

const FOREVER = Number.MAX_SAFE_INTEGER
const settings = {
  views: ['window', 'shift', 'order', 'sku-shift', 'day'] as const,
  windowMs: HOUR / 12,
  minCoverage: 0.95,
  constantFactor: null,
}
const silent = { onFault: () => undefined, onRecovered: () => undefined, onConflicts: () => undefined }

/** What the nodes would have written of these facts. */
function ledgerFacts(facts: readonly Fact[], line: Pipeline): LedgerFact[] {
  const told = facts.flatMap((fact): LedgerFact[] => {
    if ('factor' in fact) return [factorFact(fact.factor)]
    if ('meter' in fact) return []
    const { context } = fact
    const kind = context.type === 'count' ? 'production' : 'context'
    const { at, line, revision = 0 } = context
    return [{ kind, id: factId(context), revision, line, from: at, to: at, body: context }]
  })
  const measured = line.energies.map((body): LedgerFact => ({
    ...body,
    kind: 'energy',
    line: body.line ?? '',
    body: body as object,
  }))
  return [...told, ...measured]
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
      { numRuns: 300 },
    )
  }).timeout(120_000)
})
