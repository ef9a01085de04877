import assert from 'node:assert/strict'
import sparkplug from 'sparkplug-payload'
import { Births, sparkplugSamples } from '../../nodes/door/sparkplug.ts'
import { samplesOf, type Sample } from '../../nodes/door/samples.ts'

const { encodePayload } = sparkplug.get('spBv1.0')!
const AT = Date.UTC(2026, 2, 2, 9, 50)
type Metrics = NonNullable<Parameters<typeof encodePayload>[0]['metrics']>
type Metric = Metrics[number]

const payload = (...metrics: Partial<Metric>[]): Uint8Array =>
  encodePayload({ timestamp: AT, seq: 0, metrics: metrics as Metric[] })
const values = (samples: Sample[]): unknown[] => samples.map((s) => [s.source, s.value])

/** A field that holds a message. */
function nestedIn(tag: number, content: Buffer): Buffer {
  const length: number[] = []
  for (let n = content.length; ; n >>>= 7) {
    length.push(n > 127 ? (n & 127) | 128 : n)
    if (n <= 127) break
  }
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

describe('A Sparkplug B payload', () => {
  it('gives each metric with its own time', () => {
    const bytes = payload(
      { name: 'Meter1/Energy', type: 'Double', value: 1000.25, timestamp: AT - 5000 },
      { name: 'Order', type: 'String', value: '0042' },
      { name: 'Running', type: 'Boolean', value: false },
    )
    const message = { topic: 'spBv1.0/Acme/DDATA/Edge1/Filler', payload: Buffer.from(bytes) }
    assert.deepEqual(samplesOf(message), [
      { source: 'spBv1.0/Acme/Edge1/Filler/Meter1/Energy', value: 1000.25, at: AT - 5000, quality: 'good' },
      { source: 'spBv1.0/Acme/Edge1/Filler/Order', value: 42, text: '0042', at: AT, quality: 'good' },
      { source: 'spBv1.0/Acme/Edge1/Filler/Running', value: false, at: AT, quality: 'good' },
    ])
  })

  it('gives whole numbers with their sign', () => {
    const bytes = payload(
      { name: 'i8', type: 'Int8', value: -5 },
      { name: 'i16', type: 'Int16', value: -300 },
      { name: 'i32', type: 'Int32', value: -70000 },
      { name: 'i64', type: 'Int64', value: -5_000_000_000 },
      { name: 'u32', type: 'UInt32', value: 4_000_000_000 },
      { name: 'u64', type: 'UInt64', value: 5_000_000_000 },
      { name: 'f', type: 'Float', value: 1.5 },
    )
    const got = sparkplugSamples('spBv1.0/G/NDATA/E', bytes, new Births()).map((s) => s.value)
    assert.deepEqual(got, [-5, -300, -70000, -5_000_000_000, 4_000_000_000, 5_000_000_000, 1.5])
  })

  it('finds names and types of a data message in the births of the edge node and its devices', () => {
    const memory = new Births()
    const born = (name: string, alias: number): Partial<Metric> => ({ name, alias, type: 'Int32', value: 0 })
    sparkplugSamples('spBv1.0/G/NBIRTH/E', payload(born('Power', 1)), memory)
    sparkplugSamples('spBv1.0/G/DBIRTH/E/Oven', payload(born('Energy', 2)), memory)
    const node = sparkplugSamples('spBv1.0/G/NDATA/E', payload({ alias: 1, type: 'Int32', value: -7 }), memory)
    const device = sparkplugSamples('spBv1.0/G/DDATA/E/Oven', payload({ alias: 2, type: 'Int32', value: 8 }), memory)
    assert.deepEqual(values([...node, ...device]), [
      ['spBv1.0/G/E/Power', -7],
      ['spBv1.0/G/E/Oven/Energy', 8],
    ])
  })

  it('knows the alias 0', () => {
    const memory = new Births()
    // Name `E`, alias 0, Double; then alias 0 and the value 7: the library for tests drops an alias of 0.
    const double = [0x69, 0, 0, 0, 0, 0, 0, 0x1c, 0x40]
    const metric = (...fields: number[]): Buffer => Buffer.from([0x12, fields.length, ...fields])
    sparkplugSamples('spBv1.0/G/DBIRTH/E/D', metric(0x0a, 1, 0x45, 0x10, 0, 0x20, 10, ...double), memory)
    assert.deepEqual(values(sparkplugSamples('spBv1.0/G/DDATA/E/D', metric(0x10, 0, ...double), memory)), [
      ['spBv1.0/G/E/D/E', 7],
    ])
  })

  it('says that an alias is not known, also after the edge node was born anew', () => {
    const memory = new Births()
    const data = payload({ alias: 1, type: 'Double', value: 7 })
    const reason = 'alias 1 of G/E is not known: no birth was heard; ask the edge node for a rebirth'
    const told = [{ source: 'spBv1.0/G/E/Oven', value: null, at: AT, quality: 'bad', reason }]
    assert.deepEqual(sparkplugSamples('spBv1.0/G/DDATA/E/Oven', data, memory), told)
    sparkplugSamples('spBv1.0/G/DBIRTH/E/Oven', payload({ name: 'Energy', alias: 1, type: 'Double', value: 0 }), memory)
    assert.equal(sparkplugSamples('spBv1.0/G/DDATA/E/Oven', data, memory)[0]?.value, 7)
    sparkplugSamples('spBv1.0/G/NBIRTH/E', payload(), memory)
    assert.deepEqual(sparkplugSamples('spBv1.0/G/DDATA/E/Oven', data, memory), told)
  })

  it('forgets the births of longest ago rather than growing without end', () => {
    const memory = new Births(10)
    const birth = payload(
      { name: 'a', alias: 1, type: 'Double', value: 1 },
      { name: 'b', alias: 2, type: 'Double', value: 2 },
    )
    for (let i = 0; i < 20; i++) sparkplugSamples(`spBv1.0/G/NBIRTH/E${i}`, birth, memory)
    const known = (i: number): boolean =>
      sparkplugSamples(`spBv1.0/G/NDATA/E${i}`, payload({ alias: 2, type: 'Double', value: 3 }), memory)[0]!.value === 3
    assert.deepEqual([0, 14, 15, 19].map(known), [false, false, true, true])
  })

  it('forgets what is in use last of all', () => {
    const memory = new Births(10)
    const birth = payload({ name: 'a', alias: 1, type: 'Double', value: 1 })
    const data = payload({ alias: 1, type: 'Double', value: 3 })
    sparkplugSamples('spBv1.0/G/NBIRTH/E', birth, memory)
    sparkplugSamples('spBv1.0/G/NDATA/E', data, memory)
    for (let i = 0; i < 20; i++) sparkplugSamples(`spBv1.0/G/NBIRTH/E${i}`, birth, memory)
    assert.equal(sparkplugSamples('spBv1.0/G/NDATA/E', data, memory)[0]!.value, 3)
  })

  const bombs: [title: string, bytes: Buffer, reason: RegExp][] = [
    ['10,001 metrics', Buffer.alloc(20_002, '1200', 'hex'), /^metrics: expected at most 10000, got more/],
    ['4 MB of empty metrics', Buffer.alloc(4_000_000, '1200', 'hex'), /^metrics: expected at most 10000, got more/],
    ['a metric of a million properties', nestedIn(0x12, nestedIn(0x4a, Buffer.alloc(2_000_000, '0a00', 'hex'))), /^payload: expected at most 200000 values/], // prettier-ignore
    ['more bytes than a message may be', Buffer.alloc(4_000_001), /^payload: expected at most 4000000 bytes/],
    ['groups within groups', Buffer.alloc(1_000_000, 0x7b), /^payload: expected Sparkplug B, got 1000000 bytes that are not/], // prettier-ignore
  ]
  for (const [title, bytes, reason] of bombs) {
    it(`is refused before it is unpacked: ${title}`, () => {
      const [sample, ...more] = samplesOf({ topic: 'spBv1.0/G/NDATA/E', payload: bytes })
      assert.match(sample!.reason ?? '', reason)
      assert.deepEqual(more, [])
    })
  }

  it('gives no value for null, for bad quality and for what is not a number or text', () => {
    const quality = (value: number): Partial<Metric> => ({ properties: { Quality: { type: 'Int32', value } } })
    const bytes = payload(
      { name: 'null', type: 'Double', value: null },
      { name: 'stale', type: 'Double', value: 1, ...quality(500) },
      { name: 'bad', type: 'Double', value: 1, ...quality(0) },
      { name: 'fine', type: 'Double', value: 1, ...quality(192) },
      { name: 'bytes', type: 'Bytes', value: new Uint8Array([1]) },
    )
    const got = sparkplugSamples('spBv1.0/G/NDATA/E', bytes, new Births()).map((s) => [s.value, s.reason])
    const nothing = 'value: expected a number or text, got nothing'
    assert.deepEqual(got, [
      [null, nothing],
      [null, 'quality is 500'],
      [null, 'quality is 0'],
      [1, undefined],
      [null, nothing],
    ])
  })

  it('is nothing in deaths, commands and host states', () => {
    for (const topic of [
      'spBv1.0/G/NDEATH/E',
      'spBv1.0/G/DDEATH/E/D',
      'spBv1.0/G/NCMD/E',
      'spBv1.0/STATE/host',
      'spBv1.0/',
    ])
      assert.deepEqual(samplesOf({ topic, payload: Buffer.from(payload()) }), [])
  })

  it('says what is wrong when it cannot be read', () => {
    const reasonOf = (content: unknown): string | undefined =>
      samplesOf({ topic: 'spBv1.0/G/NDATA/E', payload: content })[0]?.reason
    assert.match(reasonOf('text') ?? '', /^payload: expected a Buffer, got string; set the output of the MQTT in node/)
    assert.match(
      reasonOf(Buffer.from([0xff, 0xff, 0xff])) ?? '',
      /^payload: expected Sparkplug B, got 3 bytes that are not/,
    )
  })

  it('gives no value of bad or stale quality', () => {
    const of = (value: number, type: 'Int32' | 'UInt64'): Partial<Metric> => ({
      ...{ name: 'E', type: 'Double', value: 7, properties: { Quality: { type, value } } },
    })
    const bytes = payload(of(0, 'Int32'), of(500, 'Int32'), of(0, 'UInt64'), of(192, 'Int32'), of(192, 'UInt64'))
    const samples = sparkplugSamples('spBv1.0/G/NDATA/E', bytes, new Births())
    assert.deepEqual(
      samples.map((s) => s.reason ?? s.value),
      ['quality is 0', 'quality is 500', 'quality is 0', 7, 7],
    )
  })
})
