import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Reading } from '../../nodes/core/meter/meter.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { Books, flagsOf, minute, readingsOf } from './meter-books.ts'

/** Everything that an account rests on; `late` and `backfill` tell of the arrival, and a revision counts what was sent. */
const account = (books: Books): unknown[] =>
  books.intervals.map((e: Energy) => [e.id, e.kWh, e.quality, flagsOf(e), e.evidence])

const spec: fc.Arbitrary<Partial<PlantMeter>> = fc.record(
  {
    reading: fc.constant('counter' as const),
    rolloverAt: fc.constantFrom(100, 1000),
    ratedKW: fc.constantFrom(5, 50),
    maxGapSeconds: fc.constantFrom(60, 600),
    renewMinutes: fc.constantFrom(3, 15),
  },
  { requiredKeys: ['reading'] },
)
/** Few instants and few values, so that duplicates, conflicts, dips and resets are frequent. */
const reading: fc.Arbitrary<Reading> = fc.record(
  {
    at: fc.nat(40).map(minute),
    value: fc.oneof(fc.nat(12), fc.constantFrom(90, 95, 99, 100.5, 1000, 5000, 10_000)),
    revision: fc.nat(1),
    isUncertain: fc.boolean(),
  },
  { requiredKeys: ['at', 'value'] },
)
const readings = fc.array(reading, { minLength: 2, maxLength: 40 })
/** A counter that mostly grows, as most do. */
const growing = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.oneof(fc.nat(5), fc.constantFrom(-300, 900, -5))), {
    minLength: 2,
    maxLength: 40,
  })
  .map((steps) => {
    let [at, value] = [0, 500]
    return steps.map(([minutes, step]): Reading => ({ at: minute((at += minutes)), value: (value += step) }))
  })
/** A counter that sticks at garbage, or rests, for longer than a verdict commonly reaches. */
const sticking = fc
  .array(fc.tuple(fc.nat(12), fc.oneof(fc.nat(5), fc.constantFrom(-480, 9e5, 1.8e21))), { minLength: 2, maxLength: 8 })
  .map((parts) => {
    let [at, total] = [0, 500]
    return parts.flatMap(([length, step]) => {
      const value = total + step
      if (step >= 0 && step < 10) total = value
      return Array.from({ length: length + 1 }, (): Reading => ({ at: minute(at++), value }))
    })
  })
/** A total that is renewed seldom, and read each minute. */
const coarse = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.5, 5, 40, -495)), { minLength: 2, maxLength: 6 })
  .map((parts) => {
    let [at, value] = [0, 500]
    return parts.flatMap(([length, step]) => {
      value += step
      return Array.from({ length }, (): Reading => ({ at: minute(at++), value }))
    })
  })
/** A total that falls, counts on from there for some readings, and is back. */
const fallen = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.constantFrom(0, 0, 20, 4800, 5000)), {
    minLength: 2,
    maxLength: 6,
  })
  .map((parts) => {
    let [at, total] = [0, 5000]
    return parts.flatMap(([length, down]) =>
      Array.from({ length }, (): Reading => ({ at: minute(at++), value: (total += 3) - down })),
    )
  })
const any = fc.oneof(readings, growing, sticking, coarse, fallen)
const shuffled = any.chain((list) =>
  fc.tuple(
    fc.constant(list),
    fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length, maxLength: 2 * list.length }),
  ),
)
const kinds = fc.oneof(
  spec,
  spec.map((s) => ({ ...s, reading: 'power' as const, unit: 'kW' })),
)

describe('The same readings', () => {
  it('in any order, each of them twice, end in the same intervals', () => {
    fc.assert(
      fc.property(kinds, shuffled, (meter, [list, other]) => {
        const [one, two] = [new Books(meter), new Books(meter)]
        one.add(...list)
        two.add(...other)
        assert.deepEqual(account(two), account(one))
      }),
      { numRuns: 1500 },
    )
  })

  it('with restarts in between end in the same intervals', () => {
    fc.assert(
      fc.property(kinds, any, fc.array(fc.nat(40), { maxLength: 3 }), (meter, list, restarts) => {
        const [one, two] = [new Books(meter), new Books(meter)]
        one.add(...list)
        list.forEach((item, i) => {
          if (restarts.includes(i)) two.restart()
          two.add(item)
        })
        assert.deepEqual(account(two), account(one))
        assert.deepEqual(two.seen.map(flagsOf), one.seen.map(flagsOf))
        assert.deepEqual(
          two.seen.map((e) => [e.revision, e.replaces]),
          one.seen.map((e) => [e.revision, e.replaces]),
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('give neighbouring intervals without a hole, and energy that is never below zero', () => {
    fc.assert(
      fc.property(kinds, any, (meter, list) => {
        const books = new Books(meter)
        books.add(...list)
        books.intervals.forEach((e, i) => {
          assert.ok(e.from < e.to)
          if (i > 0) assert.equal(e.from, books.intervals[i - 1]!.to)
          assert.ok(e.kWh === null ? e.quality === 'missing' : e.kWh >= 0)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('of a counter that only grows add up to what it grew', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 50, noNaN: true })), {
      minLength: 1,
    })
    fc.assert(
      fc.property(steps, (list) => {
        let [at, value] = [0, 1000]
        const books = new Books()
        books.add({ at: minute(0), value })
        for (const [minutes, step] of list) books.add({ at: minute((at += minutes)), value: (value += step) })
        const sum = books.intervals.reduce((kWh, e) => kWh + e.kWh!, 0)
        assert.ok(Math.abs(sum - (value - 1000)) <= 1e-9 * Math.max(1, value))
      }),
      { numRuns: 300 },
    )
  })
})

describe('After a restart', () => {
  it('the first interval covers the downtime', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 10=1 20=2 30=3'))
    books.restart()
    books.add(...readingsOf('400=40'))
    assert.equal(books.text, '0-10=1 · 10-20=1 · 20-30=1 · 30-400=37 interpolated')
  })
  it('a few recent records are enough to go on from', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 10=1 20=2 30=3 40=4'))
    books.restart({}, books.recent(2))
    books.add(...readingsOf('50=5'))
    assert.equal(books.text, '0-10=1 · 10-20=1 · 20-30=1 · 30-40=1 · 40-50=1')
    assert.match(books.add(...readingsOf('5=0.5')) ?? '', /^time: .* oldest reading that is kept/)
  })
  it('a single reading is not lost', () => {
    const books = new Books()
    books.add(...readingsOf('0=5'))
    books.restart({}, books.recent(10))
    books.add(...readingsOf('10=6'))
    assert.equal(books.text, '0-10=1')
  })
  it('a meter that is declared otherwise begins anew, and covers nothing twice', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 10=1'))
    books.restart({ unit: 'MWh' })
    assert.match(books.add(...readingsOf('5=0.5')) ?? '', /^time: .* oldest reading that is kept/)
    books.add(...readingsOf('20=2 30=3'))
    assert.equal(books.text, '0-10=1 · 20-30=1000')
  })
})
