import assert from 'node:assert/strict'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import type { Carbon, View } from '../../nodes/core/records.ts'
import { Pipeline, plantOf, type Fact } from './pipeline.ts'
import { at, factorRow, FACTS, plant } from './worked-example.ts'

const near = (got: number | null | undefined, expected: number): void =>
  assert.ok(typeof got === 'number' && Math.abs(got - expected) < 1e-9, `${got} is not ${expected}`)

const without = (drop: (f: Fact) => boolean): Fact[] => FACTS.filter((f) => !drop(f))
const isMeterAt = (hm: string) => (f: Fact) => 'meter' in f && f.reading.at === at(hm)
const isFactor = (hm: string) => (f: Fact) => 'factor' in f && f.factor.from === at(hm)
const isCount = (f: Fact): boolean => 'context' in f && f.context.type === 'count'
const isJob = (f: Fact): boolean => 'context' in f && f.context.type === 'job'
const isState = (f: Fact): boolean => 'context' in f && f.context.type === 'step'

const run = (facts: Fact[], views: View[] = ['order', 'day']): Carbon[] => {
  const line = new Pipeline(plant, { views })
  facts.forEach((f) => line.take(f))
  return line.records()
}
const find = (records: Carbon[], id: string): Carbon => {
  const found = records.find((r) => r.id === id)
  assert.ok(found, `${id} is not among ${records.map((r) => r.id).join(', ')}`)
  return found
}
const O2 = 'order|L1|O2'
const DAY = 'day|L1|2026-03-02'

describe('what is not known', () => {
  const gone: [string, (f: Fact) => boolean, string, Partial<Record<keyof Carbon['coverage'], number>>, RegExp][] = [
    ['a factor that nobody told', isFactor('10:30'), O2, { factor: 1 - 16 / 39 }, /factor coverage is 0.590/],
    ['counts that nobody told', isCount, O2, { count: 0 }, /no good units were counted/],
    ['the first reading', isMeterAt('09:50'), 'order|L1|O1', { energy: 0 }, /energy coverage is 0.000/],
    ['the last reading', isMeterAt('10:50'), O2, { energy: 15 / 45 }, /energy coverage is 0.333/],
  ]
  for (const [title, drop, id, coverage, reason] of gone) {
    it(`${title} lowers the coverage, and no ratio is told`, () => {
      const record = find(run(without(drop)), id)
      for (const [part, share] of Object.entries(coverage))
        near(record.coverage[part as keyof Carbon['coverage']], share)
      assert.equal(record.perUnit.kgCO2ePerGood, null)
      assert.match(record.perUnit.missing ?? '', reason)
    })
  }

  it('energy without a factor is kept, in a bucket whose emissions are unknown', () => {
    const record = find(run(without(isFactor('10:30'))), O2)
    near(record.kWh, 39)
    assert.equal(record.factor.worstQuality, 'missing')
    assert.ok(record.buckets.some((b) => b.kgCO2e === null))
  })

  it('without jobs the day still has all the energy, and no order has any', () => {
    const records = run(without(isJob))
    near(find(records, DAY).kWh, 54)
    assert.equal(records.filter((r) => r.view === 'order').length, 0)
  })

  it('without states the units are spread over the whole interval', () => {
    const record = find(run(without(isState)), O2)
    near(record.units.good, 350)
    assert.equal(record.oee?.availability, null)
  })

  it('without any context the energy lies in a bucket of its own', () => {
    const record = find(run(without((f) => isJob(f) || isState(f))), DAY)
    assert.deepEqual(
      record.buckets.map((b) => b.state),
      ['no-context'],
    )
    near(record.coverage.context, 0)
  })

  // Between two readings energy flows evenly, so a reading that is missing may move energy from one order to the next.
  it('a removed input never lowers the ratio of the whole', () => {
    const whole = find(run(FACTS), DAY).perUnit.kgCO2ePerGood!
    for (const fact of FACTS) {
      const ratio = find(run(FACTS.filter((f) => f !== fact)), DAY).perUnit.kgCO2ePerGood
      if (ratio !== null)
        assert.ok(ratio >= whole - 1e-12, `${ratio} is below ${whole} without ${JSON.stringify(fact)}`)
    }
  })

  it('no units give no ratio and keep the kilograms', () => {
    const flat = FACTS.map((f) =>
      isCount(f) ? { context: { ...(f as { context: ContextFact }).context, value: 7 } as ContextFact } : f,
    )
    const record = find(run(flat), O2)
    assert.equal(record.perUnit.kgCO2ePerGood, null)
    assert.equal(record.perUnit.missing, 'no good units were made in this time')
    near(record.kgCO2e.total, 6.81)
  })
})

describe('the life of a record', () => {
  /** Jobs and states are known before the energy they belong to, as in a plant that runs well. */
  const IN_TIME = [...FACTS.filter((f) => isJob(f) || isState(f)), ...FACTS.filter((f) => !isJob(f) && !isState(f))]

  it('is provisional while it runs, final when it has closed, restated when a fact comes late', () => {
    const line = new Pipeline(plant, { views: ['order'] })
    const late = FACTS.filter(isFactor('09:30'))[0]!
    for (const fact of IN_TIME) if (fact !== late) line.take(fact)
    const told = (watermark: string): string[] =>
      line.calculator
        .due('L1', at(watermark), true)
        .map((r) => `${r.order} ${r.revision} ${r.status} ${r.reasons.join('+')}`)
    assert.deepEqual(told('10:00'), ['O1 0 provisional ', 'O2 0 provisional '])
    assert.deepEqual(told('10:06'), ['O1 1 final '])
    assert.deepEqual(told('10:07'), [])
    line.take(late)
    assert.deepEqual(told('10:08'), ['O1 2 restated late-factor'])
    line.take(late)
    assert.deepEqual(told('10:09'), [])
  })

  it('a late reading names its reason', () => {
    const line = new Pipeline(plant, { views: ['order'] })
    const late = FACTS.find(isMeterAt('10:20'))!
    for (const fact of IN_TIME) if (fact !== late) line.take(fact)
    line.calculator.due('L1', at('10:10'), true)
    line.take(late)
    const record = line.calculator.due('L1', at('10:10'), true).find((r) => r.order === 'O1')!
    assert.deepEqual([record.status, record.reasons], ['restated', ['late-energy']])
    near(record.kgCO2e.total, 1.95)
  })
})

describe('meters above and below each other', () => {
  const model = plantOf({
    lines: [{ id: 'L1' }],
    meters: [
      { id: 'line-e', source: 'l', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' },
      {
        id: 'oven-e',
        source: 'o',
        line: 'L1',
        machine: 'oven',
        carrier: 'electricity',
        reading: 'counter',
        unit: 'kWh',
        parent: 'line-e',
      },
    ],
  })
  const reading = (meter: string, hm: string, value: number): Fact => ({ meter, reading: { at: at(hm), value } })

  it('a sub-meter is not counted twice: what is left of its parent is the rest', () => {
    const line = new Pipeline(model, { views: ['day'] })
    line.take({ factor: factorRow('00:00', '23:00', 0.1) })
    for (const [hm, whole, oven] of [
      ['09:00', 0, 0],
      ['10:00', 100, 30],
    ] as const) {
      line.take(reading('line-e', hm, whole))
      line.take(reading('oven-e', hm, oven))
    }
    const [day] = line.records()
    near(day!.kWh, 100)
    near(day!.kgCO2e.total, 10)
    assert.deepEqual(
      day!.buckets.map((b) => [b.meter, b.kWh]),
      [
        ['line-e', 70],
        ['oven-e', 30],
      ],
    )
  })
})

describe('a silent meter without a rating', () => {
  it('may have missed what its sub-meters took, too', () => {
    const model = plantOf({
      lines: [{ id: 'L1' }],
      meters: [
        {
          id: 'line-e',
          source: 'l',
          line: 'L1',
          carrier: 'electricity',
          reading: 'power',
          unit: 'kW',
          maxGapSeconds: 600,
        },
        {
          id: 'oven-e',
          source: 'o',
          line: 'L1',
          carrier: 'electricity',
          reading: 'counter',
          unit: 'kWh',
          parent: 'line-e',
        },
      ],
    })
    const line = new Pipeline(model, { views: ['day'] })
    line.take({ factor: factorRow('00:00', '23:00', 0.1) })
    // 100 kW of the line from 9 to 10 but for a quarter of an hour, 90 kW of it in the oven.
    for (const hm of ['09:00', '09:05', '09:10', '09:15', '09:30', '09:40', '09:50', '10:00'])
      line.take({ meter: 'line-e', reading: { at: at(hm), value: 100 } })
    line.take({ meter: 'oven-e', reading: { at: at('09:00'), value: 0 } })
    line.take({ meter: 'oven-e', reading: { at: at('10:00'), value: 90 } })
    const [day] = line.records()
    near(day!.kWh, 75)
    // The line's own mean is (75 − 90) / 0.75 h, the oven's 90 kW: at least the oven is not forgotten.
    near(day!.surrogate!.kWh, 1.5 * 90 * 0.25)
    assert.ok(day!.kWh + day!.surrogate!.kWh >= 100)
  })
})

describe('scopes and ledgers', () => {
  const model = plantOf({
    lines: [{ id: 'L1' }],
    meters: [
      { id: 'e', source: 'e', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' },
      { id: 'g', source: 'g', line: 'L1', carrier: 'natural-gas', reading: 'counter', unit: 'kWh' },
    ],
  })
  const day = (rows: Fact[]): Carbon => {
    const line = new Pipeline(model, { views: ['day'], constantFactor: 0.2 })
    rows.forEach((r) => line.take(r))
    for (const meter of ['e', 'g']) {
      line.take({ meter, reading: { at: at('09:00'), value: 0 } })
      line.take({ meter, reading: { at: at('10:00'), value: 100 } })
    }
    return line.records()[0]!
  }
  const row = (more: object): Fact => ({ factor: { ...factorRow('00:00', '23:00', 0.177), ...more } })
  const location = row({ id: 'loc' })
  const gas = row({ id: 'gas', carrier: 'natural-gas', kgPerKWh: 0.18 })

  it('fuel is scope 1, electricity scope 2, and each ledger stands alone', () => {
    const record = day([location, gas, row({ id: 'mkt', method: 'market', kgPerKWh: 0.02 })])
    near(record.kgCO2e.scope1, 18)
    near(record.kgCO2e.scope2Location, 17.7)
    near(record.kgCO2e.scope2Market, 2)
    assert.equal(record.kgCO2e.scope3Upstream, null)
    near(record.kgCO2e.total, 35.7)
  })

  it('without a market row the market ledger is unknown, not the location one', () => {
    assert.equal(day([location, gas]).kgCO2e.scope2Market, null)
  })

  it('upstream counts where every carrier has its rows', () => {
    const wtt = { boundary: 'wtt', kgPerKWh: 0.0459 }
    const td = { boundary: 'td', kgPerKWh: 0.01853 }
    assert.equal(day([location, gas, row({ id: 'w', ...wtt })]).kgCO2e.scope3Upstream, null)
    const whole = day([
      location,
      gas,
      row({ id: 'w', ...wtt }),
      row({ id: 't', ...td }),
      row({ id: 'gw', carrier: 'natural-gas', boundary: 'wtt', kgPerKWh: 0.03021 }),
    ])
    near(whole.kgCO2e.scope3Upstream, 4.59 + 1.853 + 3.021)
  })
})
