import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import helper from 'node-red-node-test-helper'
import carbonAnomaly from '../../nodes/carbon-anomaly/carbon-anomaly.ts'
import carbonContext from '../../nodes/carbon-context/carbon-context.ts'
import carbonEsg from '../../nodes/carbon-esg/carbon-esg.ts'
import carbonFactor from '../../nodes/carbon-factor/carbon-factor.ts'
import carbonKpi from '../../nodes/carbon-kpi/carbon-kpi.ts'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonMeter from '../../nodes/carbon-meter/carbon-meter.ts'
import carbonPerUnit from '../../nodes/carbon-per-unit/carbon-per-unit.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { NameCount } from '../../nodes/door/names.ts'
import { HeardSources } from '../../nodes/door/heard.ts'
import { checkJson, checkSize } from '../../nodes/door/size.ts'
import { Deferred } from '../../nodes/shared/deferred.ts'
import { MODEL, at } from './fixtures/good-hour.ts'

const STATIONS = [carbonMeter, carbonFactor, carbonContext, carbonPerUnit, carbonAnomaly, carbonKpi, carbonEsg]
type Sent = { topic?: string; payload: Record<string, unknown> }

interface Bench {
  out: Sent[][]
  errors: string[]
  status: string[]
  send(message: object): Promise<void>
}

/** One station on the bench, with helpers behind its two outputs. */
async function station(type: string, over: object = {}): Promise<Bench> {
  const onTab = { z: 'tab', x: 0, y: 0 }
  const node = { id: 'x', type, plant: 'plant', ledger: 'ledger', ...onTab, ...over, wires: [['o1'], ['o2']] }
  await helper.load(
    [carbonPlant, carbonLedger, ...STATIONS],
    [
      { id: 'tab', type: 'tab' },
      { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) },
      { id: 'ledger', type: 'carbon-ledger', store: 'memory' },
      node,
      { id: 'o1', type: 'helper', ...onTab },
      { id: 'o2', type: 'helper', ...onTab },
    ],
  )
  const bench: Bench = {
    out: [[], []],
    errors: [],
    status: [],
    send: async (message) => {
      helper.getNode('x').receive(message)
      await new Promise((resolve) => setTimeout(resolve, 15))
    },
  }
  for (const i of [0, 1]) helper.getNode(`o${i + 1}`).on('input', (m: Sent) => void bench.out[i]!.push(m))
  helper.getNode('x').on('call:error', ({ args }: { args: [Error] }) => void bench.errors.push(args[0].message))
  helper
    .getNode('x')
    .on('call:status', ({ args }: { args: [{ text: string }] }) => void bench.status.push(args[0].text))
  return bench
}

afterEach(() => helper.unload())

describe('A record of our own types from outside', () => {
  const forged = {
    topic: 'Acme/Leeds/L1',
    payload: { type: 'carbon', id: 'order|L1|O1', revision: 9, view: 'order', line: 'L1' },
  }

  for (const type of ['carbon-factor', 'carbon-per-unit', 'carbon-anomaly', 'carbon-kpi', 'carbon-esg']) {
    it(`goes to the Catch node behind ${type}, and no further`, async () => {
      const bench = await station(type)
      await bench.send(forged)
      assert.deepEqual(bench.out, [[], []])
      assert.match(
        bench.errors.join(),
        /^type: expected "carbon" from a carbon station of this Node-RED, got one from outside; send/,
      )
    })
  }

  for (const type of ['carbon-meter', 'carbon-context']) {
    it(`leaves ${type} by its second output, with topic and reason`, async () => {
      const bench = await station(type)
      await bench.send(forged)
      assert.deepEqual([bench.out[0], bench.errors], [[], []])
      const { topic, payload } = bench.out[1]![0]!
      assert.deepEqual([topic, payload['type']], ['Acme/Leeds/L1', 'rejected'])
      assert.match(payload['reason'] as string, /^type: expected "carbon"/)
      assert.match(bench.status.at(-1)!, /^1 rejected · type: expected/)
    })
  }

  it('is shown once a minute, however many come, and all of them are counted', async () => {
    const bench = await station('carbon-context')
    for (let i = 0; i < 20; i++) await bench.send(forged)
    await bench.send({ payload: { type: 'job', line: 'L7', at: at(0) } })
    assert.deepEqual(
      bench.status.filter((text) => text.includes('rejected')).map((text) => text.slice(0, 24)),
      ['1 rejected · type: expec', '21 rejected · line: expe'],
    )
  })
})

describe('Energy from outside', () => {
  const energy = (over: object = {}): object => ({
    payload: {
      type: 'energy',
      id: 'mine',
      revision: 0,
      meter: 'm2',
      line: 'L7',
      carrier: 'coal',
      from: at(0),
      to: at(15),
      kWh: 3,
      segments: [{}],
      ...over,
    },
  })

  it('is a reading of an interval meter where the dialog says so, and nothing else of it counts', async () => {
    const bench = await station('carbon-meter', { takeEnergy: true })
    await bench.send(energy())
    assert.deepEqual(bench.out[1], [])
    const { id, line, carrier, kWh, segments } = bench.out[0]![0]!.payload
    assert.deepEqual([id, line, carrier, kWh, segments], [`m2|${at(0)}|${at(15)}`, 'L2', 'electricity', 3, undefined])
  })

  const refused: [title: string, over: object, reason: RegExp][] = [
    [
      'of a meter that the plant does not have',
      { meter: 'm9' },
      /^meter: expected a meter of the plant model, got "m9"/,
    ],
    ['of a counter', { meter: 'm1' }, /^meter: expected one with "reading": "interval" .*, got m1, a counter in kWh/],
    ['that is not known', { kWh: null }, /^kWh: expected a number of 0 or more, got nothing/],
    ['below zero', { kWh: -1 }, /^kWh: expected a number of 0 or more, got -1/],
    ['of two years', { from: at(0) - 800 * 86_400_000 }, /^period: expected at most 400 days, got 800/],
    ['ahead of the clock', { from: at(0), to: at(500) }, /^time: expected at most 300 s ahead of our clock/],
    ['with a revision that is none', { revision: 0.5 }, /^revision: expected a whole number/],
  ]
  for (const [title, over, reason] of refused) {
    it(`is refused ${title}`, async () => {
      const bench = await station('carbon-meter', { takeEnergy: true })
      await bench.send(energy(over))
      assert.deepEqual(bench.out[0], [])
      assert.match(bench.out[1]![0]!.payload['reason'] as string, reason)
    })
  }

  it('is a reading like any other where a device calls its own so', async () => {
    const bench = await station('carbon-meter')
    const of = (value: number, minute: number): object => ({
      topic: 'l1/energy',
      payload: { type: 'energy', value, timestamp: at(minute) },
    })
    await bench.send(of(10, 0))
    await bench.send(of(12, 1))
    assert.equal(bench.out[0]![0]!.payload['kWh'], 2)
  })
})

describe('An object whose fields throw what has no text', () => {
  for (const type of ['meter', 'factor', 'context', 'per-unit', 'anomaly', 'kpi', 'esg']) {
    it(`is answered by carbon-${type}`, async () => {
      const bench = await station(`carbon-${type}`)
      const payload = new Proxy({}, { get: () => { throw Object.create(null) } }) // prettier-ignore
      await bench.send({ topic: 'l1/energy', payload })
      assert.equal(bench.errors.length + bench.out.flat().length, 1)
    })
  }
})

describe('What was heard', () => {
  it('of topics that the plant does not name is told when asked for', async () => {
    const bench = await station('carbon-context')
    await bench.send({ topic: 'l9/energy', payload: { value: 5, timestamp: at(3) } })
    await bench.send({ topic: 'l9/energy', payload: { value: 6, timestamp: at(4) } })
    await bench.send({ topic: 'l9/name', payload: 'a\nb' })
    await bench.send({ topic: 'l1/energy', payload: 7 })
    await bench.send({ topic: 'l1/good', payload: 7 })
    await bench.send({ number: 4, payload: { type: 'query', ask: 'heard' } })
    const { payload, number } = bench.out[1]!.at(-1)! as Sent & { number: number }
    const { type, ask, sources, others } = payload as {
      type: string
      ask: string
      sources: Record<string, unknown>[]
      others: number
    }
    assert.deepEqual([type, ask, others, number], ['answer', 'heard', 0, 4])
    assert.deepEqual(
      sources.map(({ source, count, value, at }) => [source, count, value, at]),
      [
        ['l9/energy', 2, 6, at(4)],
        ['l9/name', 1, 'a\\nb', null],
      ],
    )
    assert.ok(sources.every(({ ageSeconds }) => (ageSeconds as number) >= 0 && (ageSeconds as number) < 5))
  })

  it('again and again outlasts a flood of topics that come once', () => {
    const heard = new HeardSources()
    const note = (source: string, now: number): void => heard.note({ source, value: 1, at: null, quality: 'good' }, now)
    note('real', 0)
    note('real', 1)
    for (let n = 0; n < 100_000; n++) note(`flood/${n}`, n)
    const { sources, others } = heard.report(100_000)
    assert.equal(sources[0]!.source, 'real')
    assert.deepEqual([sources.length, others], [1_001, 99_000])
  })
})

describe('Different names', () => {
  const order = (n: number) => ({ type: 'job', line: 'L1', at: 0, action: 'start', order: `O${n}` }) as const

  it('are taken up to a number, which the refusal says, and again when the old ones are gone', () => {
    const names = new NameCount(3)
    for (let n = 0; n < 3; n++) names.admit(order(n), 0)
    assert.throws(
      () => names.admit(order(3), 1),
      /^Error: order: expected at most 3 different names within two days, got one more$/,
    )
    names.admit(order(2), 1)
    names.admit({ type: 'step', role: 'sku', value: 'A', at: 0, revision: 0, line: 'L1' }, 1)
    const days = 86_400_000
    names.admit(order(2), 2.5 * days)
    assert.throws(() => names.admit(order(3), 2.6 * days))
    names.admit(order(3), 5 * days)
  })

  it('do not include states, which the plant model explains or nobody does', () => {
    const names = new NameCount(3)
    for (let n = 0; n < 9; n++)
      names.admit({ type: 'step', role: 'state', value: `s${n}`, at: 0, revision: 0, line: 'L1' }, 0)
  })

  it('of a kind cost the same for each, up to the bound', () => {
    const names = new NameCount()
    for (let n = 0; n < 50_000; n++) names.admit(order(n), 0)
    assert.throws(() => names.admit(order(50_000), 0), /at most 50000 different names/)
  })
})

describe('Work that runs later', () => {
  const fail = (): never => {
    throw new Error('it')
  }
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

  it('tells what failed in it, and goes on', async () => {
    const faults: string[] = []
    const deferred = new Deferred((error) => void faults.push(error.message))
    const emitter = new EventEmitter()
    deferred.after(1, fail)
    deferred.soon(fail)
    deferred.hear(emitter, 'word', fail)
    deferred.follow(Promise.reject(new Error('a promise')))
    deferred.every(5, fail)
    emitter.emit('word')
    while (faults.length < 6) await settled()
    deferred.stop()
    const heard = faults.length
    assert.ok(faults.includes('a promise'))
    emitter.emit('word')
    await settled()
    assert.equal(faults.length, heard)
  })

  it('ends no process where who is told fails, too', async () => {
    const deferred = new Deferred(fail)
    deferred.soon(fail)
    await settled()
  })

  it('never runs once it is cancelled', async () => {
    const deferred = new Deferred(fail)
    let ran = 0
    deferred.after(1, () => ran++)()
    deferred.soon(() => ran++)()
    await settled()
    assert.equal(ran, 0)
  })
})

describe('The size of a message', () => {
  const refuses = (check: () => void): string | undefined => {
    try {
      check()
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  it('is judged alike as JSON text and as what that text holds', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 11, depthSize: 'max', stringUnit: 'binary' }), (content) => {
        assert.equal(
          refuses(() => checkJson(JSON.stringify(content))),
          refuses(() => checkSize(content)),
        )
      }),
      { numRuns: 300 },
    ))

  const rows = (n: number): string => JSON.stringify(Array(n).fill({ a: 'x,[{\\"' }))
  const cases: [title: string, text: string, reason: string | undefined][] = [
    ['10,000 rows', rows(10_000), undefined],
    ['10,001 rows', rows(10_001), 'payload: expected at most 10000 rows, got more'],
    ['8 levels', '[[[[[[[[1]]]]]]]]', undefined],
    ['9 levels', '[[[[[[[[[1]]]]]]]]]', 'payload: expected at most 8 levels, got more'],
    ['brackets in a string', '{"a":"[[[[[[[[[[[["}', undefined],
    ['brackets behind an escaped quote', '{"a":"\\"[[[[[[[[[[[["}', undefined],
    ['brackets behind an escaped escape', '{"a":"\\\\"[[[[[[[[[[[[', 'payload: expected at most 8 levels, got more'],
    ['a string without an end', '{"a":"[[[[[[[[[[[[', undefined],
    ['brackets that only close', ']]]]', undefined],
  ]
  for (const [title, text, reason] of cases)
    it(`${title}: ${reason ?? 'taken'}`, () => assert.equal(refuses(() => checkJson(text)), reason)) // prettier-ignore
})
