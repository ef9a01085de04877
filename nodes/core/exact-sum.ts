/**
 * A sum that does not depend on the order of its terms.
 *
 * Method: non-overlapping partials (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997). The sum is
 * kept exactly and rounded once when it is read, so that any order of arrival, and a term added and taken away again,
 * give the same bits. A sum holds a few partials at most, whatever the number of terms.
 */
export class ExactSum {
  /** The first `#held` of these; a list that is cut short and grows again would cost a new one for each term. */
  #partials = NONE
  #held = 0

  /** Adds a finite number; take a term away by adding its negative. */
  add(x: number): void {
    const p = this.#partials
    let kept = 0
    for (let i = 0; i < this.#held; i++) {
      const y = p[i]!
      const high = x + y
      const low = Math.abs(x) < Math.abs(y) ? x - (high - y) : y - (high - x)
      if (low !== 0) p[kept++] = low
      x = high
    }
    this.#held = kept
    if (x !== 0) this.#keep(x)
  }

  #keep(x: number): void {
    const i = this.#held++
    // A list that is pushed to takes room for many more, and there are many sums.
    if (i < this.#partials.length) this.#partials[i] = x
    else this.#partials = this.#partials.concat(x)
  }

  /** The exact sum, correctly rounded to the nearest double. */
  get value(): number {
    const p = this.#partials
    let i = this.#held - 1
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
    return this.#held === 0
  }
}

/** What every sum holds before its first term; it is replaced, never written to. */
const NONE: number[] = []
