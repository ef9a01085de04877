import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import type { Carbon } from '../../nodes/core/records.ts'
import type { Explanation } from '../../nodes/core/per-unit/explain.ts'
import { MODEL } from '../core/worked-example.ts'
import { deployLine, type Line } from './line.ts'

const model = { enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', gridZone: 'GB', ...MODEL }
const HOUR = 3_600_000
const T0 = Date.UTC(2026, 2, 2)
const reading = (hour: number, value: number) => ({
  topic: 'acme/leeds/l1/oven/energy',
  payload: { value, timestamp: T0 + hour * HOUR },
})
const good = (hour: number, value: number) => ({
  payload: { type: 'count', line: 'L1', kind: 'total', at: T0 + hour * HOUR, good: value },
})
const job = (hour: number, order: string) => ({
  payload: { type: 'job', line: 'L1', action: 'start', at: T0 + hour * HOUR, order, sku: 'A' },
})
const factor = { payload: { type: 'factor', factors: [{ kgPerKWh: 0.2 }] } }
const newest = (line: Line, id: string): Carbon | undefined => line.records.filter((r) => r.id === id).at(-1)
const settled = async (line: Line): Promise<void> => {
  await line.ask({ ask: 'totals' })
  await new Promise((resolve) => setTimeout(resolve, 50))
}

describe('carbon-per-unit', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'per-unit-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  it('explains a figure down to the readings, the factor row and the formula', async () => {
    const line = await deployLine({ model, perUnit: { views: ['order'] } })
    for (const message of [factor, job(0, 'O1'), good(1, 0), reading(1, 100), reading(2, 110), good(2, 50)])
      line.send(message)
    const told = (await line.ask({ ask: 'explain', id: 'order|L1|O1' })) as unknown as Explanation
    assert.deepEqual(told.readings[0]!.evidence?.fromReading, 100)
    assert.deepEqual(told.readings[0]!.evidence?.toReading, 110)
    assert.equal(told.readings[0]!.parts[0]!.formula, '10 kWh × 0.2 kg/kWh = 2 kg')
    assert.equal(told.factors[0]!.kgPerKWh, 0.2)
    assert.match(told.formula, /= 2 kg CO₂e; ÷ 50 good units = 0\.04 kg per unit/)
  })

  it('says what it does not know instead of failing', async () => {
    const line = await deployLine({ model })
    const { missing } = await line.ask({ ask: 'explain', id: 'order|L1|none' })
    assert.match(String(missing), /no facts of order\|L1\|none are held/)
    const { ok } = await line.ask({ ask: 'verify' })
    assert.equal(ok, null)
  })

  it('refuses a question that it does not understand, with the field and what it expected', async () => {
    const line = await deployLine({ model })
    line.send({ payload: { type: 'query', ask: 'totals', by: ['colour'] } })
    line.send({ payload: { type: 'query', ask: 'weather' } })
    await line.ask({ ask: 'verify' })
    assert.match(line.faults[0]!.message, /query by: expected a list of line, order.*got \["colour"\]/)
    assert.match(line.faults[1]!.message, /query ask: expected one of totals, explain, verify, got "weather"/)
  })

  it('passes on what is not for it, untouched', async () => {
    const line = await deployLine({ model })
    line.send({ topic: 'something', payload: { colour: 'red' } })
    await settled(line)
    assert.deepEqual(line.records, [{ colour: 'red' }])
  })

  it('an order longer than the horizon keeps its beginning through a restart', async () => {
    const options = { model, ledger: join(folder, 'ledger.sqlite'), perUnit: { views: ['order'], horizonHours: 3 } }
    const before = await deployLine(options)
    for (const message of [factor, job(0, 'O1'), good(0, 0), reading(0, 0)]) before.send(message)
    for (let hour = 1; hour <= 10; hour++) {
      before.send(reading(hour, hour * 10))
      before.send(good(hour, hour * 100))
      await before.ask({ ask: 'verify' })
    }
    await settled(before)
    assert.equal(newest(before, 'order|L1|O1')!.kWh, 100)
    const { revision } = newest(before, 'order|L1|O1')!
    await helper.unload()

    const after = await deployLine(options)
    after.send(reading(11, 110))
    after.send(good(11, 1100))
    await settled(after)
    const record = newest(after, 'order|L1|O1')!
    assert.equal(record.kWh, 110)
    assert.equal(record.units.good, 1100)
    assert.ok(record.revision > revision)
  })

  it('a wrong setting is told at deploy, and its messages fail with the reason', async () => {
    const line = await deployLine({ model, perUnit: { minCoverage: 95 } })
    const fault = new Promise<Error>((resolve) => {
      helper.getNode('per-unit').on('call:error', ({ args }: { args: [Error] }) => resolve(args[0]))
    })
    line.send({ payload: { type: 'query', ask: 'verify' } })
    assert.match((await fault).message, /minCoverage: expected 0 to 1, got 95/)
  })
})
