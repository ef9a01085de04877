import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { Aedes } from 'aedes'
import { connectAsync } from 'mqtt'
import type { NodeAPI } from 'node-red'
import helper from 'node-red-node-test-helper'
import carbonKpi from '../../nodes/carbon-kpi/carbon-kpi.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { AnomalyDetector } from '../../nodes/core/anomaly/anomaly.ts'
import type { KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import type { Carbon, CarbonAlert } from '../../nodes/core/records.ts'
import { MODEL, WindowPlant } from '../core/window-plant.ts'
import { asOwn } from './fixtures/as-own.ts'

const nodeRed = createRequire(import.meta.url).resolve('node-red')
helper.init(nodeRed)
const stockMqtt = createRequire(nodeRed)('@node-red/nodes/core/network/10-mqtt.js') as (RED: NodeAPI) => void

const onTab = { z: 'tab', x: 0, y: 0 }
interface Message {
  topic?: string
  payload: unknown
  retain?: boolean
  qos?: number
  datatype?: string
  action?: string
}
type Flow = { id: string; type: string }[]

const flowOf = (over: object = {}, more: object[] = [], wires = ['out']): Flow =>
  [
    { id: 'tab', type: 'tab' },
    { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) },
    { id: 'kpi', type: 'carbon-kpi', plant: 'plant', ...onTab, ...over, wires: [wires] },
    { id: 'out', type: 'helper', ...onTab },
    ...more,
  ] as Flow

/** What leaves the node on the bench; it sends at once, so what was sent is there in the next turn. */
async function bench(over: object = {}): Promise<{ send: (payload: unknown) => Promise<void>; sent: Message[] }> {
  await helper.load([carbonPlant, carbonKpi], flowOf(over))
  const sent: Message[] = []
  helper.getNode('out').on('input', (m: Message) => void sent.push(m))
  const send = async (payload: unknown): Promise<void> => {
    helper.getNode('kpi').receive({ payload: asOwn(payload) })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
  return { send, sent }
}

const plant = new WindowPlant(1)
const [first, second] = [plant.window(0), plant.window(1)]
const revised = (record: Carbon, revision: number): Carbon => ({ ...record, revision, status: 'restated' })

function anAlert(): CarbonAlert {
  const detector = new AnomalyDetector(
    { model: MODEL },
    { minWindows: 8, materiality: 0.05, clear: 0.03, adviseMix: false },
  )
  const alerts = Array.from({ length: 30 }, (_, n) => plant.window(n, n < 20 ? {} : { compKW: 816 }))
  return alerts.flatMap((w) => detector.judge(w).alerts)[0]!
}

describe('carbon-kpi', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('sends each record as a retained message for the stock MQTT out node', async () => {
    const { send, sent } = await bench({ topicPrefix: 'uns/' })
    await send(first)
    const { topic, qos, retain, payload } = sent[0]!
    assert.deepEqual([topic, qos, retain], ['uns/Acme/Leeds/Packaging/L1/kpi/co2e-per-unit/window', 1, true])
    assert.equal((payload as KpiRecord).value, first.perUnit.kgCO2ePerGood)
  })

  it('publishes the views it is told to, by default windows and shifts', async () => {
    const { send, sent } = await bench()
    for (const view of ['window', 'shift', 'order', 'sku-shift', 'day'] as const)
      await send({ ...first, id: view, view })
    assert.deepEqual(
      sent.map((m) => (m.payload as KpiRecord).view),
      ['window', 'shift'],
    )
  })

  it('keeps open records back where only final ones are wanted', async () => {
    const { send, sent } = await bench({ finalOnly: true })
    await send({ ...first, status: 'provisional' })
    await send({ ...first, revision: 1 })
    assert.deepEqual(
      sent.map((m) => (m.payload as KpiRecord).revision),
      [1],
    )
  })

  it('does not let a late revision replace a newer one, nor an earlier time the current one', async () => {
    const { send, sent } = await bench()
    for (const record of [first, second, revised(first, 2), revised(first, 1)]) await send(record)
    assert.deepEqual(
      sent.map((m) => [(m.payload as KpiRecord).recordId, (m.payload as KpiRecord).revision, m.retain]),
      [
        [first.id, 0, true],
        [second.id, 0, true],
        [first.id, 2, false],
      ],
    )
  })

  it('publishes an alarm under the product', async () => {
    const { send, sent } = await bench()
    await send(anAlert())
    assert.deepEqual([sent[0]!.topic, sent[0]!.retain], ['Acme/Leeds/Packaging/L1/alarm/carbon/A-500', true])
  })

  it('passes what is neither record nor alarm, untouched', async () => {
    const { send, sent } = await bench()
    await send({ type: 'energy', kWh: 1 })
    await send(21)
    assert.deepEqual(
      sent.map((m) => m.payload),
      [asOwn({ type: 'energy', kWh: 1 }), 21],
    )
  })

  it('writes figures and alarms to the OPC UA nodes of its rows, as an OPC UA client takes them', async () => {
    const rows = [
      { nodeId: 'ns=1;s=L1.CO2e', datatype: 'Double', field: 'value', line: '', view: '' },
      { nodeId: 'ns=1;s=L1.Alarm', datatype: 'Boolean', field: 'alarmActive', line: 'L1', view: '' },
    ]
    const { send, sent } = await bench({ format: 'opcua', opcuaNodes: rows })
    await send(first)
    await send(anAlert())
    assert.deepEqual(
      sent.map(({ topic, datatype, payload, action }) => [topic, datatype, payload, action]),
      [
        ['ns=1;s=L1.CO2e', 'Double', first.perUnit.kgCO2ePerGood, 'write'],
        ['ns=1;s=L1.Alarm', 'Boolean', true, 'write'],
      ],
    )
  })

  it('writes no null and nothing of an earlier time to OPC UA, and counts both in its status', async () => {
    const rows = JSON.stringify([{ nodeId: 'ns=1;s=L1.CO2e', datatype: 'Double', field: 'value' }])
    const { send, sent } = await bench({ format: 'opcua', opcuaNodes: rows })
    const texts: string[] = []
    helper.getNode('kpi').on('call:status', (call: { args: [{ text: string }] }) => void texts.push(call.args[0].text))
    await send({ ...second, perUnit: { ...second.perUnit, kgCO2ePerGood: null, missing: 'no units' } })
    await send(first)
    await send(plant.window(2))
    assert.equal(sent.length, 1)
    assert.match(texts[0]!, /^L1: no units · 0 sent, 1 without a value$/)
    assert.match(texts.at(-1)!, /kg\/unit · 1 sent, 1 without a value, 1 outdated$/)
  })

  const refusals: [title: string, over: object, message: RegExp][] = [
    ['an unknown format', { format: 'xml' }, /format: expected one of uns-json, opcua, got "xml"/],
    ['an unknown view', { views: ['week'] }, /views: expected one of window, .*got "week"/],
    ['a prefix with wildcards', { topicPrefix: 'a/#' }, /topicPrefix: expected levels without \+ and #, got "a\/#"/],
    [
      'a row without a node id',
      { format: 'opcua', opcuaNodes: [{}] },
      /opcuaNodes\[0\]\.nodeId: expected an OPC UA node id/,
    ],
  ]
  for (const [title, over, message] of refusals) {
    it(`says at deploy what is wrong: ${title}`, async () => {
      await helper.load([carbonPlant, carbonKpi], flowOf(over))
      const { args } = (helper.getNode('kpi') as unknown as { error: { lastCall: { args: [Error] } } }).error.lastCall
      assert.match(args[0].message, message)
    })
  }

  it('reaches a broker through the stock MQTT out node with every digit, and stays there for who comes later', async () => {
    const broker = await Aedes.createBroker()
    const server = createServer(broker.handle)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const stock = [
      { id: 'mqtt', type: 'mqtt out', topic: '', qos: '', retain: '', broker: 'broker', ...onTab, wires: [] },
      {
        id: 'broker',
        type: 'mqtt-broker',
        broker: '127.0.0.1',
        port: String(port),
        autoConnect: true,
        keepalive: '60',
        cleansession: true,
      },
      { id: 'complete', type: 'complete', scope: ['mqtt'], ...onTab, wires: [['delivered']] },
      { id: 'delivered', type: 'helper', ...onTab },
    ]
    try {
      const client = new Promise<void>((resolve) => broker.once('clientReady', () => resolve()))
      await helper.load([carbonPlant, carbonKpi, stockMqtt], flowOf({}, stock, ['mqtt']))
      const delivered = new Promise<void>((resolve) => {
        helper.getNode('delivered').on('input', () => resolve())
      })
      await client
      // The broker is ready before the client has heard of it, and the stock node drops what comes earlier.
      await new Promise((resolve) => setTimeout(resolve, 100))
      helper.getNode('kpi').receive({ payload: asOwn(first) })
      await delivered

      const late = await connectAsync(`mqtt://127.0.0.1:${port}`)
      const told = new Promise<[string, Buffer, { retain: boolean }]>((resolve) => {
        late.on('message', (...message) => resolve(message))
      })
      await late.subscribeAsync('Acme/Leeds/Packaging/+/kpi/#', { qos: 1 })
      const [topic, payload, packet] = await told
      assert.deepEqual([topic, packet.retain], ['Acme/Leeds/Packaging/L1/kpi/co2e-per-unit/window', true])
      assert.equal((JSON.parse(payload.toString()) as KpiRecord).value, first.perUnit.kgCO2ePerGood)
      await late.endAsync()
    } finally {
      await helper.unload()
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      server.close()
    }
  })
})
