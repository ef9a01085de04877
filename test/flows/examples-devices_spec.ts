import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import { isMissing, type Energy, type Production, type Segment } from '../../nodes/core/records.ts'
import { at } from '../core/worked-example.ts'
import { Example, flowOf } from './example.ts'

interface Rejected {
  reason: string
}
type Row = [meter: string, from: number, to: number, ...parts: [kWh: number | null, order: string][]]

const round = (n: number | null): number | null => n && Number(n.toPrecision(12))
const orderOf = ({ context }: Segment | Production): string =>
  isMissing(context) ? 'missing' : (context?.order ?? '–')

describe('the example flows of devices', () => {
  let example: Example

  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(async () => {
    await helper.unload()
    assert.deepEqual(example.faults, [])
  })

  /** Deploys an example and presses its buttons from top to bottom. */
  async function play(name: string): Promise<void> {
    example = await Example.deploy(name)
    const buttons = flowOf(name).filter(({ type }) => type === 'inject')
    example.press(...buttons.map((button) => button.name!))
  }
  const reasons = (): string[] => example.heard<Rejected>('Rejected readings').map(({ reason }) => reason)
  const energies = (): Row[] =>
    example
      .heard<Energy>('Energy with context')
      .map(({ meter, from, to, segments }): Row => [
        meter,
        from,
        to,
        ...segments!.map((s): [number | null, string] => [round(s.kWh), orderOf(s)]),
      ])
      .sort()
  const units = (): unknown[] =>
    example.heard<Production>('Units, cut like energy').map((p) => [p.from, p.good, orderOf(p)])

  it('08: registers become kWh by words and scale; a list that does not fit is refused', async () => {
    await play('08 - Modbus registers')
    await example.seen<Energy>('Energy of intervals', ({ meter }) => meter === 'packer-e')
    assert.deepEqual(
      example.heard<Energy>('Energy of intervals').map((e) => [e.meter, e.from, e.to, round(e.kWh), e.flags]),
      [
        // 65,800 − 65,500 tenths; (20 + 40) / 2 kW for ten minutes; 3 kWh through 40:1.
        ['oven-e', at('09:50'), at('10:20'), 30, []],
        ['comp3-e', at('09:50'), at('10:00'), 5, []],
        ['packer-e', at('09:50'), at('10:20'), 120, []],
      ],
    )
    assert.deepEqual(reasons(), ['value: expected the registers of a uint32be, got [0,1,264]'])
  })

  it('09: one message of a gateway holds meters, order, state and count; a plug has local times', async () => {
    await play('09 - JSON gateway')
    await example.seen<Energy>('Energy with context', ({ meter }) => meter === 'packer-e')
    assert.deepEqual(energies(), [
      ['comp3-e', at('09:50'), at('10:05'), [5, 'O1']],
      ['comp3-e', at('10:05'), at('10:50'), [15, 'O2']],
      ['oven-e', at('09:50'), at('10:05'), [15, 'O1']],
      ['oven-e', at('10:05'), at('10:20'), [15, 'O2']],
      ['oven-e', at('10:20'), at('10:50'), [24, 'O2']],
      ['packer-e', at('09:50'), at('10:20'), [5, 'O1'], [5, 'O2']],
    ])
    assert.deepEqual(units(), [
      [at('09:50'), 150, 'O1'],
      [at('10:05'), 150, 'O2'],
      [at('10:20'), 200, 'O2'],
    ])
    assert.deepEqual(reasons(), [
      'quality is bad (0)',
      'value: expected "ENERGY.Total" in the payload, got a payload that has Time, energy_total: say which with "path"',
    ])
    assert.deepEqual(example.heard('Rejected signals'), [])
  })

  it('10: births name the aliases of the data; a bad quality and an unknown alias are refused', async () => {
    await play('10 - Sparkplug edge')
    await example.seen<Production>('Units, cut like energy', ({ to }) => to === at('10:50'))
    assert.deepEqual(energies(), [
      ['oven-e', at('09:50'), at('10:20'), [15, 'O1'], [15, 'O2']],
      ['oven-e', at('10:20'), at('10:50'), [24, 'O2']],
    ])
    assert.deepEqual(units(), [
      [at('09:50'), 150, 'O1'],
      [at('10:05'), 150, 'O2'],
      [at('10:20'), 200, 'O2'],
    ])
    assert.deepEqual(reasons(), [
      'quality is 0',
      'alias 99 of Acme/Leeds is not known: no birth was heard; ask the edge node for a rebirth',
    ])
  })

  it('11: each tag of a multiple read, of Kepware and of an S7 node is a source of its own', async () => {
    await play('11 - OPC UA, Kepware and S7 tags')
    await example.seen<Energy>('Energy with context', ({ meter }) => meter === 'comp3-e')
    assert.deepEqual(energies(), [
      ['comp3-e', at('09:50'), at('10:20'), [3, 'O1'], [3, 'O2']],
      ['oven-e', at('09:50'), at('10:20'), [15, 'O1'], [15, 'O2']],
      ['packer-e', at('09:50'), at('10:05'), [4, 'O1']],
      ['packer-e', at('10:05'), at('10:20'), [5, 'O2']],
    ])
    assert.deepEqual(units(), [
      [at('09:50'), 150, 'O1'],
      [at('10:05'), 150, 'O2'],
    ])
    assert.deepEqual(reasons(), ['quality is bad (false)'])
    assert.deepEqual(example.heard('Rejected signals'), [])
  })
})
