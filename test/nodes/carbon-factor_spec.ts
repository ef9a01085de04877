import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import carbonFactorSource from '../../nodes/carbon-factor-source/carbon-factor-source.ts'
import carbonFactor from '../../nodes/carbon-factor/carbon-factor.ts'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { FactorTimeline } from '../../nodes/core/factor/factor.ts'
import type { EmissionFactor, Energy, FactorRevision, Segment } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { NesoStandIn } from './neso-stand-in.ts'
import { asOwn } from './fixtures/as-own.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const MINUTE = 60_000
const HALF_HOUR = 30 * MINUTE
const at = (hm: string): number => Date.parse(`2026-03-02T${hm}Z`)
const iso = (hm: string): string => `2026-03-02T${hm}:00Z`

const MODEL = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'UTC',
  gridZone: 'GB',
  lines: [{ id: 'L1' }],
  meters: [
    { id: 'oven-e', source: 'oven', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' },
    { id: 'far-e', source: 'far', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh', zone: 'DE' },
    { id: 'oven-g', source: 'gas', line: 'L1', carrier: 'natural-gas', reading: 'counter', unit: 'kWh' },
  ],
}

const table = (rows: unknown, more: object = {}) => ({ type: 'carbon-factor-source', provider: 'table', name: 'table', table: JSON.stringify(rows), ...more }) // prettier-ignore
const messages = (more: object = {}) => ({ type: 'carbon-factor-source', provider: 'message', name: 'feed', ...more })

interface Bench {
  /** The payloads of both outputs, in order. */
  out: [Record<string, unknown>[], Record<string, unknown>[]]
  errors: string[]
  status: { fill: string; text: string }[]
  send(payload: unknown): void
}

type Flow = { sources?: object[]; node?: object; ledger?: string }

function flowOf({ sources = [], node = {}, ledger }: Flow) {
  const place = { z: 'tab', x: 0, y: 0 }
  return [
    { id: 'tab', type: 'tab' },
    { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) },
    ...(ledger ? [{ id: 'ledger', type: 'carbon-ledger', store: 'sqlite', path: ledger }] : []),
    ...sources.map((source, i) => ({ id: `s${i}`, type: 'carbon-factor-source', ...source })),
    {
      id: 'factor',
      type: 'carbon-factor',
      ...place,
      plant: 'plant',
      ...(ledger && { ledger: 'ledger' }),
      sources: sources.map((_, i) => `s${i}`),
      yearlyFallback: false,
      holdMinutes: '0',
      ...node,
      wires: [['one'], ['two']],
    },
    { id: 'one', type: 'helper', ...place },
    { id: 'two', type: 'helper', ...place },
  ]
}

async function deploy(flow: Flow): Promise<Bench> {
  await helper.load([carbonPlant, carbonLedger, carbonFactorSource, carbonFactor], flowOf(flow))
  const bench: Bench = {
    out: [[], []],
    errors: [],
    status: [],
    send: (payload) => helper.getNode('factor').receive({ payload: asOwn(payload) }),
  }
  for (const [i, id] of ['one', 'two'].entries()) {
    helper
      .getNode(id)
      .on('input', ({ payload }: { payload: Record<string, unknown> }) => void bench.out[i]!.push(payload))
  }
  const factor = helper.getNode('factor')
  factor.on('call:error', ({ args }: { args: [unknown] }) => void bench.errors.push(String(args[0])))
  factor.on('call:status', ({ args }: { args: [Bench['status'][0]] }) => void bench.status.push(args[0]))
  return bench
}

const energy = (from: string, to: string, kWh: number | null, more: object = {}): Energy => ({
  type: 'energy',
  id: `oven-e|${from}|${to}`,
  revision: 0,
  meter: 'oven-e',
  line: 'L1',
  carrier: 'electricity',
  from: at(from),
  to: at(to),
  kWh,
  quality: 'measured',
  flags: [],
  ...more,
})
const slot = (from: string, to: string, kgPerKWh: number, more: object = {}) => ({
  from: iso(from),
  to: iso(to),
  kgPerKWh,
  ...more,
})
const factors = (...rows: object[]) => ({ type: 'factor', factors: rows })
const WORKED = [slot('09:30', '10:00', 0.12), slot('10:00', '10:30', 0.15), slot('10:30', '11:00', 0.21)]

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}
const count = (bench: Bench, port: 0 | 1, type: string): number => bench.out[port].filter((p) => p.type === type).length
/** Sends and waits for what comes out on the first output for it. */
async function pass(bench: Bench, sent: Energy): Promise<Segment[]> {
  const before = count(bench, 0, 'energy')
  bench.send(sent)
  await until(() => count(bench, 0, 'energy') > before)
  return (bench.out[0].filter((p) => p.type === 'energy').at(-1) as unknown as Energy).segments!
}
const kg = (segments: Segment[]): unknown[] =>
  segments.map((s) => [(s.to - s.from) / MINUTE, s.kgCO2e?.location && Number(s.kgCO2e.location.toFixed(12))])
const of = (segments: Segment[]): EmissionFactor => segments[0]!.factor as EmissionFactor

describe('carbon-factor', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('lays the factors of the worked example over the energy', async () => {
    const bench = await deploy({ sources: [messages()] })
    bench.send(factors(...WORKED))
    assert.deepEqual(kg(await pass(bench, energy('09:50', '10:20', 30))), [[10, 1.2], [20, 3]]) // prettier-ignore
    assert.deepEqual(kg(await pass(bench, energy('10:20', '10:50', 24))), [[10, 1.2], [20, 3.36]]) // prettier-ignore
    assert.deepEqual(bench.errors, [])
    assert.deepEqual(bench.status.at(-1), { fill: 'green', shape: 'dot', text: 'GB 0.210 kg/kWh direct manual' })
  })

  it('tells a settlement for the energy that has passed, from which the new segments follow', async () => {
    const bench = await deploy({ sources: [messages()] })
    bench.send(factors(...WORKED))
    await pass(bench, energy('10:20', '10:50', 24))
    bench.send(factors(slot('10:30', '11:00', 0.24), slot('11:00', '11:30', 0.3)))
    await until(() => count(bench, 0, 'factor-revision') > 0)
    const { carrier, zone, from, to, factors: rows } = bench.out[0].at(-1) as unknown as FactorRevision
    assert.deepEqual([carrier, zone, from, to, rows.length], ['electricity', 'GB', at('10:30'), at('10:50'), 1])
    const line = new FactorTimeline()
    rows.forEach((row) => line.add(row))
    const told = line.pieces(carrier, zone, from, to)
    assert.deepEqual(kg(withFactors({ from, to, kWh: 16 }, told)), [[20, 3.84]])
    assert.equal(count(bench, 0, 'factor-revision'), 1)
    assert.equal(bench.status.at(-1)?.text, 'GB 0.240 kg/kWh direct manual')
  })

  it('tells every new slot once on its second output, and a repeated row not at all', async () => {
    const bench = await deploy({ sources: [messages()] })
    for (const rows of [WORKED, WORKED, [slot('10:30', '11:00', 0.24)], WORKED]) bench.send(factors(...rows))
    assert.deepEqual(kg(await pass(bench, energy('10:30', '11:00', 1))), [[30, 0.24]])
    assert.deepEqual(
      bench.out[1].map((p) => [p.type, p.kgPerKWh]),
      [0.12, 0.15, 0.21, 0.24].map((v) => ['factor-slot', v]),
    )
  })

  it('says what is missing and never 0 where no factor is known', async () => {
    const bench = await deploy({ sources: [messages()] })
    bench.send(factors(slot('10:00', '10:30', 0.15)))
    const segments = await pass(bench, energy('10:20', '10:50', 30))
    assert.deepEqual(segments[1], {
      from: at('10:30'),
      to: at('10:50'),
      kWh: 20,
      factor: { missing: 'no factor row covers this time (electricity, GB)' },
      kgCO2e: { location: null, market: null, upstream: null },
    })
    assert.deepEqual(bench.status.at(-1), { fill: 'red', shape: 'ring', text: 'no factor for electricity in GB' })
  })

  it('gives a gap of the meter factors, but no kilograms', async () => {
    const bench = await deploy({ sources: [table([{ kgPerKWh: 0.2 }])] })
    const [segment] = await pass(bench, energy('10:00', '10:30', null))
    assert.deepEqual([segment?.kWh, segment?.kgCO2e?.location, of([segment!]).kgPerKWh], [null, null, 0.2])
  })

  it('lets every other message through untouched', async () => {
    const bench = await deploy({})
    const others = [7, 'text', null, { type: 'job' }, asOwn({ type: 'factor-revision' })]
    others.forEach((payload) => bench.send(payload))
    await until(() => bench.out[0].length === 5)
    assert.deepEqual(bench.out[0], others)
    assert.deepEqual(bench.errors, [])
  })

  it('takes the factor of the zone of each meter and of its carrier', async () => {
    const rows = [{ kgPerKWh: 0.2 }, { kgPerKWh: 0.3, zone: 'DE' }, { kgPerKWh: 0.18, carrier: 'natural-gas' }]
    const bench = await deploy({ sources: [table(rows)] })
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1))).kgPerKWh, 0.2)
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1, { meter: 'far-e' }))).kgPerKWh, 0.3)
    const gas = { meter: 'oven-g', carrier: 'natural-gas' }
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1, gas))).kgPerKWh, 0.18)
    assert.equal(bench.status.at(-1)?.text, 'GB 0.200 kg/kWh direct manual')
  })

  it('asks its sources in their order, and an open row of a table only after its slots', async () => {
    const sources = [table([slot('10:00', '10:10', 0.1), { kgPerKWh: 0.3 }]), messages()]
    const bench = await deploy({ sources })
    bench.send(factors(slot('10:00', '10:30', 0.2)))
    assert.deepEqual(kg(await pass(bench, energy('10:00', '10:30', 30))), [[10, 1], [20, 6]]) // prettier-ignore
  })

  it('keeps market and upstream factors beside the location factor', async () => {
    const rows = [
      { kgPerKWh: 0.2 },
      { kgPerKWh: 0, method: 'market', quality: 'manual' },
      { kgPerKWh: 0.02, boundary: 'td' },
      { kgPerKWh: 0.04, boundary: 'wtt' },
    ]
    const bench = await deploy({ sources: [table(rows)] })
    const [segment] = await pass(bench, energy('10:00', '10:30', 100))
    assert.deepEqual(segment?.kgCO2e, { location: 20, market: 0, upstream: 6 })
  })

  it('holds the newest value as long as it was told to, and withdraws it when the slot comes', async () => {
    const bench = await deploy({ sources: [messages()], node: { holdMinutes: '20' } })
    bench.send(factors(slot('10:00', '10:30', 0.15)))
    const segments = await pass(bench, energy('10:00', '11:00', 60))
    assert.deepEqual(kg(segments), [[30, 4.5], [20, 3], [10, null]]) // prettier-ignore
    assert.equal(of(segments.slice(1)).quality, 'held')
    bench.send(factors(slot('10:30', '11:00', 0.21)))
    await until(() => count(bench, 0, 'factor-revision') > 0)
    const { from, to, factors: rows } = bench.out[0].at(-1) as unknown as FactorRevision
    assert.deepEqual([from, to, rows.map((r) => r.kgPerKWh)], [at('10:30'), at('11:00'), [0.21]])
  })

  it('falls back to the yearly mean, and says so', async () => {
    const bench = await deploy({ node: { yearlyFallback: true } })
    const { kgPerKWh, boundary, quality } = of(await pass(bench, energy('10:00', '10:30', 1)))
    assert.deepEqual([kgPerKWh, boundary, quality], [0.176, 'lifecycle', 'annual'])
    const { fill, text } = bench.status.at(-1)!
    assert.deepEqual([fill, text], ['yellow', 'GB 0.176 kg/kWh lifecycle annual'])
  })

  it('tells of the yearly means only those that energy uses, each once', async () => {
    const bench = await deploy({ node: { yearlyFallback: true } })
    for (const [from, to] of [['10:00', '10:30'], ['10:30', '11:00']] as const) await pass(bench, energy(from, to, 1)) // prettier-ignore
    const lastYear = { from: Date.UTC(2025, 11, 20), to: Date.UTC(2025, 11, 21) }
    await pass(bench, energy('10:00', '10:30', 1, lastYear))
    assert.deepEqual(bench.out[1].map((p) => [p.type, p.quality, new Date(p.from as number).getUTCFullYear()]), [['factor-slot', 'annual', 2026], ['factor-slot', 'annual', 2025]]) // prettier-ignore
  })

  it('shows yellow where the first source did not know', async () => {
    const bench = await deploy({ sources: [messages(), table([{ kgPerKWh: 0.2 }])] })
    await pass(bench, energy('10:00', '10:30', 1))
    assert.deepEqual(bench.status.at(-1), { fill: 'yellow', shape: 'ring', text: 'GB 0.200 kg/kWh direct manual' })
  })

  const gas = { carrier: 'natural-gas', kgPerKWh: 0.18 }
  const steady: [title: string, sources: object[], sent: Energy, fill: string][] = [
    ['green for gas from a table behind a feed of electricity', [messages(), table([gas])], energy('10:00', '10:30', 1, { meter: 'oven-g', carrier: 'natural-gas' }), 'green'],
    ['green for a yearly mean that a table states', [table([{ kgPerKWh: 0.2, quality: 'annual' }])], energy('10:00', '10:30', 1), 'green'],
    ['green for another zone than that of the feed', [messages(), table([{ kgPerKWh: 0.3, zone: 'DE' }])], energy('10:00', '10:30', 1, { meter: 'far-e' }), 'green'],
    ['yellow for the second table of a carrier', [table([slot('09:00', '10:00', 0.2)]), table([{ kgPerKWh: 0.3 }])], energy('10:00', '10:30', 1), 'yellow'],
  ] // prettier-ignore
  for (const [title, sources, sent, fill] of steady) {
    it(`shows ${title}`, async () => {
      const bench = await deploy({ sources })
      await pass(bench, sent)
      assert.equal(bench.status.at(-1)?.fill, fill)
    })
  }

  it('shows yellow for gas once its feed is silent, and a table stands in', async () => {
    const bench = await deploy({ sources: [messages(), table([gas])] })
    bench.send(factors({ ...slot('10:00', '10:30', 0.19), carrier: 'natural-gas' }))
    const meter = { meter: 'oven-g', carrier: 'natural-gas' }
    await pass(bench, energy('10:00', '10:30', 1, meter))
    assert.equal(bench.status.at(-1)?.fill, 'green')
    await pass(bench, energy('10:30', '11:00', 1, meter))
    assert.deepEqual(bench.status.at(-1), { fill: 'yellow', shape: 'ring', text: 'natural-gas GB 0.180 kg/kWh direct manual' }) // prettier-ignore
  })

  it('refuses rows one by one, names each, and takes the others', async () => {
    const bench = await deploy({ sources: [messages()] })
    bench.send(
      factors(
        slot('10:00', '10:30', -1),
        slot('10:00', '10:30', 0.15),
        { gPerKWh: 0 },
        { method: 'marginal', kgPerKWh: 0.6 },
      ),
    )
    await until(() => bench.errors.length > 0)
    assert.match(
      bench.errors[0]!,
      /^Error: factors\[0\]: kgPerKWh: expected a number above 0 and up to 1.5 kg\/kWh, got -1 · factors\[2\]: gPerKWh: .* · factors\[3\]: method: .*inventory$/,
    )
    assert.equal(bench.status.at(-1)?.fill, 'red')
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1))).kgPerKWh, 0.15)
    assert.equal(bench.status.at(-1)?.fill, 'green')
  })

  it('tells that a well-to-tank row is kept out beside a life-cycle factor', async () => {
    const bench = await deploy({ sources: [messages({ boundary: 'lifecycle' })] })
    bench.send(factors({ kgPerKWh: 0.2 }))
    bench.send(factors({ kgPerKWh: 0.04, boundary: 'wtt' }))
    await until(() => bench.errors.length > 0)
    assert.match(bench.errors[0]!, /kept out; boundary: .* would count it twice/)
    assert.equal((await pass(bench, energy('10:00', '10:30', 1)))[0]?.upstream, undefined)
  })

  const wrong: [title: string, flow: Flow, payload: unknown, error: RegExp][] = [
    [
      'a factor message without a source for it',
      { sources: [table([])] },
      factors(),
      /sources: expected a source "message"/,
    ],
    [
      'a factor message without rows',
      { sources: [messages()] },
      { type: 'factor' },
      /factors: expected a list of rows, got nothing/,
    ],
  ]
  for (const [title, flow, payload, error] of wrong) {
    it(`refuses ${title}`, async () => {
      const bench = await deploy(flow)
      bench.send(payload)
      await until(() => bench.errors.length > 0)
      assert.match(bench.errors[0]!, error)
    })
  }
})

describe('carbon-factor at deploy', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  const faulty: [title: string, flow: Flow, text: RegExp][] = [
    ['a source of an unknown kind', { sources: [{ provider: 'oracle' }] }, /sources\[0\]: provider: expected one of table, message, neso, got "oracle"/],
    ['a table that is no JSON', { sources: [table([], { table: '[{' })] }, /sources\[0\]: table: expected a JSON list of rows, got /],
    ['a source that is not there', { node: { sources: ['gone'] } }, /sources\[0\]: expected a carbon-factor-source, got none/],
    ['a list of sources that is none', { node: { sources: 'gone' } }, /sources: expected a list of sources, got "gone"/],
    ['a time to hold that is none', { node: { holdMinutes: 'long' } }, /holdMinutes: expected a number of 0 or more, got "long"/],
    ['a zone its provider does not know', { sources: [{ provider: 'neso', zone: 'FR', name: 'grid' }] }, /grid: zone: expected GB or a region/],
  ] // prettier-ignore
  for (const [title, flow, text] of faulty) {
    it(`shows ${title}`, async () => {
      await helper.load([carbonPlant, carbonLedger, carbonFactorSource, carbonFactor], flowOf(flow))
      const { fill, text: shown } = lastStatus()
      assert.equal(fill, 'red')
      assert.match(shown, new RegExp(text.source.slice(0, 60)))
    })
  }

  it('refuses wrong rows of a table, names them, and takes the others', async () => {
    const bench = await deploy({ sources: [table([{ kgPerKWh: 200 }, { kgPerKWh: 0.2 }])] })
    await until(() => bench.errors.length > 0)
    assert.match(bench.errors[0]!, /^table, row 0: kgPerKWh: expected .* kg\/kWh, got 200$/)
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1))).kgPerKWh, 0.2)
  })

  it('takes a table that was changed by a deploy of changed nodes only', async () => {
    const flow = { sources: [table([{ kgPerKWh: 0.2 }]), messages()] }
    const bench = await deploy(flow)
    await pass(bench, energy('10:00', '10:30', 1))
    await helper.setFlows(flowOf({ sources: [table([{ kgPerKWh: 0.3 }]), messages()] }), 'nodes')
    await until(() => count(bench, 0, 'factor-revision') > 0)
    const { factors: rows } = bench.out[0].at(-1) as unknown as FactorRevision
    assert.deepEqual(rows.map((r) => [r.kgPerKWh, r.revision]), [[0.3, 1]]) // prettier-ignore
    assert.equal(of(await pass(bench, energy('10:30', '11:00', 1))).kgPerKWh, 0.3)
  })

  /** What the node showed before anybody could listen. */
  function lastStatus(): { fill: string; text: string } {
    const { status } = helper.getNode('factor') as unknown as {
      status: { lastCall: { args: [{ fill: string; text: string }] } }
    }
    return status.lastCall.args[0]
  }
})

describe('carbon-factor with a ledger', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carbon-factor-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  const facts = (): { id: string; body: EmissionFactor }[] => {
    const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
    return [...ledger.facts({ kind: 'factor' })].map(({ id, body }) => ({ id, body: body as EmissionFactor }))
  }
  const values = (): unknown[] => facts().map(({ body }) => [body.kgPerKWh, body.revision, body.withdrawn ?? false])
  const redeploy = async (flow: Flow): Promise<Bench> => {
    await helper.unload()
    return deploy({ ledger: join(folder, 'ledger.sqlite'), ...flow })
  }

  it('writes every version of a factor once and goes on with them after a restart', async () => {
    const flow = { sources: [messages()] }
    let bench = await redeploy(flow)
    bench.send(factors(...WORKED))
    bench.send(factors(...WORKED, slot('10:30', '11:00', 0.24)))
    await pass(bench, energy('10:30', '11:00', 1))
    assert.deepEqual(values(), [[0.12, 0, false], [0.15, 0, false], [0.21, 0, false], [0.24, 0, false]]) // prettier-ignore
    bench = await redeploy(flow)
    assert.deepEqual(kg(await pass(bench, energy('10:20', '10:50', 24))), [[10, 1.2], [20, 3.84]]) // prettier-ignore
    bench.send(factors(slot('10:30', '11:00', 0.21)))
    assert.deepEqual(kg(await pass(bench, energy('10:20', '10:50', 24))), [[10, 1.2], [20, 3.84]]) // prettier-ignore
    assert.equal(facts().length, 4)
  })

  it('remembers after a restart which energy has passed', async () => {
    const flow = { sources: [messages()] }
    let bench = await redeploy(flow)
    bench.send(factors(...WORKED))
    const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
    const passed = energy('10:20', '10:50', 24)
    await ledger.append([{ kind: 'energy', id: passed.id, revision: 0, line: 'L1', from: passed.from, to: passed.to, body: passed }]) // prettier-ignore
    await pass(bench, passed)
    bench = await redeploy(flow)
    bench.send(factors(slot('10:30', '11:00', 0.24)))
    await until(() => count(bench, 0, 'factor-revision') > 0)
    assert.equal((bench.out[0][0] as unknown as FactorRevision).to, at('10:50'))
  })

  it('writes a table once, an edited row with a higher revision, and takes back a removed one', async () => {
    const first = [slot('10:00', '10:30', 0.15), { kgPerKWh: 0.3 }]
    for (const rows of [first, first])
      await pass(await redeploy({ sources: [table(rows)] }), energy('10:00', '10:30', 1))
    assert.deepEqual(values(), [[0.15, 0, false], [0.3, 0, false]]) // prettier-ignore
    await pass(
      await redeploy({ sources: [table([slot('10:00', '10:30', 0.16), { kgPerKWh: 0.3 }])] }),
      energy('10:00', '10:30', 1),
    )
    assert.deepEqual(values().at(-1), [0.16, 1, false])
    const bench = await redeploy({ sources: [table([{ kgPerKWh: 0.3 }])] })
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 1))).kgPerKWh, 0.3)
    assert.deepEqual(values().at(-1), [0.16, 2, true])
  })

  it('ends the rows of a source that left the chain where the energy has come to', async () => {
    const passed = energy('10:00', '10:30', 1)
    await pass(await redeploy({ sources: [table([{ kgPerKWh: 0.3 }])] }), passed)
    const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
    await ledger.append([{ kind: 'energy', id: passed.id, revision: 0, line: 'L1', from: passed.from, to: passed.to, body: passed }]) // prettier-ignore
    const bench = await redeploy({})
    const segments = await pass(bench, energy('10:20', '10:40', 1))
    assert.deepEqual(
      segments.map((s) => 'kgPerKWh' in s.factor!),
      [true, false],
    )
    assert.deepEqual(bench.out[0].filter((p) => p.type === 'factor-revision').length, 1)
  })

  it('writes of the yearly means only what was used', async () => {
    await pass(await redeploy({ node: { yearlyFallback: true } }), energy('10:00', '10:30', 1))
    assert.deepEqual(facts().map(({ body }) => [new Date(body.from).getUTCFullYear(), body.quality]), [[2026, 'annual']]) // prettier-ignore
  })

  it('brings a replay of its facts to the same factors, held ones included', async () => {
    const bench = await redeploy({ sources: [messages()], node: { holdMinutes: 20, yearlyFallback: true } })
    bench.send(factors(...WORKED.slice(0, 2)))
    const segments = await pass(bench, energy('09:50', '11:00', 70))
    const line = new FactorTimeline()
    for (const { body } of facts()) line.add(body)
    const replayed = withFactors(
      energy('09:50', '11:00', 70),
      line.pieces('electricity', 'GB', at('09:50'), at('11:00')),
    )
    assert.deepEqual(JSON.parse(JSON.stringify(replayed)), JSON.parse(JSON.stringify(segments)))
    assert.deepEqual(segments.map((s) => (s.factor as EmissionFactor).quality), ['manual', 'manual', 'held', 'annual']) // prettier-ignore
  })
})

describe('carbon-factor with NESO', () => {
  let neso: NesoStandIn
  let source: object
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(async () => {
    neso = new NesoStandIn()
    const baseUrl = await neso.listen()
    source = { provider: 'neso', name: 'grid', baseUrl, pollMinutes: '0.002', timeoutSeconds: '0.3' }
    for (let i = -48; i < 96; i++) neso.put(at('10:00') + i * HALF_HOUR, { forecast: 150, actual: null })
  })
  afterEach(async () => {
    await helper.unload()
    await neso.close()
  })

  const revision = async (bench: Bench, kgPerKWh: number): Promise<FactorRevision> => {
    const wanted = (p: Record<string, unknown>): boolean =>
      p.type === 'factor-revision' && (p as unknown as FactorRevision).factors.some((f) => f.kgPerKWh === kgPerKWh)
    await until(() => bench.out[0].some(wanted))
    return bench.out[0].find(wanted) as unknown as FactorRevision
  }

  it('asks for the time of the energy and settles what passed before the answer', async () => {
    const bench = await deploy({ sources: [source] })
    assert.deepEqual(kg(await pass(bench, energy('10:00', '10:30', 10))), [[30, null]])
    const { from, to, factors: rows } = await revision(bench, 0.15)
    assert.deepEqual([from, to, rows[0]?.quality], [at('10:00'), at('10:30'), 'forecast'])
    assert.equal(of(await pass(bench, energy('10:30', '11:00', 10))).kgPerKWh, 0.15)
    neso.put(at('10:00'), { forecast: 150, actual: 162 })
    assert.equal((await revision(bench, 0.162)).factors[0]?.quality, 'measured')
    assert.ok(bench.out[1].every((p) => p.type === 'factor-slot'))
  })

  it('falls down the chain while the service is away, says so, and comes back', async () => {
    neso.fault = '500'
    const bench = await deploy({ sources: [source, table([{ kgPerKWh: 0.2 }])] })
    assert.equal(of(await pass(bench, energy('10:00', '10:30', 10))).kgPerKWh, 0.2)
    await until(() => bench.status.some((s) => /^GB 0.200 kg\/kWh direct manual · NESO down \d+ min$/.test(s.text)))
    assert.equal(bench.status.at(-1)?.fill, 'yellow')
    neso.fault = undefined
    await revision(bench, 0.15)
    await until(() => bench.status.at(-1)?.text === 'GB 0.150 kg/kWh generation forecast')
    assert.equal(bench.status.at(-1)?.fill, 'green')
    neso.put(at('10:00'), { forecast: 150, actual: 162 })
    await until(() => bench.status.at(-1)?.text === 'GB 0.162 kg/kWh generation measured')
    assert.equal(bench.status.at(-1)?.fill, 'green')
  })

  it('keeps what it knows when the service sends nonsense', async () => {
    const bench = await deploy({ sources: [source] })
    await pass(bench, energy('10:00', '10:30', 10))
    await revision(bench, 0.15)
    for (const fault of ['truncated', 'html', 'hang', 'empty', 'wrong-slot'] as const) {
      neso.fault = fault
      const asked = neso.asked.length
      await until(() => neso.asked.length > asked)
      assert.equal(of(await pass(bench, energy('10:00', '10:30', 10))).kgPerKWh, 0.15)
    }
  })

  it('writes a forecast only when energy uses it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carbon-factor-neso-'))
    const bench = await deploy({ sources: [source], ledger: join(folder, 'ledger.sqlite') })
    await pass(bench, energy('10:00', '10:30', 10))
    await revision(bench, 0.15)
    await pass(bench, energy('10:30', '11:00', 10))
    const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
    const slots = [...ledger.facts({ kind: 'factor' })].map(({ body }) => (body as EmissionFactor).from)
    assert.deepEqual(slots, [at('10:00'), at('10:30')])
    await helper.unload()
    rmSync(folder, { recursive: true })
  })
})
