import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { DataType, DataValue, resolveNodeId, StatusCodes, Variant, VariantArrayType, type StatusCode } from 'node-opcua'
import { samplesOf, type Sample } from '../../nodes/door/samples.ts'

const { util } = createRequire(import.meta.url)('@node-red/util') as { util: { cloneMessage<T>(message: T): T } }

const AT = Date.UTC(2026, 2, 2, 9, 50)
const time = new Date(AT)
const iso = time.toISOString()
const ENERGY = 'ns=8;s=Filler.Meter1.ActiveEnergyImport'

const dataValue = (value: unknown, dataType = DataType.Double, statusCode: StatusCode = StatusCodes.Good): DataValue =>
  new DataValue({
    value: new Variant({ dataType, value, arrayType: VariantArrayType.Scalar }),
    statusCode,
    sourceTimestamp: time,
    serverTimestamp: time,
  })
/** As it is after a trip through a file context or a broker. */
const viaJson = (message: object): object => JSON.parse(JSON.stringify(message)) as object
const good = (value: Sample['value'], over: Partial<Sample> = {}): Sample[] => [
  { source: ENERGY, value, at: AT, quality: 'good', ...over },
]

describe('samplesOf reads the OPC UA client', () => {
  const opcua = { topic: ENERGY, statusCode: StatusCodes.Good, sourceTimestamp: time, serverTimestamp: time }
  const cases: [title: string, message: object, expected: Sample[]][] = [
    ['a single read', { ...opcua, payload: 1000.33, datatype: 'Double', browseName: 'E1' }, good(1000.33)],
    [
      'a subscription, with what the inject node sent',
      { ...opcua, payload: 16841.47, unit: 'W', asset: 'Filler' },
      good(16841.47),
    ],
    ['a text', { ...opcua, payload: 'Execute', datatype: 'String' }, good('Execute')],
    ['a truth', { ...opcua, payload: false, datatype: 'Boolean' }, good(false)],
    ['a UInt64', { ...opcua, payload: [1, 2], datatype: 'UInt64' }, good(4294967298)],
    ['an Int64 below zero', { ...opcua, payload: [4294967295, 4294967291], datatype: 'Int64' }, good(-5)],
    ['a DataValue of "multiple"', { topic: ENERGY, payload: dataValue(134, DataType.Int32) }, good(134)],
    ['a UInt64 in a DataValue', { topic: ENERGY, payload: dataValue([0, 1000331], DataType.UInt64) }, good(1000331)],
    [
      'an Int64 in a DataValue',
      { topic: ENERGY, payload: dataValue([0xffffffff, 0xfffffffe], DataType.Int64) },
      good(-2),
    ],
    [
      'uncertain quality',
      { ...opcua, payload: 5, statusCode: StatusCodes.UncertainLastUsableValue },
      good(5, { quality: 'uncertain' }),
    ],
    [
      'an array of "readmultiple"',
      {
        topic: [{ nodeId: ENERGY, attributeId: 13 }, { nodeId: resolveNodeId('ns=8;i=7') }],
        payload: [dataValue(1), dataValue(2)],
      },
      [...good(1), ...good(2, { source: 'ns=8;i=7' })],
    ],
  ]
  for (const [title, message, expected] of cases) {
    it(title, () => assert.deepEqual(samplesOf(message), expected))
    it(`${title}, cloned`, () => assert.deepEqual(samplesOf(util.cloneMessage(message)), expected))
    it(`${title}, as JSON`, () => assert.deepEqual(samplesOf(viaJson(message)), expected))
  }

  it('nothing in the subscription id', () =>
    assert.deepEqual(samplesOf({ topic: 'subscriptionId', payload: 3234512922 }), []))

  it('no value in bad quality, and the reason', () => {
    const bad = { topic: ENERGY, payload: null, statusCode: StatusCodes.BadNodeIdUnknown, sourceTimestamp: null }
    const told = { source: ENERGY, value: null, at: null, quality: 'bad' }
    assert.deepEqual(samplesOf(bad), [{ ...told, reason: 'quality is bad (BadNodeIdUnknown)' }])
    assert.deepEqual(samplesOf(viaJson(bad)), [{ ...told, reason: 'quality is bad (2150891520)' }])
    const stale = { topic: ENERGY, payload: dataValue(7, DataType.Double, StatusCodes.BadNoCommunication) }
    assert.deepEqual(samplesOf(stale), [{ ...told, at: AT, reason: 'quality is bad (BadNoCommunication)' }])
  })
})

describe('samplesOf reads MQTT and inject', () => {
  const cases: [title: string, payload: unknown, expected: Partial<Sample>][] = [
    ['a number', 12.5, { value: 12.5 }],
    ['numeric text', ' 12.50 ', { value: 12.5, text: '12.50' }],
    ['an order number with leading zeros', '0042', { value: 42, text: '0042' }],
    ['an exponent', '1.2e3', { value: 1200, text: '1.2e3' }],
    ['other text', 'A-500', { value: 'A-500' }],
    ['text that only looks like JSON', '{broken', { value: '{broken' }],
    ['a Buffer of text', Buffer.from('77'), { value: 77, text: '77' }],
    ['a Buffer of JSON', Buffer.from(`{"value":3,"timestamp":"${iso}"}`), { value: 3, at: AT }],
    ['JSON text', `{"value":3,"timestamp":${AT}}`, { value: 3, at: AT }],
    ['an object with ts in seconds', { value: 3, ts: AT / 1000 }, { value: 3, at: AT }],
    ['an object with time as text of milliseconds', { value: 3, time: `${AT}` }, { value: 3, at: AT }],
    ['an offset from UTC', { value: 3, time: '2026-03-02T10:50:00+01:00' }, { value: 3, at: AT }],
    ['a Date', { value: 3, timestamp: time }, { value: 3, at: AT }],
    ['UMH', { timestamp_ms: AT, value: 16.3 }, { value: 16.3, at: AT }],
    ['a revision', { value: 3, timestamp: AT, revision: 2 }, { value: 3, at: AT, revision: 2 }],
    ['quality in words', { value: 3, quality: 'UNCERTAIN' }, { value: 3, quality: 'uncertain' }],
    ['an interval', { from: iso, to: AT + 60_000, value: 2 }, { value: 2, from: AT, at: AT + 60_000 }],
    [
      'an interval with start and end',
      { start: iso, end: AT + 60_000, value: 2 },
      { value: 2, from: AT, at: AT + 60_000 },
    ],
  ]
  for (const [title, payload, expected] of cases)
    it(title, () => {
      const sample = { source: 'l1/oven', at: null, quality: 'good' as const, ...expected }
      assert.deepEqual(samplesOf({ topic: 'l1/oven', payload }), [sample])
    })

  it('a list of values of one topic', () => {
    const payload = [1, 2].map((value) => ({ value, timestamp: AT + value }))
    const values = samplesOf({ topic: 'l1/oven', payload }).map((s) => [s.source, s.value, s.at])
    assert.deepEqual(values, [
      ['l1/oven', 1, AT + 1],
      ['l1/oven', 2, AT + 2],
    ])
  })
  it('nothing in a record of this package', () => {
    for (const type of ['energy', 'job', 'carbon'])
      assert.deepEqual(samplesOf({ topic: 'a/b', payload: { type, from: 1, to: 2 } }), [])
  })
  it('a message without topic or payload as a sample of nothing', () => {
    const [sample] = samplesOf({})
    assert.deepEqual(
      [sample?.source, sample?.value, sample?.reason],
      ['', null, 'value: expected a number or text, got nothing'],
    )
  })
  it('names that could pollute a prototype as nothing special', () => {
    const payload = '{"__proto__":{"value":5,"quality":"bad"},"constructor":{"prototype":{"x":1}},"value":3}'
    assert.equal(samplesOf({ topic: '__proto__', payload })[0]?.value, 3)
    assert.deepEqual(({} as Record<string, unknown>)['value'], undefined)
  })
})

describe('samplesOf gives no value, but the reason, for', () => {
  const cases: [title: string, payload: unknown, reason: string][] = [
    ['NaN', NaN, 'value: expected a number or text, got NaN'],
    [
      'an object without a value',
      { power: 5 },
      'value: expected a number or text, got a payload that has power: say which with "path"',
    ],
    [
      'an object as value',
      { value: { count: 5 } },
      'value: expected a number or text, got a payload that has value.count: say which with "path"',
    ],
    [
      'a list of numbers',
      [1, 2, 3],
      'value: expected a number or text, got [1,2,3]; say which with "path", sum them with "[*]", or name their "words"',
    ],
    ['bad quality in words', { value: 3, quality: 'Bad' }, 'quality is bad (Bad)'],
    [
      'a time without an offset: it could be any zone',
      { value: 3, timestamp: '2026-03-02T09:50:00' },
      'timestamp: expected a time with Z or an offset, or a "timeZone" in the plant model, got "2026-03-02T09:50:00"',
    ],
    ['a time that is none', { value: 3, ts: 'soon' }, 'ts: expected epoch s or ms, or ISO 8601, got "soon"'],
    [
      'a period that ends before it begins',
      { value: 3, from: AT, to: AT - 1 },
      `period: expected from and to (epoch or ISO 8601 with Z), to after from, got ${AT} and ${AT - 1}`,
    ],
  ]
  for (const [title, payload, reason] of cases)
    it(title, () => {
      const [sample] = samplesOf({ topic: 'l1/oven', payload })
      assert.deepEqual([sample?.value, sample?.quality, sample?.reason], [null, 'bad', reason])
    })
})
