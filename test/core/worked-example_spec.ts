import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Carbon } from '../../nodes/core/records.ts'
import { Pipeline, type Fact } from './pipeline.ts'
import { AT_FIRST, CORRECTED, CORRECTION, FACTS, SETTLED, SETTLEMENT, plant, type Figures } from './worked-example.ts'

const near = (got: number | null, expected: number, what: string): void => {
  assert.ok(
    got !== null && Math.abs(got - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${what}: ${got} is not ${expected}`,
  )
}

function assertOrders(pipeline: Pipeline, expected: Figures): void {
  const rows = pipeline.totals(['order'])
  assert.deepEqual(
    rows.map((r) => r.order),
    ['O1', 'O2'],
  )
  for (const { order, kWh, kgCO2e, units, perUnit, coverage } of rows) {
    const [energy, kg, good, ratio] = expected[order as 'O1' | 'O2']
    near(kWh, energy, `${order} kWh`)
    near(kgCO2e.total, kg, `${order} kg`)
    near(units.good, good, `${order} good units`)
    near(perUnit.kgCO2ePerGood, ratio, `${order} kg per good unit`)
    assert.deepEqual(coverage, { energy: 1, factor: 1, context: 1, count: 1 })
  }
}

const run = (facts: Fact[]): Pipeline => {
  const pipeline = new Pipeline(plant)
  facts.forEach((f) => pipeline.take(f))
  return pipeline
}
const order = (records: Carbon[], id: string): Carbon => records.find((r) => r.id === `order|L1|${id}`)!

/** What a record says, without the story of how it came to say it. */
const figures = (pipeline: Pipeline): string =>
  JSON.stringify(
    pipeline
      .records()
      .map(({ revision, status, reasons, ...rest }) => rest)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  )

describe('worked example of the contract', () => {
  it('gives both orders their energy, emissions and units', () => assertOrders(run(FACTS), AT_FIRST))

  it('keeps the stopped part of O2 apart', () => {
    const stopped = run(FACTS)
      .totals(['order', 'state'])
      .find((r) => r.state === 'stopped')!
    near(stopped.kgCO2e.total, 1.68, 'stopped kg')
    assert.equal(stopped.perUnit.kgCO2ePerGood, null)
  })

  it('restates O2 when the provider settles a slot', () => {
    const pipeline = run(FACTS)
    const before = order(pipeline.records(), 'O2')
    pipeline.take(SETTLEMENT)
    const after = order(pipeline.records(), 'O2')
    assertOrders(pipeline, SETTLED)
    assert.equal(after.revision, before.revision + 1)
    assert.deepEqual(after.reasons, ['factor-settled'])
  })

  it('restates both orders when the MES corrects the changeover', () => {
    const pipeline = run([...FACTS, SETTLEMENT])
    pipeline.records()
    pipeline.take(CORRECTION)
    const records = pipeline.records()
    assertOrders(pipeline, CORRECTED)
    for (const id of ['O1', 'O2']) assert.deepEqual(order(records, id).reasons, ['context-changed'])
  })

  it('ends in the same records, to the last bit, in any order and with every fact twice', () => {
    const all = [...FACTS, SETTLEMENT, CORRECTION]
    const reference = figures(run(all))
    const shuffled = fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 })
    fc.assert(
      fc.property(shuffled, (facts) => {
        const pipeline = run(facts)
        assert.equal(figures(pipeline), reference)
      }),
      { numRuns: 1000 },
    )
    assertOrders(run(all), CORRECTED)
  })

  it('loses nothing: the orders add up to the meter', () => {
    const sum = run(FACTS)
      .totals(['order'])
      .reduce((kWh, r) => kWh + r.kWh, 0)
    near(sum, 54, 'all orders')
  })
})
