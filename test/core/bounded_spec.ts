import assert from 'node:assert/strict'
import { Pipeline, plantOf } from './pipeline.ts'

const T0 = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
const model = plantOf({
  lines: [{ id: 'L1' }],
  meters: [{ id: 'oven-e', source: 'o', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
})

describe('an order for each unit', () => {
  const run = (mostRecords: number): { line: Pipeline; most: number; finals: Map<string, number> } => {
    const line = new Pipeline(model, { views: ['order'], latenessMs: 0, mostRecords })
    const finals = new Map<string, number>()
    let most = 0
    for (let minute = 0; minute <= 500; minute++) {
      const at = T0 + minute * MINUTE
      line.take({ context: { type: 'job', action: 'start', line: 'L1', at, order: `O${minute}`, revision: 0 } })
      line.take({ meter: 'oven-e', reading: { at, value: minute * 2 } })
      for (const r of line.calculator.due('L1', at, false)) finals.set(r.id, r.kWh)
      most = Math.max(most, line.calculator.names('L1').length)
    }
    return { line, most, finals }
  }

  it('holds no more records than it may, and lets the oldest go that were told', () => {
    const { line, most, finals } = run(100)
    assert.ok(most <= 102, `${most} records at once`)
    // Each was told once, with its two kilowatt hours.
    assert.equal(finals.size, 499)
    assert.deepEqual([...new Set(finals.values())], [2])
    assert.equal(line.calculator.isForgotten('L1', T0 + 100 * MINUTE), true)
    assert.equal(line.calculator.isForgotten('L1', T0 + 480 * MINUTE), false)
  })

  it('is held whole where it is within bounds', () => {
    const { line, most } = run(1000)
    assert.ok(most >= 499, `${most} records at once`)
    assert.equal(line.calculator.isForgotten('L1', T0 + 100 * MINUTE), false)
  })
})

describe('thousands of orders that are held', () => {
  it('cost no more than their number, at each look and in totals', () => {
    const plant = { ...model, meters: [{ ...model.meters[0]!, reading: 'interval' as const }] }
    const line = new Pipeline(plant, { views: ['order'], latenessMs: 0 })
    const [orders, each] = [8_000, 10_000]
    for (let i = 0; i < orders; i++) {
      const at = T0 + i * each
      line.take({ context: { type: 'step', role: 'order', value: `O${i}`, line: 'L1', at, revision: 0 } })
    }
    line.take({ meter: 'oven-e', reading: { from: T0, at: T0 + orders * each, value: orders } })
    // In the square of their number these would take longer than a test may.
    assert.equal(line.calculator.due('L1', T0, true).length, orders)
    assert.equal(line.totals(['line', 'order']).length, orders)
  }).timeout(30_000)
})

describe('records that are given a portion at a time', () => {
  const run = (most: number): Map<string, number> => {
    const plant = { ...model, meters: [{ ...model.meters[0]!, reading: 'interval' as const }] }
    const line = new Pipeline(plant, { views: ['window'], latenessMs: 0, horizonMs: 60 * MINUTE })
    const told = new Map<string, number>()
    // Thirty hours in one interval: most of its windows lie behind the horizon at once.
    line.take({ meter: 'oven-e', reading: { from: T0, at: T0 + 30 * 60 * MINUTE, value: 1800 } })
    for (let got = -1; got !== 0;) {
      const records = line.calculator.due('L1', T0 + 40 * 60 * MINUTE, true, most)
      for (const { id, kWh } of records) told.set(id, kWh)
      got = records.length
    }
    return told
  }

  it('are the same as all at once: none is forgotten before it was given', () => {
    const whole = run(Infinity)
    assert.ok(whole.size >= 100, `${whole.size} records`)
    assert.deepEqual(run(50), whole)
  })
})
