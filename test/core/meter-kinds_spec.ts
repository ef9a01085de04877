import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Reading } from '../../nodes/core/meter/meter.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { Books, flagsOf, minute, readingsOf } from './meter-books.ts'

type Case = [title: string, spec: Partial<PlantMeter>, readings: string, expected: string]
const check = (cases: Case[], kind: Partial<PlantMeter> = {}): void => {
  for (const [title, spec, readings, expected] of cases)
    it(title, () => {
      for (const list of [readingsOf(readings), readingsOf(readings).toReversed()]) {
        const books = new Books({ ...kind, ...spec })
        books.add(...list, ...list)
        assert.equal(books.text, expected)
      }
    })
}
const POWER: Partial<PlantMeter> = { reading: 'power', unit: 'kW' }

describe('Power that is sent on change', () => {
  check(
    [
      ['holds until the next value: 40 kW for 2 h', { maxGapSeconds: 86_400 }, '0=40 120=0', '0-120=80'],
      ['is nothing through a night at rest', {}, '0=0 480=40 481=40', '0-480=0 · 480-481=0.666667'],
      ['is no gap, however long it holds', {}, '0=60 1=61 2=60 600=0', '0-1=1 · 1-2=1.016667 · 2-600=598'],
      [
        'is one where a keep-alive is missing',
        { maxGapSeconds: 600 },
        '0=60 10=60 21=60 31=0',
        '0-10=10 · 10-21=? gap · 21-31=10',
      ],
      [
        'beyond the machine leaves only what follows it unknown',
        { ratedKW: 75 },
        '0=60 1=1e9 2=60 3=0',
        '0-1=1 · 1-2=? glitch · 2-3=1',
      ],
    ],
    { ...POWER, sampling: 'on-change' },
  )

  it('has no shape of samples, but a mean and a highest power', () => {
    const books = new Books({ ...POWER, sampling: 'on-change' })
    books.add(...readingsOf('0=40 120=90'))
    assert.deepEqual(books.intervals[0]!.signal, { meanKW: 40, maxKW: 40 })
  })

  it('of a counter: a rest is no gap, and no guess of its place in time', () => {
    const books = new Books({ sampling: 'on-change' })
    books.add(...readingsOf('0=1 5=2 10=3 490=4'))
    assert.equal(books.text, '0-5=1 · 5-10=1 · 10-490=1')
  })
})

describe('A power meter that is never above zero', () => {
  check(
    [
      ['runs backwards: nothing is known', {}, '0=-6 60=-6 120=-6', '0-60=? reversed · 60-120=? reversed'],
      [
        'also where its machine rests in between',
        {},
        '0=-6 10=0 20=0 30=-6',
        '0-10=? reversed · 10-20=0 · 20-30=? reversed',
      ],
      ['did not, once it is above', {}, '0=-6 60=-6 120=6 180=6', '0-60=0 negative · 60-120=3 negative · 120-180=6'],
      ['may feed in for good where the plant model says so', { direction: 'export' }, '0=-6 60=-6', '0-60=0 negative'],
      ['is turned round by its scale', { scale: -1 }, '0=-6 60=-6', '0-60=6'],
      ['runs backwards by its scale, too', { scale: -1 }, '0=6 60=6', '0-60=? reversed'],
    ],
    POWER,
  )

  it('says so with a word, and not a figure', () => {
    const books = new Books(POWER)
    books.add(...readingsOf('0=-6 60=-6'))
    const { kWh, quality, flags } = books.intervals[0]!
    assert.deepEqual([kWh, quality, flags], [null, 'missing', ['reversed']])
  })

  it('keeps what it knew of samples that are forgotten', () => {
    const books = new Books(POWER, { maxReadings: 48 })
    books.add(...Array.from({ length: 100 }, (_, n) => ({ at: minute(n), value: n < 10 ? 6 : -6 })))
    assert.equal(flagsOf(books.intervals.at(-1)!), 'negative')
  })

  it('ends in the same intervals in any order, with duplicates and corrections', () => {
    const reading: fc.Arbitrary<Reading> = fc.record({
      at: fc.nat(30).map(minute),
      value: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(-6, -1, 0) }, { weight: 1, arbitrary: fc.constant(6) }),
      revision: fc.nat(1),
    })
    const lists = fc
      .array(reading, { minLength: 2, maxLength: 30 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
      )
    const spec = fc.constantFrom<Partial<PlantMeter>>(
      {},
      { sampling: 'on-change' },
      { scale: -1 },
      { sampling: 'on-change', maxGapSeconds: 120 },
    )
    fc.assert(
      fc.property(spec, lists, (more, [list, other]) => {
        const account = (readings: Reading[]): unknown[] => {
          const books = new Books({ ...POWER, ...more })
          books.add(...readings)
          return books.intervals.map((e) => [e.id, e.kWh, flagsOf(e), e.evidence])
        }
        assert.deepEqual(account(other), account(list))
      }),
      { numRuns: 1500 },
    )
  })
})

describe('A counter that renews its total once an hour, read each minute, at 60 kW', () => {
  /** What the meter shows at each minute; `load` tells the kW of an hour. */
  const shown = (hours: number, load: (hour: number) => number = () => 60): Reading[] => {
    let total = 1000
    return Array.from({ length: hours * 60 + 1 }, (_, n) => {
      if (n > 0 && n % 60 === 0) total += load(n / 60 - 1)
      return { at: minute(n), value: total }
    })
  }
  const between = (books: Books, from: number, to: number): number => {
    const inside = books.intervals.filter((e) => e.from >= minute(from) && e.to <= minute(to))
    return Math.round(inside.reduce((kWh, e) => kWh + e.kWh!, 0) * 1e9) / 1e9
  }

  for (const [how, spec] of [
    ['where the step is more than its machine can draw', { ratedKW: 75 }],
    ['where the plant model says how often it is renewed', { renewMinutes: 60 }],
  ] as const) {
    it(`gives each order its own, ${how}: 115 and 65 kWh`, () => {
      const books = new Books(spec)
      books.add(...shown(3))
      assert.deepEqual([between(books, 0, 115), between(books, 115, 180)], [115, 65])
      assert.deepEqual(new Set(books.intervals.map((e) => `${e.quality} ${flagsOf(e)}`)), new Set(['estimated spread']))
    })
    it(`leaves a night at rest its 0, ${how}`, () => {
      const books = new Books(spec)
      books.add(...shown(14, (hour) => (hour >= 3 && hour < 11 ? 0 : 60)))
      assert.deepEqual([between(books, 180, 660), between(books, 0, 180), between(books, 660, 840)], [0, 180, 180])
    })
  }

  it('is taken as it is told where the plant model says neither', () => {
    const books = new Books()
    books.add(...shown(3))
    assert.deepEqual([between(books, 0, 115), between(books, 115, 180)], [60, 120])
  })

  it('shares out nothing beyond the time in which it is renewed', () => {
    const books = new Books({ renewMinutes: 10 })
    books.add(...readingsOf('0=100 15=100 25=100 30=106'))
    assert.equal(books.text, '0-15=0 · 15-25=3 spread · 25-30=3 spread')
  })

  it('adds up to what the total grew, whatever it shows', () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.oneof(fc.constant(0), fc.double({ min: 0, max: 40, noNaN: true }))),
      { minLength: 1 },
    )
    const specs = fc.constantFrom<Partial<PlantMeter>>(
      { ratedKW: 1e4 },
      { renewMinutes: 5 },
      { renewMinutes: 60, ratedKW: 1e4 },
    )
    fc.assert(
      fc.property(specs, steps, (spec, list) => {
        let [at, value] = [0, 1000]
        const books = new Books(spec)
        books.add({ at: minute(0), value })
        for (const [minutes, step] of list) books.add({ at: minute((at += minutes)), value: (value += step) })
        const sum = books.intervals.reduce((kWh, e) => kWh + e.kWh!, 0)
        assert.ok(Math.abs(sum - (value - 1000)) <= 1e-9 * value, `${sum}`)
      }),
      { numRuns: 500 },
    )
  })
})

describe('A value with a scale', () => {
  check([
    ['in tenths of a kWh', { scale: 0.1 }, '0=1000 60=1300', '0-60=30'],
    ['behind a current transformer of 40', { scale: 40 }, '0=1 60=2 120=4', '0-60=40 · 60-120=80'],
    ['that rolls over where the register does', { scale: 0.1, rolloverAt: 65_536 }, '0=65530 10=4', '0-10=1 rollover'],
    [
      'that is doubted by the rated power of what it measures',
      { scale: 40, ratedKW: 75 },
      '0=100 60=101 120=900',
      '0-60=40 · 60-120=? swap',
    ],
    ['of power', { ...POWER, scale: 40 }, '0=0.5 60=0.5', '0-60=20'],
    [
      'of pulses of 0.01 m3',
      { unit: 'm3', scale: 0.01, heatingValue: { value: 10, unit: 'kWh/m3', basis: 'gross' } },
      '0=500 60=700',
      '0-60=20',
    ],
  ])

  it('is evidence with what the meter showed, and what that was multiplied by', () => {
    const books = new Books({ scale: 0.1 })
    books.add(...readingsOf('0=1000 60=1300'))
    assert.deepEqual(books.intervals[0]!.evidence, {
      reading: 'counter',
      fromReading: 1000,
      toReading: 1300,
      unit: 'kWh',
      scale: 0.1,
    })
  })

  it('begins anew where the scale is changed, and goes on where it is not', () => {
    const books = new Books({ scale: 0.1 })
    books.add(...readingsOf('0=1000 10=1010'))
    books.restart()
    books.add(...readingsOf('20=1020'))
    books.restart({ scale: 0.2 })
    books.add(...readingsOf('30=1030 40=1040'))
    assert.equal(books.text, '0-10=1 · 10-20=1 · 30-40=2')
  })
})

describe('A unit that is told with the value', () => {
  it('is obeyed: 499500 and 500250 Wh on a meter in kWh are 0.75 kWh', () => {
    const books = new Books()
    books.add({ at: minute(0), value: 499_500, unit: 'Wh' }, { at: minute(10), value: 500_250, unit: 'Wh' })
    assert.equal(books.text, '0-10=0.75')
  })
  it('may be another spelling', () => {
    const books = new Books(POWER)
    books.add({ at: minute(0), value: 60_000, unit: 'w' }, { at: minute(60), value: 60, unit: 'KW' })
    assert.equal(books.text, '0-60=60')
  })
  const refused: [unit: string, spec: Partial<PlantMeter>][] = [
    ['kW', {}],
    ['bar', {}],
    ['m3', {}],
    ['kg', { unit: 'm3', heatingValue: { value: 10, unit: 'kWh/m3', basis: 'gross' } }],
  ]
  for (const [unit, spec] of refused)
    it(`is refused where it is none of the meter's kind: ${unit}`, () => {
      const reason = new Books(spec).add({ at: minute(0), value: 1, unit })
      assert.equal(reason, `unit: expected one that can be told in ${spec.unit ?? 'kWh'}, got "${unit}"`)
    })
})

describe('A meter of stated periods that tells one time', () => {
  it('tells of the period that ends then', () => {
    const books = new Books({ reading: 'interval', periodMinutes: 15 })
    books.add(...readingsOf('15=5 30=6'))
    assert.equal(books.text, '0-15=5 · 15-30=6')
  })
  it('tells of another where it says so', () => {
    const books = new Books({ reading: 'interval', periodMinutes: 15 })
    books.add({ at: minute(60), from: minute(30), value: 5 })
    assert.equal(books.text, '30-60=5')
  })
})
