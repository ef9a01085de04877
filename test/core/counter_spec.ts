import assert from 'node:assert/strict'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { Books, readingsOf } from './meter-books.ts'

interface Case {
  title: string
  spec?: Partial<PlantMeter>
  /** minute=reading */
  readings: string
  /** from-to=kWh flags */
  expected: string
}

const CASES: Case[] = [
  {
    title: 'the worked example: 30 kWh and 24 kWh',
    readings: '0=1000 30=1030 60=1054',
    expected: '0-30=30 · 30-60=24',
  },
  { title: 'a counter in MJ', spec: { unit: 'MJ' }, readings: '0=100 10=136', expected: '0-10=10' },
  {
    title: 'a roll-over from 999984 to 20 with the modulus 1e6: 36 kWh',
    spec: { rolloverAt: 1e6 },
    readings: '0=999950 10=999984 20=20 30=60',
    expected: '0-10=34 · 10-20=36 rollover · 20-30=40',
  },
  {
    title: 'a dip 23999, 23000, 24000: 1 kWh in total',
    readings: '0=23990 10=23999 20=23000 30=24000 40=24005',
    expected: '0-10=9 · 10-20=0.5 glitch · 20-30=0.5 glitch · 30-40=5',
  },
  {
    title: 'the same dip with a modulus: no roll-over',
    spec: { rolloverAt: 1e6 },
    readings: '0=23999 10=23000 20=24000',
    expected: '0-10=0.5 glitch · 10-20=0.5 glitch',
  },
  {
    title: 'a dip to zero that returns: shared by time',
    readings: '0=500 10=0 40=540',
    expected: '0-10=10 glitch · 10-40=30 glitch',
  },
  {
    title: 'a spike that returns: shared by time',
    readings: '0=100 10=1.8e21 20=104 30=106',
    expected: '0-10=2 glitch · 10-20=2 glitch · 20-30=2',
  },
  {
    title: 'a spike of the thousandfold that returns: a glitch',
    readings: '0=1233 10=1234 20=1235000 30=1236',
    expected: '0-10=1 · 10-20=1 glitch · 20-30=1 glitch',
  },
  {
    title: 'a reset from 500 to 3: at least 3 kWh',
    readings: '0=490 10=500 20=3 30=9',
    expected: '0-10=10 · 10-20=3 reset · 20-30=6',
  },
  { title: 'a reset between the only two readings', readings: '0=500 10=3', expected: '0-10=3 reset' },
  {
    title: 'a reset of a counter that had just begun: no spike, for it did not return from there',
    readings: '0=0 10=500 20=3 30=10',
    expected: '0-10=500 · 10-20=3 reset · 20-30=7',
  },
  {
    title: 'a reset to more than the machine can have used since: another meter',
    spec: { ratedKW: 75 },
    readings: '0=490 10=500 20=200 30=210',
    expected: '0-10=10 · 10-20=? swap · 20-30=10',
  },
  {
    title: 'another meter: the energy in between is not known',
    readings: '0=500 10=510 20=470 30=480',
    expected: '0-10=10 · 10-20=? swap · 20-30=10',
  },
  {
    title: 'another meter that shows more: seen where the rated power is declared',
    spec: { ratedKW: 75 },
    readings: '0=500 10=510 20=56000 30=56010',
    expected: '0-10=10 · 10-20=? swap · 20-30=10',
  },
  {
    title: 'a big step without a declared rated power: it counts, 250 kWh in an hour',
    readings: '0=500 60=750 120=1000',
    expected: '0-60=250 · 60-120=250',
  },
  {
    title: 'a change from kWh to Wh: no jump',
    readings: '0=1230 10=1234 20=1236500 30=1239000',
    expected: '0-10=4 · 10-20=2.5 unit-change · 20-30=2.5',
  },
  {
    title: 'a change to MWh and back: no jump',
    readings: '0=1230 10=1234 20=1.236 30=1.239 40=1242 50=1245',
    expected: '0-10=4 · 10-20=2 unit-change · 20-30=3 · 30-40=3 unit-change · 40-50=3',
  },
  {
    title: 'a first step of a thousandfold: energy, for no total was established before it',
    readings: '0=1 60=1001',
    expected: '0-60=1000',
  },
  {
    title: 'a step back within the resolution of a 32-bit float: standstill',
    readings: '0=999990 10=1000000 20=999999.9375 30=999999.9375',
    expected: '0-10=10 · 10-20=0 glitch · 20-30=0',
  },
  {
    title: 'a coarse counter that ticks at the rated power: plausible, and used since it last moved',
    spec: { ratedKW: 75, maxGapSeconds: 600 },
    readings: '0=100 2=100 4=100 6=100 8=110 9=110 16=120',
    expected: '0-2=2.5 spread · 2-4=2.5 spread · 4-6=2.5 spread · 6-8=2.5 spread · 8-9=0 · 9-16=10',
  },
  {
    title: 'an integer counter read every second: one count is always plausible',
    spec: { ratedKW: 75 },
    readings: '0=1000 0.02=1001 0.04=1001 0.06=1002',
    expected: '0-0.02=1 · 0.02-0.04=0.5 spread · 0.04-0.06=0.5 spread',
  },
  {
    title: 'an outage of three slots: 500 kWh in one interval',
    readings: '0=0 60=100 120=200 180=300 480=800 540=900',
    expected: '0-60=100 · 60-120=100 · 120-180=100 · 180-480=500 interpolated · 480-540=100',
  },
  {
    title: 'a silence longer than the plant model allows',
    spec: { maxGapSeconds: 600 },
    readings: '0=0 10=1 21=2',
    expected: '0-10=1 · 10-21=1 interpolated',
  },
]

describe('The counter doctor knows', () => {
  for (const { title, spec, readings, expected } of CASES)
    it(title, () => {
      const books = new Books(spec)
      books.add(...readingsOf(readings))
      assert.equal(books.text, expected)
    })

  it('how sure it is', () => {
    const books = new Books()
    books.add(...readingsOf('0=500 10=3 20=2.9 30=3 40=1.9 50=2'))
    const told = books.intervals.map((e) => `${e.flags.join()} ${e.quality}`.trim())
    assert.deepEqual(told, ['reset estimated', 'glitch estimated', 'glitch estimated', 'swap missing', 'measured'])
  })

  it('better once the next reading returns, and revises its verdict', () => {
    const books = new Books()
    books.add(...readingsOf('0=23999 10=23000'))
    assert.equal(books.text, '0-10=? swap')
    books.add(...readingsOf('20=24000'))
    assert.equal(books.text, '0-10=0.5 glitch · 10-20=0.5 glitch')
    assert.deepEqual(
      books.seen.map((e) => [e.revision, e.replaces]),
      [
        [0, undefined],
        [1, undefined],
        [0, undefined],
      ],
    )
  })
})
