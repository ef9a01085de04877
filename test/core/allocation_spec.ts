import assert from 'node:assert/strict'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { shareOut } from '../../nodes/core/allocation/shares.ts'
import { explain } from '../../nodes/core/per-unit/explain.ts'
import type { Carbon, StateBucket } from '../../nodes/core/records.ts'
import { Pipeline, plantOf, type Fact } from './pipeline.ts'
import { at, factorRow } from './worked-example.ts'

const near = (got: number | null | undefined, expected: number, what = ''): void =>
  assert.ok(typeof got === 'number' && Math.abs(got - expected) < 1e-9, `${what} ${got} is not ${expected}`)

const meter = (id: string, more: object): object => ({
  id,
  source: id,
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
  ...more,
})
const reading = (id: string, hm: string, value: number): Fact => ({ meter: id, reading: { at: at(hm), value } })
const context = (fact: object): Fact => ({ context: { revision: 0, ...fact } as ContextFact })
const good = (line: string, hm: string, value: number): Fact =>
  context({ type: 'count', role: 'good', kind: 'total', line, at: at(hm), value })
const state = (line: string, hm: string, value: StateBucket): Fact =>
  context({ type: 'step', role: 'state', line, at: at(hm), value })
const order = (line: string, hm: string, name: string, sku: string): Fact =>
  context({ type: 'job', action: 'start', line, at: at(hm), order: name, sku })

/** From 9 to 10: the main meter 200 kWh, L1 30, L2 10, the air conditioning of both 60. */
const plantWith = (shared: object) =>
  plantOf({
    lines: [{ id: 'L1' }, { id: 'L2' }],
    meters: [
      meter('main-e', { main: true }),
      meter('l1-e', { line: 'L1', parent: 'main-e' }),
      meter('l2-e', { line: 'L2', parent: 'main-e' }),
      meter('hvac-e', { parent: 'main-e', shared: { lines: ['L1', 'L2'], periodMinutes: 60, ...shared } }),
    ],
    products: [
      { sku: 'A', massKg: 0.5 },
      { sku: 'B', massKg: 1 },
    ],
  })
const ENERGY: Fact[] = [
  { factor: factorRow('00:00', '23:00', 0.1) },
  ...(
    [
      ['main-e', 200],
      ['l1-e', 30],
      ['l2-e', 10],
      ['hvac-e', 60],
    ] as const
  ).flatMap(([id, kWh]) => [reading(id, '09:00', 1000), reading(id, '10:00', 1000 + kWh)]),
]
/** L1 makes 300 units of A in an hour, L2 100 of B in 20 minutes. */
const MADE: Fact[] = [
  order('L1', '08:00', 'O1', 'A'),
  order('L2', '08:00', 'O2', 'B'),
  state('L1', '08:00', 'productive'),
  state('L2', '08:00', 'productive'),
  state('L2', '09:20', 'idle'),
  good('L1', '09:00', 0),
  good('L1', '10:00', 300),
  good('L2', '09:00', 0),
  good('L2', '10:00', 100),
]

const run = (shared: object, facts: Fact[]): Pipeline => {
  const line = new Pipeline(plantWith(shared), { views: ['day', 'order'] })
  facts.forEach((fact) => line.take(fact))
  return line
}
const dayOf = (line: Pipeline, name: string): Carbon => line.records().find((r) => r.view === 'day' && r.line === name)!
const bucket = (record: Carbon, id: string) => record.buckets.filter((b) => b.meter === id)
const kWhOf = (record: Carbon, id: string): number => bucket(record, id).reduce((sum, b) => sum + b.kWh, 0)

describe('a meter that several lines share', () => {
  const rules: [rule: string, shared: object, l1: number, l2: number, unit: string, drivers: [number, number]][] = [
    ['units made: 300 to 100', { rule: 'units' }, 45, 15, 'units', [300, 100]],
    ['run time: 60 to 20 minutes', { rule: 'run-time' }, 45, 15, 'h', [1, 1 / 3]],
    ['energy: 30 to 10 kWh', { rule: 'energy' }, 45, 15, 'kWh', [30, 10]],
    ['mass: 150 to 100 kg', { rule: 'mass' }, 36, 24, 'kg', [150, 100]],
    ['fixed shares: 0.7 to 0.3', { rule: 'fixed', shares: { L1: 0.7, L2: 0.3 } }, 42, 18, 'share', [0.7, 0.3]],
  ]
  for (const [title, shared, l1, l2, unit, drivers] of rules) {
    it(`is shared out by ${title}`, () => {
      const line = run(shared, [...ENERGY, ...MADE])
      const [one, two] = [dayOf(line, 'L1'), dayOf(run(shared, [...ENERGY, ...MADE]), 'L2')]
      near(kWhOf(one, 'hvac-e'), l1, 'L1')
      near(kWhOf(two, 'hvac-e'), l2, 'L2')
      near(one.kWh, 30 + l1)
      near(one.kgCO2e.total, (30 + l1) / 10)
      assert.deepEqual(
        bucket(one, 'hvac-e').map((b) => b.state),
        ['shared-in'],
      )
      assert.equal(one.coverage.energy, 1)
      const { allocation } = explain(line.calculator, 'order|L1|O1')!.readings.find((r) => r.meter === 'hvac-e')!
        .parts[0]!
      assert.equal(allocation!.unit, unit)
      drivers.forEach((driver, i) => near(allocation!.drivers[`L${i + 1}`], driver))
      near(allocation!.share, l1 / 60)
    })
  }

  it('explains the share with the drivers of all lines', () => {
    const line = run({ rule: 'units' }, [...ENERGY, ...MADE])
    const { readings } = explain(line.calculator, 'order|L2|O2')!
    assert.equal(
      readings.find((r) => r.meter === 'hvac-e')!.parts[0]!.allocation!.formula,
      'L2: 0.25 of the energy, by units: L1 300, L2 100',
    )
  })

  it('is nobody’s where nothing was made: it stays with the site, and is seen there', () => {
    const line = run({ rule: 'units' }, ENERGY)
    const site = dayOf(line, '')
    near(kWhOf(site, 'hvac-e'), 60)
    assert.equal(bucket(site, 'hvac-e')[0]!.state, 'unallocated')
    near(kWhOf(dayOf(run({ rule: 'units' }, ENERGY), 'L1'), 'hvac-e'), 0)
  })

  it('is carried by those whose driver is known, not by those whose driver is not', () => {
    const line = run({ rule: 'units' }, [...ENERGY, ...MADE.filter((f) => !isOf(f, 'L2'))])
    near(kWhOf(dayOf(line, 'L1'), 'hvac-e'), 60)
  })

  it('is shared out anew when a count comes late', () => {
    const late = good('L2', '09:40', 40)
    const line = run({ rule: 'units' }, [...ENERGY, ...MADE])
    line.records()
    line.take(good('L2', '10:00', 900))
    const [one] = line.calculator.due('L1', 0, true).filter((r) => r.view === 'day')
    near(kWhOf(one!, 'hvac-e'), 15)
    line.take(late)
    near(kWhOf(line.calculator.figures(one!.id)!, 'hvac-e'), 15)
  })

  it('has each period shared out by its own drivers', () => {
    const halves = [reading('hvac-e', '09:30', 1020), good('L1', '09:30', 0), good('L2', '09:30', 100)]
    const line = run({ rule: 'units', periodMinutes: 30 }, [...ENERGY, ...MADE, ...halves])
    // 20 kWh while only L2 made anything, 40 kWh while only L1 did.
    const [one, two, site] = ['L1', 'L2', ''].map((name) => line.calculator.figures(`day|${name}|2026-03-02`)!)
    near(kWhOf(one!, 'hvac-e'), 40)
    near(kWhOf(two!, 'hvac-e'), 20)
    near(kWhOf(site!, 'hvac-e'), 0)
  })

  it('leaves to a meter below it what is that one’s', () => {
    const model = plantOf({
      lines: [{ id: 'L1' }, { id: 'L2' }],
      meters: [
        meter('air-e', { shared: { lines: ['L1', 'L2'], rule: 'fixed', shares: { L1: 0.5, L2: 0.5 } } }),
        meter('dryer-e', { line: 'L1', parent: 'air-e' }),
      ],
    })
    const line = new Pipeline(model, { views: ['day'] })
    for (const [id, kWh] of [
      ['air-e', 100],
      ['dryer-e', 20],
    ] as const) {
      line.take(reading(id, '09:00', 0))
      line.take(reading(id, '10:00', kWh))
    }
    // L1: 20 of its own and half of the other 80.
    near(line.calculator.figures('day|L1|2026-03-02')!.kWh, 60)
    near(line.calculator.figures('day|L2|2026-03-02')!.kWh, 40)
  })
})

describe('the main meter', () => {
  const site = (main: number): Carbon => {
    const facts = ENERGY.map((f) =>
      'meter' in f && f.meter === 'main-e' && f.reading.value > 1000 ? reading('main-e', '10:00', 1000 + main) : f,
    )
    return dayOf(run({ rule: 'units' }, [...facts, ...MADE]), '')
  }

  it('less its sub-meters is the residual: 200 − 30 − 10 − 60 = 100 kWh', () => {
    const [rest, ...others] = bucket(site(200), 'main-e')
    assert.deepEqual(others, [])
    assert.equal(rest!.state, 'residual')
    near(rest!.kWh, 100)
    near(rest!.kgCO2e, 10)
    assert.equal(rest!.flags, undefined)
  })

  it('below the sum of its sub-meters is flagged, and not cut off at zero', () => {
    const [rest] = bucket(site(80), 'main-e')
    near(rest!.kWh, -20)
    assert.deepEqual(rest!.flags, ['negative-residual'])
  })

  it('is lines, shared and rest together', () => {
    const line = run({ rule: 'units' }, [...ENERGY, ...MADE])
    const all = line.records().filter((r) => r.view === 'day')
    near(
      all.reduce((sum, r) => sum + r.kWh, 0),
      200,
    )
    near(
      line.totals(['line']).reduce((sum, r) => sum + r.kWh, 0),
      200,
    )
  })
})

describe('two meters of one machine', () => {
  const model = plantOf({
    lines: [{ id: 'L1' }],
    meters: [
      { ...meter('oven-e', { line: 'L1' }), reading: 'power', unit: 'kW', maxGapSeconds: 600 },
      meter('oven-check', { line: 'L1', redundantTo: 'oven-e' }),
    ],
  })
  const powers = (...times: string[]): Fact[] => times.map((hm) => reading('oven-e', hm, 12))
  const counter: Fact[] = [
    reading('oven-check', '09:00', 0),
    reading('oven-check', '09:20', 6),
    reading('oven-check', '10:00', 12),
  ]
  const day = (facts: Fact[]): Carbon => {
    const line = new Pipeline(model, { views: ['day'] })
    line.take({ factor: factorRow('00:00', '23:00', 0.1) })
    facts.forEach((fact) => line.take(fact))
    return line.records()[0]!
  }

  it('are never added', () => {
    const record = day([...powers('09:00', '09:10', '09:20', '09:30', '09:40', '09:50', '10:00'), ...counter])
    near(record.kWh, 12)
    assert.deepEqual(
      record.buckets.map((b) => [b.meter, b.flags]),
      [['oven-e', undefined]],
    )
  })

  it('stand in for each other where one is silent, and it is flagged', () => {
    // 10 minutes at 12 kW, 30 minutes of silence, 20 minutes at 12 kW; in the silence 3 + 3 kWh of the other.
    const record = day([...powers('09:00', '09:10', '09:40', '09:50', '10:00'), ...counter])
    near(record.kWh, 2 + 3 + 3 + 4)
    assert.equal(record.coverage.energy, 1)
    assert.deepEqual(record.buckets[0]!.flags, ['stand-in'])
  })
})

describe('lines that move together', () => {
  const pool = { shared: { lines: ['L2', 'L3'], rule: 'units' } }
  const model = plantOf({
    lines: ['L1', 'L2', 'L3', 'L4'].map((id) => ({ id })),
    meters: [
      meter('air-e', pool),
      meter('dryer-e', { line: 'L1', parent: 'air-e' }),
      meter('oven-e', { line: 'L3' }),
      meter('oven-check', { line: 'L4', redundantTo: 'oven-e' }),
    ],
  })
  const alongside = (line: string): string[] => [...new Pipeline(model).calculator.alongside(line)].sort()

  it('are those that share a meter, and those whose shared meter has a meter of the line below it', () => {
    assert.deepEqual(alongside('L2'), ['', 'L2', 'L3'])
    assert.deepEqual(alongside('L1'), ['', 'L1', 'L2', 'L3'])
  })

  it('are those of a meter and of what stands in for it', () => {
    assert.deepEqual(alongside('L4'), ['L3', 'L4'])
  })
})

describe('sharing out', () => {
  it('balances to the last gram, whatever the drivers', () => {
    const parts = [...shareOut(0.1, { drivers: { a: 1 / 3, b: 1e-9, c: 7 } }).values()]
    assert.equal(
      parts.reduce((sum, x) => sum + x, 0),
      0.1,
    )
  })
})

const isOf = (fact: Fact, line: string): boolean => 'context' in fact && fact.context.line === line
