import assert from 'node:assert/strict'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { PowerShape } from '../../nodes/core/meter/power-shape.ts'
import { Books, minute, readingsOf, T0 } from './meter-books.ts'

describe('A power meter', () => {
  const cases: [title: string, spec: Partial<PlantMeter>, readings: string, expected: string][] = [
    ['adds up trapezoids', {}, '0=0 30=60 60=60', '0-30=15 · 30-60=30'],
    ['reads W', { unit: 'W' }, '0=12000 60=12000', '0-60=12'],
    ['does not bridge a gap as declared', { maxGapSeconds: 60 }, '0=60 1=60 3=60', '0-1=1 · 1-3=? gap'],
    ['bridges three usual spacings', {}, '0=60 1=60 2=60 5=60 6=60', '0-1=1 · 1-2=1 · 2-5=3 · 5-6=1'],
    ['but no more', {}, '0=60 1=60 2=60 6=60 7=60', '0-1=1 · 1-2=1 · 2-6=? gap · 6-7=1'],
    ['never counts below zero', {}, '0=-6 60=6', '0-60=3 negative'],
    [
      'leaves out what its machine cannot draw',
      { ratedKW: 75 },
      '0=60 1=1e9 2=60 3=60',
      '0-1=? glitch · 1-2=? glitch · 2-3=1',
    ],
  ]
  for (const [title, spec, readings, expected] of cases)
    it(title, () => {
      const books = new Books({ reading: 'power', unit: 'kW', ...spec })
      books.add(...readingsOf(readings))
      assert.equal(books.text, expected)
    })

  /** Seconds at which 60 kW are sampled, and what is known of them. */
  const seconds: [title: string, at: number[], expected: string][] = [
    ['bridges three spacings of a second', [0, 1, 2, 3, 6, 7], '1 1 1 3 1'],
    ['but no fourth: a hole of 4 s is not known', [0, 1, 2, 3, 7, 8], '1 1 1 ? 1'],
    ['bridges the jitter of samples ten to a second', [0, 0.1, 0.2, 0.3, 1.3, 1.4], '0.1 0.1 0.1 1 0.1'],
    ['but no silence of more than a second among them', [0, 0.1, 0.2, 0.3, 1.4, 1.5], '0.1 0.1 0.1 ? 0.1'],
  ]
  for (const [title, at, expected] of seconds)
    it(title, () => {
      const list = at.map((s) => ({ at: T0 + s * 1000, value: 60 }))
      for (const order of [list, list.toReversed()]) {
        const books = new Books({ reading: 'power', unit: 'kW' })
        books.add(...order)
        // 60 kW are 1 kWh in a minute: in seconds of it.
        const told = books.intervals.map((e) => (e.kWh === null ? '?' : Math.round(e.kWh * 60 * 1e6) / 1e6))
        assert.equal(told.join(' '), expected)
      }
    })

  it('says missing, not zero, for a gap', () => {
    const books = new Books({ reading: 'power', unit: 'kW', maxGapSeconds: 60 })
    books.add(...readingsOf('0=60 3=60'))
    assert.deepEqual(
      [books.intervals[0]?.kWh, books.intervals[0]?.quality, books.intervals[0]?.signal],
      [null, 'missing', undefined],
    )
  })
})

describe('The shape of a compressor with a sample every 5 s', () => {
  /** Power of a compressor that starts so often per hour, on for half of the time, 55 kW loaded and 18 kW idle, ±1 kW. */
  const kW = (seconds: number, startsPerHour: number): number =>
    ((seconds * startsPerHour) / 3600) % 1 < 0.5 ? 18 + Math.sin(seconds) : 55 + Math.cos(seconds)

  const shapeAfter = (hours: number, startsPerHour: (seconds: number) => number): PowerShape['shape'] => {
    const shape = new PowerShape()
    for (let s = 0; s <= hours * 3600; s += 5) shape.add(T0 + s * 1000, kW(s, startsPerHour(s)), false)
    return shape.shape
  }
  const near = (got: number | undefined, expected: number, tolerance: number): void =>
    assert.ok(Math.abs((got ?? NaN) - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${got}`)

  it('shows 6 starts per hour', () => {
    const shape = shapeAfter(2, () => 6)
    near(shape.startsPerHour, 6, 2)
    near(shape.idleKW, 18, 1)
    near(shape.dutyCycle, 0.5, 0.2)
  })
  it('shows when it short-cycles at 40 per hour, a quarter of an hour later', () => {
    const shape = shapeAfter(1.25, (s) => (s < 3600 ? 6 : 40))
    near(shape.startsPerHour, 40, 4)
    near(shape.dutyCycle, 0.5, 0.05)
    near(shape.loadFactor, 36.5 / 56, 0.03)
  })
  it('has no starts, no idle level and no duty cycle where power is even', () => {
    const shape = new PowerShape()
    for (let s = 0; s <= 1800; s += 5) shape.add(T0 + s * 1000, 50 + Math.sin(s), false)
    assert.equal(shape.shape.startsPerHour, 0)
    assert.equal(shape.shape.idleKW, undefined)
    assert.equal(shape.shape.dutyCycle, undefined)
    near(shape.shape.loadFactor, 50 / 51, 0.01)
  })
  it('is not told before a third of the window is seen, and anew after a gap', () => {
    const shape = new PowerShape()
    for (let s = 0; s < 300; s += 5) shape.add(T0 + s * 1000, kW(s, 40), false)
    assert.deepEqual(shape.shape, {})
    shape.add(minute(5), 18, false)
    assert.notEqual(shape.shape.startsPerHour, undefined)
    shape.add(minute(60), 18, true)
    assert.deepEqual(shape.shape, {})
  })
  it('goes out with each interval of the meter', () => {
    const books = new Books({ reading: 'power', unit: 'kW' })
    for (let s = 0; s <= 1800; s += 5) books.add({ at: T0 + s * 1000, value: kW(s, 40) })
    const { meanKW, maxKW, startsPerHour } = books.seen.at(-1)!.signal!
    near(startsPerHour, 40, 4)
    assert.ok(meanKW <= maxKW)
  })
})

describe('The highest mean of a counter', () => {
  it('is that of the last quarter of an hour', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 5=10 10=11 15=12 20=13 25=14'))
    assert.deepEqual(
      books.seen.map((e) => [Math.round(e.signal!.meanKW), Math.round(e.signal!.maxKW)]),
      [
        [120, 120],
        [12, 120],
        [12, 120],
        [12, 120],
        [12, 12],
      ],
    )
  })
})
