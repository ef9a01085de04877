import assert from 'node:assert/strict'
import { kWhPerUnit, kWPerUnit, type Fuel, type HeatingBasis } from '../../nodes/core/plant/fuel.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import { kWhPer } from '../../nodes/core/plant/units.ts'
import { Books, minute, readingsOf } from './meter-books.ts'

const heat = (value: number, unit: string, basis: HeatingBasis = 'gross'): Fuel => ({
  heatingValue: { value, unit, basis },
})
const near = (got: number, expected: number, what = ''): void =>
  assert.ok(Math.abs(got - expected) <= 1e-9 * expected, `${what}: expected ${expected}, got ${got}`)

describe('One unit of energy is so many kWh', () => {
  // 1 cal = 4.1868 J, 1 BTU = 1055.05585262 J, 1 therm = 100 000 BTU; 1 kWh = 3 600 000 J.
  const units: [unit: string, kWh: number][] = [
    ['Wh', 0.001],
    ['kWh', 1],
    ['MWh', 1000],
    ['GJ', 1000 / 3.6],
    ['MJ', 1 / 3.6],
    ['kcal', 0.001163],
    ['BTU', 0.00029307107017],
    ['MMBtu', 293.07107017],
    ['therm', 29.307107017],
  ]
  for (const [unit, kWh] of units) it(`${unit}: ${kWh}`, () => assert.ok(Math.abs(kWhPer(unit) / kWh - 1) < 1e-11))
})

describe('An amount of fuel is so much energy', () => {
  const diesel = { ...heat(42.6, 'MJ/kg', 'net'), densityKgPerLitre: 0.832 }
  const gas = heat(39.5, 'MJ/m3')
  const cases: [title: string, amount: number, unit: string, fuel: Fuel, kWh: number][] = [
    ['100 × 39.5 MJ ÷ 3.6', 100, 'm3', gas, 3950 / 3.6],
    ['the same gas in kWh/m3', 100, 'm3', heat(10.97222222222222, 'kWh/m3'), 1097.222222222222],
    ['with the volume conversion factor 1.02264', 100, 'm3', { ...gas, volumeCorrection: 1.02264 }, 4039.428 / 3.6],
    ['0.1 m3', 100, 'l', gas, 3.95 / 3.6],
    ['1000 l × 0.832 kg/l × 42.6 MJ/kg = 35 443.2 MJ', 1000, 'l', diesel, 35_443.2 / 3.6],
    ['the same from a flow computer in m3', 1, 'm3', diesel, 9845.333333333334],
    ['1000 l × 36 MJ/l', 1000, 'l', heat(36, 'MJ/l'), 10_000],
    ['10 kWh/l', 7, 'l', heat(10, 'kWh/l'), 70],
    ['50 kg of LPG × 12.87 kWh/kg', 50, 'kg', heat(12.87, 'kWh/kg'), 643.5],
    ['2 t of pellets × 17 GJ/t = 34 GJ', 2, 't', heat(17, 'GJ/t', 'net'), 34_000 / 3.6],
    ['2000 kg of them', 2000, 'kg', heat(17, 'GJ/t', 'net'), 34_000 / 3.6],
    ['832 kg of diesel by the litre', 832, 'kg', { ...heat(36, 'MJ/l'), densityKgPerLitre: 0.832 }, 10_000],
    ['8 kg of gas of 0.8 kg/m3', 8, 'kg', { ...heat(36, 'MJ/m3'), densityKgPerM3: 0.8 }, 100],
  ]
  for (const [title, amount, unit, fuel, kWh] of cases)
    it(`${amount} ${unit}: ${title}`, () => near(amount * kWhPerUnit(unit, fuel), kWh, title))

  // 36 MJ/m3 = 10 kWh/m3
  const flows: [flow: number, unit: string, kW: number][] = [
    [12, 'm3/h', 120],
    [500, 'l/h', 5],
    [2, 'm3/min', 1200],
    [1, 'l/s', 36],
  ]
  for (const [flow, unit, kW] of flows)
    it(`a flow of ${flow} ${unit} is ${kW} kW`, () => near(flow * kWPerUnit(unit, heat(36, 'MJ/m3')), kW))
  it('a flow of 90 kg/h of diesel is 90 × 42.6 ÷ 3.6 kW', () => near(90 * kWPerUnit('kg/h', diesel), 1065))
})

const GAS: Partial<PlantMeter> = { carrier: 'natural-gas', unit: 'm3', ...heat(36, 'MJ/m3') }

describe('A meter of fuel', () => {
  it('gives kWh and keeps the amounts, the heating value and its basis as evidence', () => {
    const books = new Books({ ...GAS, volumeCorrection: 1.5 })
    books.add(...readingsOf('0=1000 60=1004'))
    assert.equal(books.text, '0-60=60')
    assert.deepEqual(books.intervals[0]?.evidence, {
      ...{ reading: 'counter', fromReading: 1000, toReading: 1004, unit: 'm3' },
      ...{ heatingValue: { value: 36, unit: 'MJ/m3', basis: 'gross' }, volumeCorrection: 1.5 },
    })
  })

  const cases: [title: string, spec: Partial<PlantMeter>, readings: string, expected: string][] = [
    ['integrates a flow', { reading: 'power', unit: 'm3/h' }, '0=0 30=12 60=12', '0-30=30 · 30-60=60'],
    ['rolls over in its own unit', { rolloverAt: 1000 }, '0=990 30=998 60=3', '0-30=80 · 30-60=50 rollover'],
    ['is held against its rated power', { ratedKW: 100 }, '0=500 60=510 120=900', '0-60=100 · 60-120=? swap'],
    ['sees litres for m3', {}, '0=1230 10=1234 20=1236500', '0-10=40 · 10-20=25 unit-change'],
    [
      'sees tonnes for kg',
      { unit: 'kg', ...heat(10, 'kWh/kg') },
      '0=1230 10=1234 20=1.236',
      '0-10=40 · 10-20=20 unit-change',
    ],
  ]
  for (const [title, spec, readings, expected] of cases)
    it(title, () => {
      const books = new Books({ ...GAS, ...spec })
      books.add(...readingsOf(readings))
      assert.equal(books.text, expected)
    })

  it('takes stated periods', () => {
    const books = new Books({ ...GAS, reading: 'interval' })
    books.add({ from: minute(0), at: minute(60), value: 5 })
    assert.equal(books.text, '0-60=50')
  })

  it('does not start without a heating value', () =>
    assert.throws(
      () => new Books({ unit: 'm3' }),
      /^Error: heatingValue: expected one for a meter in m3, got nothing$/,
    ))
})

describe('A changed heating value', () => {
  const richer: Partial<PlantMeter> = heat(72, 'MJ/m3', 'net')
  const told = (books: Books): unknown[] => books.intervals.map((e) => [e.kWh, e.evidence?.heatingValue?.basis])

  it('counts from the next interval, and does not value the past anew', () => {
    const books = new Books(GAS)
    books.add(...readingsOf('0=0 10=1 20=2'))
    const sent = books.seen.length
    books.restart(richer)
    books.add(...readingsOf('30=3'))
    assert.equal(books.text, '0-10=10 · 10-20=10 · 20-30=20')
    assert.equal(books.seen.length, sent + 1)
    books.restart(GAS)
    books.add(...readingsOf('40=4'))
    assert.deepEqual(told(books), [
      [10, 'gross'],
      [10, 'gross'],
      [20, 'net'],
      [10, 'gross'],
    ])
  })

  it('leaves alone what a late reading cuts in two', () => {
    const books = new Books(GAS)
    books.add(...readingsOf('0=0 10=1 20=2'))
    books.restart(richer)
    books.add(...readingsOf('30=3 5=0.25'))
    assert.equal(books.text, '0-5=2.5 · 5-10=7.5 · 10-20=10 · 20-30=20')
    books.restart(richer)
    books.add(...readingsOf('7.5=0.5'))
    assert.equal(books.text, '0-5=2.5 · 5-7.5=2.5 · 7.5-10=5 · 10-20=10 · 20-30=20')
  })

  it('splits a glitch at the change: each side explains itself', () => {
    const books = new Books(GAS)
    books.add(...readingsOf('0=100 10=102 20=0'))
    books.restart(richer)
    books.add(...readingsOf('30=106'))
    assert.equal(books.text, '0-10=20 · 10-20=20 glitch · 20-30=40 glitch')
  })
})

describe('A factor on another basis than the energy', () => {
  const row = (over: Partial<EmissionFactor>): EmissionFactor => ({
    ...{ id: 'gas', revision: 0, kgPerKWh: 0.2, carrier: 'natural-gas', zone: 'GB', from: 0, to: minute(600) },
    ...{ method: 'location', boundary: 'direct', gas: 'CO2e', quality: 'annual', retrievedAt: 0 },
    source: { provider: 'table', licence: 'x', attribution: 'x' },
    ...over,
  })
  const laid = (basis: HeatingBasis | undefined, location: EmissionFactor, upstream: EmissionFactor[] = []) => {
    const evidence = { fromReading: 0, toReading: 1, unit: 'm3', ...(basis && heat(36, 'MJ/m3', basis)) }
    const energy = { from: minute(0), to: minute(60), kWh: 10, evidence }
    return withFactors(energy, [{ from: minute(0), to: minute(60), location, upstream }])[0]!
  }
  const cases: [factor: HeatingBasis | undefined, energy: HeatingBasis | undefined, kg: number | null][] = [
    ['gross', 'gross', 2],
    ['net', 'net', 2],
    [undefined, 'net', 2],
    ['gross', undefined, 2],
    ['gross', 'net', null],
    ['net', 'gross', null],
  ]
  for (const [factor, energy, kg] of cases)
    it(`${factor ?? 'none stated'} on ${energy ?? 'none stated'}: ${kg ?? 'missing, with the reason'}`, () => {
      const segment = laid(energy, row(factor ? { cvBasis: factor } : {}))
      assert.equal(segment.kgCO2e?.location, kg)
      const missing = `factor is per kWh ${factor}, the meter's energy is ${energy}`
      if (kg === null) assert.deepEqual(segment.factor, { missing })
    })

  it('enters upstream no more than in scope 1', () => {
    const wtt = row({ id: 'wtt', boundary: 'wtt', cvBasis: 'gross' })
    const td = row({ id: 'td', boundary: 'td' })
    assert.equal(laid('net', row({}), [wtt, td]).kgCO2e?.upstream, null)
    assert.equal(laid('gross', row({}), [wtt, td]).kgCO2e?.upstream, 4)
  })
})
