import assert from 'node:assert/strict'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { Books, readingsOf } from './meter-books.ts'

/** Failures that real meters have shown, each with the energy that was really used; `minute=reading`, `from-to=kWh flags`. */
type Case = [title: string, spec: Partial<PlantMeter>, readings: string, expected: string]
const RATED = { ratedKW: 75 }

const GARBAGE: Case[] = [
  [
    'a float of 1.8e21 for half an hour: 10 kWh in each interval',
    {},
    '0=500 10=510 20=1.8e21 30=1.8e21 40=1.8e21 50=550 60=560',
    '0-10=10 · 10-20=10 glitch · 20-30=10 glitch · 30-40=10 glitch · 40-50=10 glitch · 50-60=10',
  ],
  [
    'the same with a rated power and a modulus',
    { ...RATED, rolloverAt: 1e6 },
    '0=500 10=510 20=1.8e21 30=1.8e21 40=1.8e21 50=550 60=560',
    '0-10=10 · 10-20=10 glitch · 20-30=10 glitch · 30-40=10 glitch · 40-50=10 glitch · 50-60=10',
  ],
  ['garbage that does not return: unknown, not 5.3e10 kWh', {}, '0=500 10=5.3e10 20=5.3e10', '0-10=? swap · 10-20=0'],
  [
    'zeros for one sample',
    {},
    '0=500 10=510 20=0 30=530 40=540',
    '0-10=10 · 10-20=10 glitch · 20-30=10 glitch · 30-40=10',
  ],
  [
    'zeros for two, not 540 kWh after them',
    {},
    '0=500 10=510 20=0 30=0 40=540 50=550',
    '0-10=10 · 10-20=10 glitch · 20-30=10 glitch · 30-40=10 glitch · 40-50=10',
  ],
  [
    'zeros through a night, after which less is shown: a reset',
    {},
    '0=490 10=500 20=0 30=0 40=0 50=8',
    '0-10=10 · 10-20=0 reset · 20-30=0 · 30-40=0 · 40-50=8',
  ],
  [
    'a daily counter that passes the count of the day before in one step: a reset',
    {},
    '0=4 10=5 20=0 30=0 40=6',
    '0-10=1 · 10-20=0 reset · 20-30=0 · 30-40=6',
  ],
  ['-0.007 for one sample', {}, '0=10 10=11 20=-0.007 30=13', '0-10=1 · 10-20=1 glitch · 20-30=1 glitch'],
  ['0.003 for one sample', {}, '0=10 10=11 20=0.003 30=13', '0-10=1 · 10-20=1 glitch · 20-30=1 glitch'],
]

const DIPS: Case[] = [
  ['23999, 23000, 24000: 1 kWh in total', {}, '10=23999 20=23000 30=24000', '10-20=0.5 glitch · 20-30=0.5 glitch'],
  [
    'a long dip: 1 kWh in total, not 1000',
    {},
    '0=23990 10=23999 20=23000 30=23000 40=23000 50=24000 60=24005',
    '0-10=9 · 10-20=0.25 glitch · 20-30=0.25 glitch · 30-40=0.25 glitch · 40-50=0.25 glitch · 50-60=5',
  ],
  [
    'a tenth less for one sample',
    {},
    '0=10000 10=10010 20=9009 30=10030 40=10040',
    '0-10=10 · 10-20=10 glitch · 20-30=10 glitch · 30-40=10',
  ],
]

const STEPS: Case[] = [
  ['999984 to 20 with the modulus 1e6: 36 kWh', { rolloverAt: 1e6 }, '0=999984 10=20', '0-10=36 rollover'],
  ['999984 to 20 without a modulus: 20 kWh at least', {}, '0=999984 10=20', '0-10=20 reset'],
  ['a used meter from its first reading: no energy before it', {}, '0=5.6e7 10=56000010', '0-10=10'],
  [
    'a used meter in the place of another: unknown, not 5.6e7 kWh',
    {},
    '0=500 10=510 20=5.6e7 30=56000010',
    '0-10=10 · 10-20=? swap · 20-30=10',
  ],
  [
    'a step of 6704 kWh in 5 min, without a rated power: believed',
    {},
    '0=500000 5=500010 10=506714 15=506724',
    '0-5=10 · 5-10=6704 · 10-15=10',
  ],
  [
    'the same at 150 kW: unknown',
    { ratedKW: 150 },
    '0=500000 5=500010 10=506714 15=506724',
    '0-5=10 · 5-10=? swap · 10-15=10',
  ],
  ['a line of 250 kW without a rated power', {}, '0=500 15=562.5 30=625', '0-15=62.5 · 15-30=62.5'],
  ['a line of 250 kW that is rated so', { ratedKW: 250 }, '0=500 15=562.5 30=625', '0-15=62.5 · 15-30=62.5'],
  [
    'a silence of 6 h: the energy is right, its place in time is not known',
    {},
    '0=0 10=1 20=2 30=3 390=39 400=40',
    '0-10=1 · 10-20=1 · 20-30=1 · 30-390=36 interpolated · 390-400=1',
  ],
]

const UNITS: Case[] = [
  ['Wh', {}, '0=1230 10=1234 20=1236000 30=1238000', '0-10=4 · 10-20=2 unit-change · 20-30=2'],
  ['MWh', {}, '0=1230 10=1234 20=1.236 30=1.238', '0-10=4 · 10-20=2 unit-change · 20-30=2'],
  [
    'Wh and back',
    {},
    '0=1230 10=1234 20=1236000 30=1238000 40=1240 50=1242',
    '0-10=4 · 10-20=2 unit-change · 20-30=2 · 30-40=2 unit-change · 40-50=2',
  ],
  [
    'Wh for one sample',
    {},
    '0=1230 10=1234 20=1236000 30=1238 40=1240',
    '0-10=4 · 10-20=2 glitch · 20-30=2 glitch · 30-40=2',
  ],
  [
    'MWh for one sample',
    RATED,
    '0=1230 10=1234 20=1.236 30=1238 40=1240',
    '0-10=4 · 10-20=2 glitch · 20-30=2 glitch · 30-40=2',
  ],
  [
    'kWh where Wh are declared',
    { unit: 'Wh' },
    '0=1230000 10=1234000 20=1236 30=1238',
    '0-10=4 · 10-20=2 unit-change · 20-30=2',
  ],
  [
    'kWh where MWh are declared',
    { unit: 'MWh' },
    '0=1.230 10=1.234 20=1236 30=1238',
    '0-10=4 · 10-20=2 unit-change · 20-30=2',
  ],
]

const check = (cases: Case[]): void => {
  for (const [title, spec, readings, expected] of cases)
    it(title, () => {
      const books = new Books(spec)
      books.add(...readingsOf(readings))
      assert.equal(books.text, expected)
    })
}

describe('The counter doctor is not fooled by', () => {
  describe('garbage', () => check(GARBAGE))
  describe('dips', () => check(DIPS))
  describe('steps', () => check(STEPS))
  describe('a total in kWh that comes in', () => check(UNITS))
})

describe('An outage of three slots at 100 kWh a slot', () => {
  const books = new Books()
  it('is one interval over all of them, and says that it is interpolated', () => {
    books.add(...readingsOf('0=0 60=100 300=500'))
    assert.equal(books.text, '0-60=100 · 60-300=400 interpolated')
  })
  it('is 100 kWh in each slot once they are back-filled, 500 in total', () => {
    books.add(...readingsOf('240=400 120=200 180=300'))
    assert.equal(books.text, '0-60=100 · 60-120=100 · 120-180=100 · 180-240=100 · 240-300=100')
  })
})

describe('A meter that stands for days', () => {
  it('sends nothing but the step when it moves', () => {
    const books = new Books({}, { horizonHours: 24 * 30 })
    for (let i = 0; i < 4000; i++) books.add(...readingsOf(`${i}=500`))
    const wasSent = books.seen.length
    books.add(...readingsOf('4000=501 4001=502'))
    assert.equal(books.seen.length, wasSent + 2)
  })
})
