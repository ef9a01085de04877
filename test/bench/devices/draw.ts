/** Drawing by a seed. */

import { random } from '../../nodes/fixtures/random.ts'

export class Draw {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = random(seed)
  }

  whole(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1))
  }

  one<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!
  }

  isTrue(share: number): boolean {
    return this.#next() < share
  }
}
