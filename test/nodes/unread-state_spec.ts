import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import helper from 'node-red-node-test-helper'
import carbonContext from '../../nodes/carbon-context/carbon-context.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { asOwn } from './fixtures/as-own.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const T0 = Date.UTC(2026, 2, 2, 9)
const minute = (n: number): number => T0 + n * 60_000
const model = {
  ...{ enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', lines: [{ id: 'L1' }] },
  signals: [{ source: 'l1/state', line: 'L1', role: 'state' }],
}

describe('a state that nobody has explained', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('is reported on output 2, and ends what stood', async () => {
    const onTab = { z: 'tab', x: 0, y: 0 }
    await helper.load(
      [carbonPlant, carbonContext],
      [
        { id: 'tab', type: 'tab' },
        { id: 'plant', type: 'carbon-plant', model: JSON.stringify(model) },
        { id: 'context', type: 'carbon-context', plant: 'plant', ...onTab, wires: [['out'], ['rejected']] },
        { id: 'out', type: 'helper', ...onTab },
        { id: 'rejected', type: 'helper', ...onTab },
      ],
    )
    const rejected: { source: string; value: unknown; reason: string }[] = []
    helper
      .getNode('rejected')
      .on('input', ({ payload }: { payload: (typeof rejected)[number] }) => rejected.push(payload))
    const laid = new Promise<Energy>((resolve) =>
      helper.getNode('out').on('input', ({ payload }: { payload: Energy }) => {
        if (payload.type === 'energy') resolve(payload)
      }),
    )
    const context = helper.getNode('context')
    const state = (n: number, value: string): void =>
      context.receive({ topic: 'l1/state', payload: { value, timestamp: minute(n) } })
    state(0, 'Execute')
    state(30, 'Dancing')
    const energy = { type: 'energy', id: 'e', revision: 0, meter: 'm', line: 'L1', carrier: 'electricity', flags: [] }
    context.receive({ payload: asOwn({ ...energy, from: T0, to: minute(60), kWh: 60, quality: 'measured' }) })
    const told = (await laid).segments!.map(({ kWh, context }) => [
      kWh,
      context && 'state' in context ? context.state : '–',
    ])
    assert.deepEqual(told, [
      [30, 'productive'],
      [30, '–'],
    ])
    assert.equal(rejected.length, 1)
    const [{ source, value, reason } = { source: '', value: '', reason: '' }] = rejected
    assert.deepEqual([source, value], ['l1/state', 'Dancing'])
    assert.match(reason, /^state of L1: expected a state of PackML, .*, got "Dancing"$/)
  })
})
