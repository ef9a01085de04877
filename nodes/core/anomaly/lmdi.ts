/**
 * Exact additive split of a change: LMDI-I (logarithmic mean Divisia index, B. W. Ang 2004/2015).
 *
 * A total is a sum of rows, each row a product of factors. The change of the total between two states is shared out over
 * the factors with no remainder. Zeros are taken in the limit (Ang, Zhang & Choi 1998, table 2; Wood & Lenzen 2006).
 */

/** One row of the total: its factors in the two states, in the same order. */
export interface LmdiRow {
  before: readonly number[]
  after: readonly number[]
}

/** Two values as close as this, relative to the larger, have their arithmetic mean as logarithmic mean. */
const CLOSE = 1e-9

const product = (factors: readonly number[]): number => factors.reduce((p, x) => p * x, 1)

/** The logarithmic mean (a − b) / ln(a / b) of two positive numbers; a where they are equal. */
export function logMean(a: number, b: number): number {
  if (Math.abs(a - b) <= CLOSE * Math.max(a, b)) return (a + b) / 2
  return (a - b) / Math.log(a / b)
}

/** What each factor of each row contributes to the change of the total; `[row][factor]`, in the unit of the total. */
export function decompose(rows: readonly LmdiRow[]): number[][] {
  return rows.map(({ before, after }) => {
    const [v0, v1] = [product(before), product(after)]
    if (v0 > 0 && v1 > 0) {
      const weight = logMean(v1, v0)
      return after.map((x, i) => weight * Math.log(x / before[i]!))
    }
    if (v0 === 0 && v1 > 0) return shared(before, v1)
    if (v0 > 0 && v1 === 0) return shared(after, -v0)
    return after.map(() => 0)
  })
}

/** A row that appears or vanishes belongs to the factors that are zero in its empty state, to each the same part. */
function shared(empty: readonly number[], change: number): number[] {
  const zeros = empty.filter((x) => x === 0).length
  return empty.map((x) => (x === 0 ? change / zeros : 0))
}

/** The contributions of each factor, summed over the rows. */
export function byFactor(contributions: readonly (readonly number[])[]): number[] {
  const factors = contributions[0]?.length ?? 0
  return Array.from({ length: factors }, (_, k) => contributions.reduce((sum, row) => sum + row[k]!, 0))
}

/** The same split as ratios: D_k = exp(ΔV_k / L(V1, V0)); their product is V1 / V0. */
export function multiplicative(rows: readonly LmdiRow[]): number[] {
  const total = (side: 'before' | 'after'): number => rows.reduce((sum, row) => sum + product(row[side]), 0)
  const weight = logMean(total('after'), total('before'))
  return byFactor(decompose(rows)).map((change) => Math.exp(change / weight))
}

/** The sum as a reader makes it: from left to right. */
export const leftToRight = (terms: readonly number[]): number => terms.reduce((sum, x) => sum + x, 0)

/**
 * The same terms, adjusted by their rounding error so that their sum from left to right is `total` to the bit.
 * The largest takes the error; where its own bits are too coarse for that, a smaller one does.
 */
export function settle(terms: readonly number[], total: number): number[] {
  const settled = [...terms]
  const largestFirst = settled.map((_, i) => i).sort((i, j) => Math.abs(settled[j]!) - Math.abs(settled[i]!))
  for (const i of largestFirst) {
    for (let tries = 0; tries < 3; tries++) {
      const error = total - leftToRight(settled)
      if (error === 0) return settled
      settled[i]! += error
    }
  }
  return settled
}
