import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { DataType, DataValue, StatusCodes, Variant } from 'node-opcua'
import type { MeterReport } from '../../nodes/core/meter/meter-count.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { AIR, bench, benchOf, energies, flow, ledger, minute, oven, OVEN, yearly } from './fixtures/meter-bench.ts'
import { asOwn } from './fixtures/as-own.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

describe('carbon-meter', () => {
  let userDir: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'carbon-meter-'))
    helper.settings({ userDir })
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(userDir, { recursive: true })
  })

  it('gives the energy of the worked example, each with its place and its facts on disk', async () => {
    const { send, settled } = await bench()
    send(oven(1000, minute(0)))
    send({ ...oven(1030, minute(30)), _msgid: 'x' })
    send(oven(1054, minute(60)))
    const { out } = await settled()
    assert.deepEqual(
      energies(out).map((e) => [e.meter, e.from, e.to, e.kWh]),
      [
        ['oven-e', minute(0), minute(30), 30],
        ['oven-e', minute(30), minute(60), 24],
      ],
    )
    assert.deepEqual([out[0]?.topic, out[0]?._msgid], ['Acme/Leeds/Packaging/L1/oven', 'x'])
    const facts = [...ledger().facts({ kind: 'energy' })]
    assert.deepEqual(
      facts.map((f) => [f.line, f.from, f.to, (f.body as Energy).kWh]),
      [
        ['L1', minute(0), minute(0), 0],
        ['L1', minute(0), minute(30), 30],
        ['L1', minute(30), minute(60), 24],
      ],
    )
    assert.ok(facts.every((f) => !('signal' in f.body)))
  })

  it('shows the power of the newest interval in the end, however fast the readings came', async () => {
    const { send, settled } = await bench()
    for (const [n, value] of [1000, 1030, 1054].entries()) send(oven(value, minute(30 * n)))
    assert.equal((await settled()).status, '1 of 4 meters')
    // 24 kWh in half an hour; the status follows within a second.
    while ((await settled()).status !== '1 of 4 meters · 48.0 kW') await new Promise((next) => setTimeout(next, 20))
  })

  it('takes what the OPC UA client sends, and lets the subscription id vanish', async () => {
    const { send, settled } = await bench()
    const opcua = (payload: number, at: number): object => ({
      ...{ topic: AIR, payload, statusCode: StatusCodes.Good, sourceTimestamp: new Date(at), _msgid: 'the same' },
    })
    const value = new Variant({ dataType: DataType.Double, value: 12_000 })
    send({ topic: 'subscriptionId', payload: 3234512922 })
    send(opcua(12_000, minute(0)))
    send({
      topic: AIR,
      payload: new DataValue({ value, statusCode: StatusCodes.Good, sourceTimestamp: new Date(minute(1)) }),
    })
    send({ topic: [{ nodeId: AIR }], payload: [new DataValue({ value, sourceTimestamp: new Date(minute(2)) })] })
    const { out, rejected } = await settled()
    assert.deepEqual(
      energies(out).map((e) => e.kWh),
      [0.2, 0.2],
    )
    assert.deepEqual(rejected, [])
  })

  it('takes UMH, uncertain quality and readings without a time, and says of which kind they were', async () => {
    const { send, settled } = await bench()
    const umh = (value: number, at: number): object => ({ topic: OVEN, payload: { timestamp_ms: at, value } })
    const opcua = (payload: number, over: object): object => ({ topic: AIR, payload, ...over })
    send(umh(1000, minute(0)))
    send(umh(1030, minute(30)))
    send(opcua(6000, { statusCode: StatusCodes.Good, sourceTimestamp: new Date(minute(0)) }))
    send(opcua(6000, { statusCode: StatusCodes.UncertainLastUsableValue, sourceTimestamp: new Date(minute(1)) }))
    send(opcua(6000, { statusCode: StatusCodes.Good }))
    const { out, rejected } = await settled()
    assert.deepEqual(rejected, [])
    assert.deepEqual(
      energies(out).map((e) => [e.meter, e.flags.filter((f) => f !== 'gap')]),
      [
        ['oven-e', []],
        ['air-e', ['uncertain']],
        ['air-e', ['uncertain', 'arrival-time']],
      ],
    )
  })

  it('tells of rejected readings on its second output, and counts them', async () => {
    const { send, settled } = await bench()
    send({ topic: AIR, payload: null, statusCode: StatusCodes.BadNodeIdUnknown, sourceTimestamp: null })
    send(oven('many', minute(0)))
    send(oven(5, Date.UTC(2000, 0, 1)))
    send(oven(5, Date.now() + 3_600_000))
    send({ topic: 'acme/leeds/gas', payload: 5 })
    const { out, rejected, status } = await settled()
    assert.deepEqual(out, [])
    const told = rejected.map((m) => m.payload as { type: string; meter: string; value: unknown; reason: string })
    assert.deepEqual(
      told.map((r) => [r.type, r.meter, r.value]),
      [
        ['rejected', 'air-e', null],
        ['rejected', 'oven-e', 'many'],
        ['rejected', 'oven-e', 5],
        ['rejected', 'oven-e', 5],
        ['rejected', 'gas', 5],
      ],
    )
    const reasons = told.map((r) => r.reason)
    assert.match(reasons[0]!, /^quality is bad \(BadNodeIdUnknown\)$/)
    assert.equal(reasons[1], 'value: expected a number in kWh, got "many"')
    assert.match(reasons[2]!, /^time: expected a source clock that is set, got 2000-01-01/)
    assert.match(reasons[3]!, /^time: expected at most 300 s ahead/)
    assert.match(reasons[4]!, /^period: expected from and to/)
    assert.match(status, /^5 rejected · gas: period/)
    assert.equal(rejected[0]?.topic, 'Acme/Leeds/Packaging/L1/comp3')
  })

  it('answers on its second output what became of the readings of each meter', async () => {
    const { send, settled } = await bench()
    for (const [value, n] of [
      [1000, 0],
      [1030, 30],
      [1030, 30],
      [3, 60],
    ] as const)
      send(oven(value, minute(n)))
    send({ topic: AIR, payload: null, statusCode: StatusCodes.BadNodeIdUnknown, sourceTimestamp: null })
    send({ _msgid: 'q', topic: 'panel', number: 7, payload: { type: 'query', ask: 'meters' } })
    const { rejected } = await settled()
    const { topic, number, payload } = rejected.at(-1) as unknown as {
      topic: string
      number: number
      payload: { type: string; ask: string; meters: MeterReport[] }
    }
    assert.deepEqual([topic, number, payload.type, payload.ask], ['panel', 7, 'answer', 'meters'])
    assert.deepEqual(payload.meters.slice(0, 2), [
      {
        ...{ meter: 'oven-e', readings: 3, duplicates: 1, corrections: 0, rejected: {}, classes: { reset: 1 } },
        ...{ newest: minute(60), last: { value: 3, unit: 'kWh' } },
      },
      {
        ...{ meter: 'air-e', readings: 0, duplicates: 0, corrections: 0, classes: {} },
        ...{ rejected: { 'quality is bad (BadNodeIdUnknown)': 1 }, newest: null, last: null },
      },
    ])
  })

  it('passes on, untouched, what is of no meter', async () => {
    const { send, settled } = await bench()
    const strangers = [
      { payload: { type: 'query', ask: 'totals', by: ['order'] } },
      { topic: 'acme/leeds/packaging/l1/order', payload: 'O1' },
      { topic: 'x', payload: asOwn({ type: 'energy', id: 'x' }) },
      { topic: 'spBv1.0/G/NDEATH/E', payload: Buffer.from([]) },
      { topic: 'acme/leeds', payload: { status: 'up' } },
      { payload: undefined },
    ]
    strangers.forEach(send)
    const { out } = await settled()
    out.forEach((m, i) => assert.deepEqual({ ...m, _msgid: 0 }, { ...strangers[i], _msgid: 0 }))
    assert.equal(out.length, strangers.length)
  })

  it('sends a message on that also holds what is of no meter', async () => {
    const { send, settled } = await bench()
    const item = (value: number, at: number): DataValue =>
      new DataValue({ value: new Variant({ dataType: DataType.Double, value }), sourceTimestamp: new Date(at) })
    const topic = [{ nodeId: AIR }, { nodeId: 'ns=8;s=Filler.ProdGoodCount' }]
    send({ topic, payload: [item(6000, minute(0)), item(1, minute(0))] })
    send({ topic, payload: [item(6000, minute(1)), item(2, minute(1))] })
    const { out } = await settled()
    assert.equal(out.length, 3)
    assert.deepEqual(
      energies(out)
        .filter((p) => p.type === 'energy')
        .map((e) => e.kWh),
      [0.1],
    )
  })

  it('tells a meter of Sparkplug B that its birth was not heard', async () => {
    const { send, settled } = await bench()
    // alias 9 = 5.0, without a name
    send({
      topic: 'spBv1.0/G/DDATA/E/D',
      payload: Buffer.from([0x12, 0x0b, 0x10, 9, 0x69, 0, 0, 0, 0, 0, 0, 0x14, 0x40]),
    })
    const { rejected } = await settled()
    const { meter, reason } = rejected[0]!.payload as { meter: string; reason: string }
    assert.deepEqual([meter, reason.split(':')[0]], ['sp', 'alias 9 of G/E is not known'])
  })

  it('takes stated periods of gas in MJ', async () => {
    const { send, settled } = await bench()
    send({ topic: 'acme/leeds/gas', payload: { from: minute(0), to: minute(60), value: 36 } })
    const { out } = await settled()
    assert.deepEqual(
      [energies(out)[0]?.kWh, energies(out)[0]?.carrier, out[0]?.topic],
      [10, 'natural-gas', 'Acme/Leeds'],
    )
  })

  for (const [what, over] of [
    ['the ledger', {}],
    ['the flow context', { ledger: '' }],
  ] as const)
    it(`covers the downtime after a restart, from ${what}`, async () => {
      const first = await bench(over)
      for (const n of [0, 10, 20]) first.send(oven(1000 + n, minute(n)))
      await first.settled()
      // A factor row of the whole year does not hide the energy of yesterday.
      if (!('ledger' in over)) await ledger().append([yearly])
      await helper.setFlows(flow({ ...over, name: 'deployed again' }))
      const second = benchOf()
      second.send(oven(1300, minute(120)))
      second.send(oven(1020, minute(20)))
      const { out } = await second.settled()
      assert.deepEqual(
        energies(out).map((e) => [e.from, e.to, e.kWh, e.flags]),
        [[minute(20), minute(120), 280, ['interpolated']]],
      )
    })

  it('goes on with a meter that was silent for longer than the horizon', async () => {
    const first = await bench()
    first.send({ topic: AIR, payload: 6000, sourceTimestamp: new Date(minute(0)) })
    for (const n of [0, 60 * 72]) first.send(oven(1000 + n, minute(n)))
    await first.settled()
    await helper.setFlows(flow({ name: 'deployed again' }))
    const second = benchOf()
    second.send({ topic: AIR, payload: 6000, sourceTimestamp: new Date(minute(1)) })
    assert.deepEqual(
      energies((await second.settled()).out).map((e) => [e.from, e.kWh]),
      [[minute(0), 0.1]],
    )
  })
})
