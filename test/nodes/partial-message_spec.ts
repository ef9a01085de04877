import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import type { TotalRow } from '../../nodes/core/per-unit/totals.ts'
import { deployLine, type Line } from './line.ts'

type Row = TotalRow & { order: string; state: string }

const T0 = Date.UTC(2026, 2, 2, 9)
const GATEWAY = { source: 'acme/gateway', line: 'L1' }
const model = {
  ...{ enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', gridZone: 'GB', lines: [{ id: 'L1' }] },
  meters: [{ ...GATEWAY, id: 'oven-e', path: 'kWh', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
  signals: [
    { ...GATEWAY, path: 'state', role: 'state' },
    { ...GATEWAY, path: 'order', role: 'order' },
    { ...GATEWAY, path: 'good', role: 'good', kind: 'total' },
  ],
}

describe('a gateway that sends what has changed', () => {
  let line: Line
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(async () => {
    line = await deployLine({ model, perUnit: { views: ['order'] } })
    line.send({ payload: { type: 'factor', factors: [{ kgPerKWh: 0.1 }] } })
  })
  afterEach(() => helper.unload())
  const send = (minute: number, changed: object): void =>
    line.send({ topic: GATEWAY.source, payload: { ts: T0 + minute * 60_000, ...changed } })

  it('leaves out the state, and the state stands', async () => {
    send(0, { kWh: 100, state: 'Execute', order: 'O1', good: 5000 })
    send(20, { kWh: 120 })
    send(40, { good: 5400 })
    send(60, { kWh: 160, good: 5600 })
    const { rows } = (await line.ask({ ask: 'totals', by: ['order', 'state'] })) as { rows: Row[] }
    assert.deepEqual(
      rows.map(({ order, state, kWh, units }) => [order, state, kWh, units.good]),
      [['O1', 'productive', 60, 600]],
    )
    assert.deepEqual([line.rejected, line.refused], [[], []])
  })

  it('sends nothing that the model names, and is told what the payload has', async () => {
    send(0, { energy: 100 })
    await line.ask({ ask: 'totals', by: ['order'] })
    assert.deepEqual(line.rejected, [
      'value: expected "kWh" in the payload, got a payload that has ts, energy: say which with "path"',
    ])
    assert.equal(line.refused.length, 3)
  })
})
