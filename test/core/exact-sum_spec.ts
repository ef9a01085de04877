import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ExactSum } from '../../nodes/core/exact-sum.ts'

const sumOf = (terms: number[]): ExactSum => {
  const sum = new ExactSum()
  terms.forEach((t) => sum.add(t))
  return sum
}
const term = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })

describe('exact sum', () => {
  const table: [string, number[], number][] = [
    ['ten tenths are one', Array.from({ length: 10 }, () => 0.1), 1],
    ['a small term beside a large one is not lost', [1e16, 1, -1e16], 1],
    ['nothing is zero', [], 0],
    ['halves round to even', [9007199254740992, 1], 9007199254740992],
    ['a rest beyond the half rounds up', [9007199254740992, 1, 1e-10], 9007199254740994],
  ]
  for (const [title, terms, expected] of table) {
    it(title, () => assert.equal(sumOf(terms).value, expected))
  }

  it('gives the same bits in every order', () => {
    fc.assert(
      fc.property(
        fc.array(term, { maxLength: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (terms, keys) => {
          const shuffled = terms.map((t) => [keys.next().value, t] as const).sort(([a], [b]) => a - b)
          assert.equal(sumOf(shuffled.map(([, t]) => t)).value, sumOf(terms).value)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('is as it was when a term is added and taken away again', () => {
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 20 }), term, (terms, extra) => {
        const sum = sumOf(terms)
        const before = sum.value
        sum.add(extra)
        sum.add(-extra)
        assert.equal(sum.value, before)
        terms.forEach((t) => sum.add(-t))
        assert.ok(sum.isZero)
      }),
      { numRuns: 1000 },
    )
  })
})
