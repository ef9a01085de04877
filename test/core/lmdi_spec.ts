import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  byFactor,
  decompose,
  leftToRight,
  logMean,
  multiplicative,
  settle,
  type LmdiRow,
} from '../../nodes/core/anomaly/lmdi.ts'

/** The golden rows of LMDIR's own tests (MIT): two rows of three factors in four years. */
const YEARS: Record<number, number[][]> = {
  1971: [
    [1, 10, 2],
    [4, 5, 3],
  ],
  1972: [
    [4, 5, 3],
    [5, 6, 4],
  ],
  1973: [
    [8, 2, 4],
    [5, 7, 5],
  ],
  1974: [
    [10, 1, 5],
    [6, 8, 6],
  ],
}
const rows = (from: number[][], to: number[][]): LmdiRow[] => from.map((before, i) => ({ before, after: to[i]! }))
const between = (from: number, to: number): LmdiRow[] => rows(YEARS[from]!, YEARS[to]!)
const near = (actual: readonly number[], expected: readonly number[], within = 1e-7): void =>
  expected.forEach((x, i) => assert.ok(Math.abs(actual[i]! - x) <= within, `${i}: expected ${x}, got ${actual[i]}`))

describe('The additive split of a change (LMDI-I)', () => {
  const golden: [from: number, to: number, sums: number[], ratios: number[], change: number][] = [
    [1971, 1972, [69.79006598, -9.455125793, 39.66505981], [1.761117821, 0.926191306, 1.379410116], 100],
    [1972, 1973, [42.96021467, -34.31902656, 50.3588119], [1.229284572, 0.847970248, 1.273773912], 59],
    [1973, 1974, [54.01064234, -9.021284671, 54.01064234], [1.208140223, 0.968911503, 1.208140223], 99],
  ]
  for (const [from, to, sums, ratios, change] of golden) {
    it(`gives the golden figures of ${from} to ${to}`, () => {
      const split = byFactor(decompose(between(from, to)))
      near(split, sums)
      near([leftToRight(split)], [change])
      near(multiplicative(between(from, to)), ratios)
    })
  }

  it('gives the golden figures of each row', () => {
    const [first, second] = decompose(between(1971, 1972))
    near(first!, [50.47438029, -25.23719014, 14.76280986])
    near(second!, [19.31568569, 15.78206435, 24.90224996])
  })

  it('names the compressor in the article’s case: 0.68 becomes 0.87, and the repair saves 21.84 %', () => {
    const kWh = [0.6, 0.2, 0.15, 0.3]
    const state = (compressor: number): number[][] => [...kWh, compressor].map((x) => [0.4, x])
    const split = decompose(rows(state(0.45), state(0.925)))
    near(split[4]!, [0, 0.19], 1e-12)
    near(split.slice(0, 4).flat(), Array(8).fill(0), 1e-12)
    near([0.19 / 0.87], [0.2184], 1e-4)
  })

  const zeros: [title: string, before: number[], after: number[], split: number[]][] = [
    ['a factor that was zero takes all of what appears', [0, 10, 2], [4, 5, 3], [60, 0, 0]],
    ['a factor that becomes zero takes all of what vanishes', [4, 5, 3], [0, 6, 4], [-60, 0, 0]],
    ['two factors that appear together share it', [0, 0, 2], [4, 5, 3], [30, 30, 0]],
    ['zero before and after is no change', [0, 5, 3], [0, 6, 4], [0, 0, 0]],
    ['one zero that gives way to another is no change', [0, 5, 3], [4, 0, 4], [0, 0, 0]],
    ['equal states are no change', [4, 5, 3], [4, 5, 3], [0, 0, 0]],
  ]
  for (const [title, before, after, split] of zeros) {
    it(`${title}`, () => near(decompose([{ before, after }])[0]!, split, 1e-12))
  }

  it('leaves nothing over, whatever the rows', () => {
    const factor = fc.double({ min: 1e-6, max: 1e3, noNaN: true })
    const row = fc.record({ before: fc.tuple(factor, factor, factor), after: fc.tuple(factor, factor, factor) })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (given) => {
        const total = (side: 'before' | 'after'): number =>
          given.reduce((sum, r) => sum + r[side][0] * r[side][1] * r[side][2], 0)
        const change = total('after') - total('before')
        const tolerance = 1e-9 * (total('after') + total('before'))
        assert.ok(Math.abs(leftToRight(byFactor(decompose(given))) - change) <= tolerance)
      }),
    )
  })

  it('has the logarithmic mean between the two values, and at a where they are equal', () => {
    near([logMean(2, 1), logMean(5, 5), logMean(1, 1 + 1e-12)], [1 / Math.LN2, 5, 1], 1e-9)
  })
})

describe('Terms that are settled', () => {
  it('take the rounding error into the largest', () => {
    const terms = [0.19, 0.1, 0.2].sort((a, b) => b - a)
    const settled = settle(terms, 0.49)
    assert.equal(leftToRight(settled), 0.49)
    near(settled, terms, 1e-15)
  })

  it('add up from left to right to the published difference, to the bit', () => {
    const value = fc.double({ min: 0.001, max: 5, noNaN: true })
    const term = fc.double({ min: -3, max: 3, noNaN: true })
    fc.assert(
      fc.property(value, value, fc.array(term, { maxLength: 6 }), (actual, expected, some) => {
        const total = actual - expected
        const terms = [...some, total - leftToRight(some)].sort((a, b) => Math.abs(b) - Math.abs(a))
        const settled = settle([...terms, ...Array<number>(8 - terms.length).fill(0)], total)
        assert.equal(leftToRight(settled), total)
      }),
      { numRuns: 2000 },
    )
  })
})
