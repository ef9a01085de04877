import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RATED_MARGIN } from '../../nodes/core/counter/gauge.ts'
import type { Reading } from '../../nodes/core/meter/meter.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { Books, flagsOf, minute, NOW } from './meter-books.ts'

const RATED_KW = 60
const SPEC: Partial<PlantMeter> = { ratedKW: RATED_KW, rolloverAt: 10_000 }
/** 1 Wh: what one count of the counter may add beyond the rated power. */
const COUNT = 0.001

type Trouble = 'none' | 'spike' | 'zero' | 'dip' | 'stuck' | 'reset' | 'thousandfold'
const trouble = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Trouble>('none') },
  fc.constantFrom<Trouble>('spike', 'zero', 'dip', 'stuck', 'reset', 'thousandfold'),
)
const step = fc.record({ minutes: fc.integer({ min: 1, max: 30 }), load: fc.double({ min: 0, max: 1 }), trouble })

/** A counter of a machine that keeps to its rated power, as a meter with faults tells it. */
const told = fc
  .tuple(fc.integer({ min: 0, max: 9_999 }), fc.array(step, { minLength: 3, maxLength: 60 }))
  .map(([start, steps]): Reading[] => {
    let [at, total, stuck] = [0, start, start]
    return steps.map(({ minutes, load, trouble }) => {
      at += minutes
      total += (load * RATED_KW * minutes) / 60
      if (trouble === 'reset') total = load
      // An odd last digit, so that each value shows what one count is.
      total = (2 * Math.floor((total % 10_000) * 500) + 1) / 1000
      const shown: Record<Trouble, number> = {
        ...{ none: total, reset: total, zero: 0, spike: 1.8e21, dip: total * 0.9, thousandfold: total * 1000, stuck },
      }
      const value = shown[trouble]
      stuck = value
      return { at: minute(at), value }
    })
  })

/** What comes late, twice, corrected, or with a clock or value that cannot be. */
const noise: fc.Arbitrary<(from: Reading) => Reading> = fc.constantFrom(
  (r: Reading) => r,
  (r: Reading) => ({ ...r, value: r.value + 1 }),
  (r: Reading) => ({ ...r, value: r.value - 1, revision: 1 }),
  (r: Reading) => ({ ...r, value: NaN }),
  (r: Reading) => ({ ...r, at: NOW + 3_600_000 }),
  (r: Reading) => ({ ...r, at: Date.UTC(2000, 0, 1) }),
)
const mixed = told.chain((list) =>
  fc
    .tuple(fc.array(fc.tuple(fc.nat(list.length - 1), noise), { maxLength: 15 }))
    .map(([more]) => [...list, ...more.map(([i, change]) => change(list[i]!))])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
)

/** Each reading that came, taken one by one, and whether it was refused. */
function taken(list: Reading[]): { books: Books; refused: Reading[] } {
  const books = new Books(SPEC)
  return { books, refused: list.filter((reading) => books.add(reading) !== undefined) }
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)

describe('A counter with glitches, resets, roll-overs, duplicates and late readings', () => {
  it('never adds up to more than its rated power allows', () => {
    fc.assert(
      fc.property(mixed, (list) => {
        const { intervals } = taken(list).books
        const hours = sum(intervals.map((e) => e.to - e.from)) / 3_600_000
        const most = RATED_MARGIN * RATED_KW * hours + COUNT * intervals.length
        const kWh = sum(intervals.map((e) => e.kWh ?? 0))
        assert.ok(kWh <= most * (1 + 1e-9), `expected ${most} kWh at most, got ${kWh}`)
      }),
      { numRuns: 1500 },
    )
  })

  it('ends in the same intervals in any order', () => {
    fc.assert(
      fc.property(mixed, (list) => {
        const account = (books: Books): unknown[] => books.intervals.map((e) => [e.id, e.kWh, flagsOf(e), e.evidence])
        const sorted = list.toSorted((a, b) => a.at! - b.at!)
        assert.deepEqual(account(taken(list).books), account(taken(sorted).books))
      }),
      { numRuns: 1500 },
    )
  })

  it('drops nothing uncounted', () => {
    fc.assert(
      fc.property(mixed, (list) => {
        const { books, refused } = taken(list)
        const { readings, duplicates, corrections, rejected } = books.report
        assert.equal(readings + duplicates + corrections + refused.length, list.length)
        assert.equal(sum(Object.values(rejected)), refused.length)
        // Each reading is an end of an interval, or the anchor, with the value that won.
        const ends = new Map(books.facts.map((e) => [e.to, NaN]))
        for (const { from, to, evidence } of books.intervals) {
          ends.set(from, evidence!.fromReading)
          ends.set(to, evidence!.toReading)
        }
        assert.equal(ends.size, readings)
        for (const { at, value } of list.filter((r) => !refused.includes(r))) {
          const end = ends.get(at!)
          assert.ok(end !== undefined)
          if (end !== value && readings > 1) assert.ok(duplicates + corrections > 0)
        }
      }),
      { numRuns: 1500 },
    )
  })
})

describe('The account of a meter', () => {
  it('says what became of everything that came', () => {
    const books = new Books({ rolloverAt: 1000 })
    const at = (n: number, value: number): Reading => ({ at: minute(n), value })
    books.add(at(0, 900), at(10, 990), at(20, 5), at(30, 0), at(40, 8), at(35, 7), at(35, 7), at(35, 7.5))
    for (const wrong of [at(50, NaN), at(51, NaN), at(9e5, 1)]) books.add(wrong)
    assert.deepEqual(books.report, {
      ...{ meter: 'oven-e', readings: 6, duplicates: 1, corrections: 1 },
      rejected: {
        'value: expected a number in kWh': 2,
        'time: expected at most 300 s ahead of our clock': 1,
      },
      classes: { rollover: 1, glitch: 2, late: 1, conflict: 1 },
      ...{ newest: minute(40), last: { value: 8, unit: 'kWh' } },
    })
  })

  it('counts a verdict that was revised once', () => {
    const books = new Books()
    const at = (n: number, value: number): Reading => ({ at: minute(n), value })
    books.add(at(0, 23990), at(10, 23999), at(20, 23000))
    assert.deepEqual(books.report.classes, { swap: 1 })
    books.add(at(30, 24000))
    assert.deepEqual(books.report.classes, { glitch: 2 })
    books.restart()
    assert.deepEqual([books.report.readings, books.report.classes], [4, { glitch: 2 }])
  })
})
