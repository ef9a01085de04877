import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import type { Carbon } from '../../nodes/core/records.ts'
import { PLAIN, type Device } from '../plant/devices/device.ts'
import { GATEWAY_JSON } from '../plant/devices/gateway.ts'
import { MODBUS } from '../plant/devices/modbus.ts'
import { SPARKPLUG } from '../plant/devices/sparkplug-edge.ts'
import type { PlantFact, Reading } from '../plant/facts.ts'
import { GAS_FACTOR_ROW } from '../plant/model.ts'
import { simulate } from '../plant/simulate.ts'
import { deployLine } from './line.ts'

const MINUTE = 60_000

/** What the plant tells in an hour with a changeover; at its begin everything once, as after a start of the devices. */
function hour(): PlantFact[] {
  const simulation = simulate('recipe-change')
  const begin = simulation.startAt + 30 * MINUTE
  const before = simulation.advance(begin).filter(({ kind }) => kind !== 'process')
  const last = new Map(before.map((fact) => [fact.source, { ...fact, at: begin }]))
  const facts = simulation.advance(begin + 60 * MINUTE).filter(({ kind }) => kind !== 'process')
  return [...last.values(), ...facts]
}

const good = (reading: Reading): Reading => ({ ...reading, status: 'Good' })

/** The newest record of each that is closed, without what tells how it came about. */
async function closedThrough({ model, messages }: Device, facts: readonly PlantFact[]): Promise<Map<string, object>> {
  const line = await deployLine({ model, perUnit: { views: ['window', 'order'], windowSeconds: 300 } })
  line.send({ payload: { type: 'factor', factors: [GAS_FACTOR_ROW] } })
  for (const message of messages(facts)) line.send(message)
  await line.ask({ ask: 'totals', by: ['order'] })
  await new Promise((resolve) => setTimeout(resolve, 500))
  await helper.unload()
  assert.deepEqual(line.faults, [])
  const newest = new Map(line.records.map((record) => [record.id, record]))
  const isClosed = ({ status, to }: Carbon): boolean => status !== 'provisional' && to <= facts.at(-1)!.at - 5 * MINUTE
  return new Map([...newest.values()].filter(isClosed).map((record) => [record.id, figures(record)]))
}

function figures({ revision: _r, status: _s, reasons: _w, plant: _p, ...record }: Carbon): object {
  return { ...record, buckets: record.buckets.map(({ signal: _signal, ...bucket }) => bucket) }
}

describe('an hour of the plant, told by different devices', () => {
  const facts = hour()
  const certain = facts.map((fact) => (fact.kind === 'reading' && fact.status === 'Uncertain' ? good(fact) : fact))
  let plain: Map<string, object>
  let plainAndCertain: Map<string, object>

  before(() => helper.startServer())
  before(async () => {
    plain = await closedThrough(PLAIN, facts)
    plainAndCertain = await closedThrough(PLAIN, certain)
  })
  after(() => helper.stopServer())

  it('gives closed records with energy, emissions and units of two orders', () => {
    const records = [...plain.values()] as Carbon[]
    const whole = records.find(({ view }) => view === 'order')!
    assert.ok(whole.units.good! > 300 && whole.kgCO2e.total > 200, JSON.stringify(whole))
    const windows = records.filter(({ view }) => view === 'window')
    assert.ok(windows.length >= 10, `${windows.length} windows`)
    assert.deepEqual([...new Set(windows.map(({ order }) => order))], ['PO-1001', 'PO-1002'])
    for (const { coverage } of records)
      assert.ok(coverage.energy > 0.99 && coverage.factor > 0.99, JSON.stringify(coverage))
  })

  for (const [name, device] of Object.entries({ MODBUS, GATEWAY_JSON, SPARKPLUG })) {
    it(`gives the same ones through ${name}, to the last digit`, async () => {
      const told = await closedThrough(device, facts)
      const expected = device.saysUncertain ? plain : plainAndCertain
      assert.deepEqual([...told.keys()].sort(), [...expected.keys()].sort())
      for (const [id, record] of expected) assert.deepEqual(told.get(id), record, id)
    })
  }
}).timeout(60_000)
