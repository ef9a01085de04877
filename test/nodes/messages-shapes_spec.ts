/** What devices and gateways send, and the right figure or the reason: names in the plant model, and where the value stands. */

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import helper from 'node-red-node-test-helper'
import { DataType, DataValue, StatusCodes, Variant } from 'node-opcua'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { PlantNode } from '../../nodes/shared/node-kit.ts'
import { at, check, iso, modelOf, readings, SIGNALS, told, type Row, type Sent } from './fixtures/device-line.ts'

const { util } = createRequire(import.meta.url)('@node-red/util') as { util: { cloneMessage<T>(message: T): T } }

/** The two messages of an hour with 60 kWh in it. */
const hour = (topic: unknown, payloadOf: (kWh: number, minute: number) => unknown, more: object = {}): Sent[] =>
  [0, 60].map((minute) => ({ topic, payload: payloadOf(1000 + minute, minute), ...more }))
const seconds = (minute: number): number => at(minute) / 1000
/** As a gateway writes local time in London in winter. */
const local = (minute: number): string => iso(minute).slice(0, 19)

const RIGHT = { kWh: 60, kg: 12, coverage: { energy: 1 } }
const at1 = (title: string, meter: object, messages: Sent[]): Row => ({ title, meter, messages, right: RIGHT })
const OTHER = { id: 'n', source: 'l1/energy' }

const NAMED: Row[] = [
  at1(
    'an energy meter with a name and a time of its own',
    { path: 'a_total_act_energy' },
    hour('l1/energy', (kWh, m) => ({ a_total_act_energy: kWh, ts: seconds(m) })),
  ),
  at1(
    'a plug that nests its total and tells local time',
    { path: 'ENERGY.Total', timeZone: 'Europe/London' },
    hour('l1/energy', (kWh, m) => JSON.stringify({ Time: local(m), ENERGY: { Total: kWh, Power: 40 } })),
  ),
  at1(
    'one with a total for each tariff',
    { path: 'ENERGY.Total[*]', timeZone: 'Europe/London' },
    hour('l1/energy', (kWh, m) => ({ Time: local(m), ENERGY: { Total: [kWh - 400, 400] } })),
  ),
  {
    title: 'a plug in local time where nobody says which',
    meter: { path: 'ENERGY.Total' },
    messages: hour('l1/energy', (kWh, m) => ({ Time: local(m), ENERGY: { Total: kWh } })),
    right: { kWh: null, rejected: [/^Time: expected a time with Z or an offset, or a "timeZone"/, /^Time: /] },
  },
  at1(
    'a plug with last_seen',
    { path: 'energy' },
    hour('l1/energy', (kWh, m) => ({ energy: kWh, power: 40, last_seen: iso(m) })),
  ),
  at1(
    'an entry of a list',
    { path: 'emeters[1].total' },
    hour('l1/energy', (kWh, m) => ({ unixtime: 1, ts: seconds(m), emeters: [{ total: 7 }, { total: kWh }] })),
  ),
  at1(
    'a time of its own name',
    { path: 'p.kwh', timePath: 'meta.read_at' },
    hour('l1/energy', (kWh, m) => ({ meta: { read_at: iso(m) }, p: { kwh: kWh } })),
  ),
  {
    title: 'a payload of many values and no path: the reason names them',
    messages: hour('l1/energy', (kWh, m) => ({ ts: seconds(m), ENERGY: { Total: kWh, Power: 40 } })),
    right: {
      kWh: null,
      rejected: [0, 1].map(() => /the payload that has|a payload that has ts, ENERGY\.Total, ENERGY\.Power: say which/),
    },
  },
]

const scalar = (value: number, minute: number): DataValue =>
  new DataValue({
    value: new Variant({ dataType: DataType.Double, value }),
    statusCode: StatusCodes.Good,
    sourceTimestamp: new Date(at(minute)),
  })
const NODES = ['ns=2;s=L1.Energy', 'ns=2;s=L1.Good']
const NODE_SIGNALS = [{ source: NODES[1], line: 'L1', role: 'good', kind: 'total' }]
const several = (title: string, messages: Sent[], source = 'L1.oven.kWh', good = 'L1.good'): Row => ({
  title,
  meter: { source },
  signals: [{ source: good, line: 'L1', role: 'good', kind: 'total' }],
  messages,
  right: { ...RIGHT, units: { good: 60 }, perUnit: 0.2 },
})
const entry = (id: string, v: number, minute: number): object => ({ id, v, q: true, t: at(minute) })

const SEVERAL: Row[] = [
  several(
    'a list of tags within an object, on one topic',
    hour('gateway/all', (v, m) => ({
      timestamp: at(m),
      values: [entry('L1.oven.kWh', v, m), entry('L1.good', v, m), entry('L1.spare', 1, m)],
    })),
  ),
  several(
    'a bare list of tags',
    hour('gateway/all', (v, m) => [entry('L1.oven.kWh', v, m), entry('L1.good', v, m)]),
  ),
  several(
    'the same as JSON text, without a topic',
    hour(undefined, (v, m) => JSON.stringify([entry('L1.oven.kWh', v, m), entry('L1.good', v, m)])),
  ),
  {
    title: 'a tag of bad quality among good ones',
    meter: { source: 'L1.oven.kWh' },
    messages: [0, 30, 60].map((m) => ({
      topic: 'gateway/all',
      payload: { values: [{ id: 'L1.oven.kWh', v: m === 30 ? 0 : 1000 + m, q: m !== 30, t: at(m) }] },
    })),
    right: { ...RIGHT, rejected: [/^quality is bad \(false\)$/] },
  },
  several(
    'a buffered batch, all in one go',
    [
      {
        topic: 'l1/telemetry',
        payload: [0, 20, 60].map((m) => ({ ts: at(m), values: { energy: 1000 + m, good: m } })),
      },
    ],
    'energy',
    'good',
  ),
  at1('a buffered batch by path', { path: 'energy' }, [
    { topic: 'l1/energy', payload: [0, 20, 60].map((m) => ({ ts: at(m), values: { energy: 1000 + m } })) },
  ]),
  several(
    'a multiple read of the OPC UA client: values in the payload, node ids in items',
    [0, 60].map((m) => ({
      topic: 'readmultiple',
      items: NODES.map((nodeId) => ({ nodeId, attributeId: 13 })),
      payload: [scalar(1000 + m, m), scalar(m, m)],
    })),
    ...(NODES as [string, string]),
  ),
  several(
    'the same with the values alone, and a server time each',
    [0, 60].map((m) => ({
      topic: 'readmultiple',
      items: NODES,
      payload: [1000 + m, m].map((value) => ({ value: { dataType: 'Double', value }, serverTimestamp: iso(m) })),
    })),
    ...(NODES as [string, string]),
  ),
  {
    title: 'a node id with its data type behind it',
    meter: { source: NODES[0] },
    signals: NODE_SIGNALS,
    messages: [0, 60].map((m) => ({
      topic: `${NODES[0]};datatype=UInt64`,
      payload: [1, 1000 + m],
      sourceTimestamp: new Date(at(m)),
    })),
    right: RIGHT,
  },
  {
    title: 'all variables of an S7 node, without a topic',
    meter: { source: 'oven_kWh' },
    signals: [{ source: 'order', line: 'L1', role: 'order' }],
    messages: [0, 30, 60].map((m) => ({
      payload: { oven_kWh: 1000 + m, order: 4711 + (m > 0 ? 1 : 0) },
      arrives: at(m),
    })),
    right: { kWh: 60, by: { order: { '4711': 30, '4712': 30 } }, flags: ['arrival-time'] },
  },
  several(
    'a decoded Sparkplug payload',
    hour('spBv1.0/Acme/DDATA/Edge/Oven', (value, m) => ({
      timestamp: at(60),
      metrics: [
        { name: 'Energy', type: 'Double', value, timestamp: at(m) },
        { name: 'Good', type: 'Int32', value, timestamp: at(m) },
      ],
    })),
    'spBv1.0/Acme/Edge/Oven/Energy',
    'spBv1.0/Acme/Edge/Oven/Good',
  ),
  several(
    'a decoded Sparkplug template',
    hour('spBv1.0/Acme/DDATA/Edge/Oven', (value, m) => ({
      timestamp: at(m),
      metrics: [
        {
          name: 'M1',
          type: 'Template',
          value: {
            metrics: [
              { name: 'Energy', value },
              { name: 'Good', value },
            ],
          },
        },
      ],
    })),
    'spBv1.0/Acme/Edge/Oven/M1/Energy',
    'spBv1.0/Acme/Edge/Oven/M1/Good',
  ),
  {
    title: 'two meters on one topic with different paths',
    meters: [{ path: 'ENERGY.Total' }, { ...OTHER, path: 'GAS.Total', carrier: 'natural-gas' }],
    messages: hour('l1/energy', (kWh, m) => ({ ts: seconds(m), ENERGY: { Total: kWh }, GAS: { Total: 500 + m / 2 } })),
    right: { kWh: 90, by: { meter: { m: 60, n: 30 } } },
  },
  {
    title: 'a meter and signals on one topic with different paths',
    meter: { path: 'kWh' },
    signals: [
      { source: 'l1/energy', path: 'good', line: 'L1', role: 'good', kind: 'total' },
      { source: 'l1/energy', path: 'order', line: 'L1', role: 'order' },
    ],
    messages: hour('l1/energy', (kWh, m) => ({ ts: seconds(m), kWh, good: m, order: 'O1' })),
    right: { ...RIGHT, units: { good: 60 }, by: { order: { O1: 60 } } },
  },
]

for (const [title, rows] of [
  ['A value under its own name', NAMED],
  ['Several values in one message', SEVERAL],
] as const)
  describe(title, () => {
    before(() => helper.startServer())
    after(() => helper.stopServer())
    for (const row of rows) {
      it(row.title, () => check(row))
      it(`${row.title}, cloned`, () => check({ ...row, messages: util.cloneMessage(row.messages) }))
    }
  })

describe('A name in the plant model', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  const deployed = async (of: Partial<Row>): Promise<{ fault: string | undefined; warnings: string }> => {
    const model = JSON.stringify(modelOf(of))
    await helper.load([carbonPlant], [{ id: 'plant', type: 'carbon-plant', model }])
    const plant = helper.getNode('plant') as unknown as PlantNode & { warn: { args: string[][] } }
    return { fault: plant.fault, warnings: plant.warn.args.flat().join('\n') }
  }
  const [good, order, state] = SIGNALS
  const slips: [name: string, known: string, of: Partial<Row>][] = [
    ['ratedKw', 'ratedKW', { meter: { ratedKw: 75 } }],
    ['rollOverAt', 'rolloverAt', { meter: { rollOverAt: 1e6 } }],
    ['redundantto', 'redundantTo', { meter: { redundantto: 'x' } }],
    ['rolloverat', 'rolloverAt', { signals: [{ ...good, rolloverat: 65536 }] }],
    ['statemap', 'stateMap', { plant: { statemap: { Run: 'productive' } } }],
  ]
  for (const [name, known, of] of slips)
    it(`${name} is refused, and ${known} is named`, async () =>
      assert.match(
        (await deployed(of)).fault ?? '',
        new RegExp(`${name}: expected a known name \\(did you mean ${known}`),
      ))
  it('multiplier is refused', async () =>
    assert.match(
      (await deployed({ meter: { multiplier: 40 } })).fault ?? '',
      /meters\[0\]\.multiplier: expected one of id, source/,
    ))

  const DOUBLED = /signals\[0\]\.source: expected another source than meters\[0\]\.source, or a path of its own/
  it('two meters, or a meter and a signal, on one source are refused', async () => {
    const meters = await deployed({ meters: [{}, OTHER] })
    assert.match(meters.fault ?? '', /meters\[1\]\.source: expected another source than meters\[0\]\.source/)
    await helper.unload()
    assert.match((await deployed({ signals: [{ ...order, source: 'l1/energy' }] })).fault ?? '', DOUBLED)
  })

  const SHIFTS = [
    { name: 'early', from: '06:00', to: '14:00', days: ['mon'] },
    { name: 'late', from: '13:00', to: '22:00', days: ['mon'] },
  ]
  const odd: [title: string, of: Partial<Row>, word: RegExp][] = [
    ['gridZone UK', { plant: { gridZone: 'UK' } }, /gridZone: is "UK"/],
    ['a leading blank in a topic', { signals: [{ ...state, source: ' l1/state' }] }, /begins or ends with a blank/],
    ['overlapping shifts', { plant: { shifts: SHIFTS } }, /shifts/],
    ['a key without effect yet', { plant: { dayStart: '06:00' } }, /dayStart: has no effect yet/],
  ]
  for (const [title, of, word] of odd)
    it(`${title} is a warning`, async () => {
      const { fault, warnings } = await deployed(of)
      assert.equal(fault, undefined)
      assert.match(warnings, word)
    })
})

describe('A message that matches no source', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())

  it('is counted and shown with its topic', () =>
    check({
      title: '',
      messages: [...readings('0=1000 60=1060'), told('l1/enrgy', 60, 5), told('l1/enrgy', 61, 6)],
      right: { ...RIGHT, heard: { 'l1/enrgy': 2 } },
    }))
})
