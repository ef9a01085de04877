/**
 * A sum that does not depend on the order of its terms.
 *
 * Method: non-overlapping partials (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997). The sum is
 * kept exactly and rounded once when it is read, so that any order of arrival, and a term added and taken away again,
 * give the same bits. A sum holds a few partials at most, whatever the number of terms.
 */
export class ExactSum {
  #partials: number[] = []

  /** Adds a finite number; take a term away by adding its negative. */
  add(x: number): void {
    const p = this.#partials
    let kept = 0
    for (let i = 0; i < p.length; i++) {
      let y = p[i]!
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x]
      const high = x + y
      const low = y - (high - x)
      if (low !== 0) p[kept++] = low
      x = high
    }
    p.length = kept
    if (x !== 0) p.push(x)
  }

  /** The exact sum, correctly rounded to the nearest double. */
  get value(): number {
    const p = this.#partials
    let i = p.length - 1
    if (i < 0) return 0
    let high = p[i]!
    let low = 0
    while (i > 0) {
      const x = high
      const y = p[--i]!
      high = x + y
      low = y - (high - x)
      if (low !== 0) break
    }
    // Round half to even across the partials that are left.
    if (i > 0 && Math.sign(low) === Math.sign(p[i - 1]!)) {
      const y = low * 2
      const x = high + y
      if (y === x - high) return x
    }
    return high
  }

  /** True when every term has been taken away again. */
  get isZero(): boolean {
    return this.#partials.length === 0
  }
}
