import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { NodeAPI } from 'node-red'
import helper from 'node-red-node-test-helper'
import carbonFactor from '../../nodes/carbon-factor/carbon-factor.ts'
import carbonMeter from '../../nodes/carbon-meter/carbon-meter.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { MODEL, at } from './fixtures/good-hour.ts'

const require = createRequire(import.meta.url)
helper.init(require.resolve('node-red'))

type Register = (RED: NodeAPI) => void
const stock = (file: string): Register => require(`@node-red/nodes/core/${file}.js`) as Register
const onTab = { z: 'tab', x: 0, y: 0 }
const set = (to: string, tot: string): object => ({ t: 'set', p: 'payload', pt: 'msg', to, tot })

/** Nodes between two stations; each ends at `next`. */
const between: [title: string, file: string, nodes: object[]][] = [
  ['a switch', 'function/10-switch', [{ id: 'x', type: 'switch', property: 'payload.type', propertyType: 'msg', rules: [{ t: 'eq', v: 'energy', vt: 'str' }], outputs: 1, checkall: 'true' }]], // prettier-ignore
  ['a change that adds a field', 'function/15-change', [{ id: 'x', type: 'change', rules: [{ t: 'set', p: 'payload.note', pt: 'msg', to: 'seen', tot: 'str' }] }]], // prettier-ignore
  ['a change that moves the payload away and back', 'function/15-change', [{ id: 'x', type: 'change', rules: [{ t: 'move', p: 'payload', pt: 'msg', to: 'kept', tot: 'msg' }, set('kept', 'msg')] }]], // prettier-ignore
  ['a delay', 'function/89-delay', [{ id: 'x', type: 'delay', pauseType: 'delay', timeout: '5', timeoutUnits: 'milliseconds', outputs: 1 }]], // prettier-ignore
  ['a rate limit', 'function/89-delay', [{ id: 'x', type: 'delay', pauseType: 'rate', rate: '100', nbRateUnits: '1', rateUnits: 'second', drop: false, outputs: 1 }]], // prettier-ignore
  [
    'a function that passes it on',
    'function/10-function',
    [{ id: 'x', type: 'function', func: 'return msg', outputs: 1 }],
  ],
  ['a function that copies the payload', 'function/10-function', [{ id: 'x', type: 'function', func: 'msg.payload = { ...msg.payload, note: 1 }; return msg', outputs: 1 }]], // prettier-ignore
  ['a function that sends a clone', 'function/10-function', [{ id: 'x', type: 'function', func: 'node.send(RED.util.cloneMessage(msg))', outputs: 1 }]], // prettier-ignore
  ['two links', 'common/60-link', [{ id: 'x', type: 'link out', mode: 'link', links: ['y'] }, { id: 'y', type: 'link in', links: ['x'] }]], // prettier-ignore
]

describe('A record of our own', () => {
  let errors: Error[]
  let out: Energy[]

  afterEach(() => helper.unload())

  async function deploy(files: Register[], nodes: object[], wires: string[] = ['x']): Promise<void> {
    const last = nodes.length - 1
    await helper.load([carbonPlant, carbonMeter, carbonFactor, ...files], [
      { id: 'tab', type: 'tab' },
      { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) },
      { id: 'meter', type: 'carbon-meter', plant: 'plant', ...onTab, wires: [wires, []] },
      ...nodes.map((node, i) => ({ ...node, ...onTab, wires: i === last ? [['next']] : [[]] })),
      { id: 'next', type: 'carbon-factor', plant: 'plant', yearlyFallback: false, ...onTab, wires: [['out'], []] },
      { id: 'out', type: 'helper', ...onTab },
      { id: 'other', type: 'helper', ...onTab },
    ] as Parameters<typeof helper.load>[1])
    errors = []
    out = []
    helper.getNode('next').on('call:error', ({ args }: { args: [Error] }) => void errors.push(args[0]))
    helper.getNode('out').on('input', ({ payload }: { payload: Energy }) => void out.push(payload))
    for (const minute of [0, 1])
      helper.getNode('meter').receive({ topic: 'l1/energy', payload: { value: minute, timestamp: at(minute) } })
    await new Promise((resolve) => setTimeout(resolve, 80))
  }

  for (const [title, file, nodes] of between) {
    it(`is taken behind ${title}`, async () => {
      await deploy([stock(file)], nodes)
      assert.deepEqual(errors, [])
      assert.deepEqual(out.map((e) => e.kWh), [1]) // prettier-ignore
    })
  }

  it('is taken from a first and from a second wire, of which one has a clone', async () => {
    for (const wires of [
      ['other', 'next'],
      ['next', 'other'],
    ]) {
      // prettier-ignore
      await deploy([], [], wires)
      assert.deepEqual(errors, [])
      assert.deepEqual(out.map((e) => e.kWh), [1]) // prettier-ignore
      await helper.unload()
    }
  })

  it('is one no more once it went through JSON', async () => {
    const func = 'msg.payload = JSON.parse(JSON.stringify(msg.payload)); return msg'
    await deploy([stock('function/10-function')], [{ id: 'x', type: 'function', func, outputs: 1 }])
    assert.deepEqual(out, [])
    assert.match(
      errors[0]!.message,
      /^type: expected "energy" from a carbon station .*; send readings, or let carbon-meter/,
    )
  })

  it('cannot be made of data, whatever it says of itself', async () => {
    await deploy([], [], ['next'])
    const forged = [
      '{"type":"energy","Symbol(made by a carbon station)":true}',
      '{"type":"energy","__proto__":{"type":"energy"}}',
    ]
    for (const text of forged) helper.getNode('next').receive({ payload: JSON.parse(text) as object })
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual([errors.length, out.length], [2, 1])
  })
})
