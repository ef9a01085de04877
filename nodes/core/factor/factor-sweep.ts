/** Which of many overlapping factor rows holds when, found in one pass along time. */

import { compareRows } from './factor-order.ts'
import { push, type Held } from './factor-spans.ts'

/** The winners over the time of all parts: sorted, not overlapping, without time that none covers. O(n log n). */
export function winnersOf(parts: readonly Held[]): Held[] {
  const starts = parts.toSorted((a, b) => a.from - b.from)
  const open = new Best()
  const winners: Held[] = []
  let next = 0
  for (let at = starts[0]?.from; at !== undefined;) {
    while (next < starts.length && starts[next]!.from <= at) open.add(starts[next++]!)
    const best = open.bestAfter(at)
    const begin = starts[next]?.from
    const end: number | undefined = best ? Math.min(best.to, begin ?? Infinity) : begin
    if (best) push(winners, { from: at, to: end!, row: best.row })
    at = end
  }
  return winners
}

/** A binary heap: the part whose row holds before all others is on top. */
class Best {
  readonly #heap: Held[] = []

  add(part: Held): void {
    const heap = this.#heap
    let i = heap.push(part) - 1
    while (i > 0 && before(heap[i]!, heap[(i - 1) >> 1]!)) {
      this.#swap(i, (i - 1) >> 1)
      i = (i - 1) >> 1
    }
  }

  /** The best part that reaches beyond an instant; those above it that do not are taken out. */
  bestAfter(at: number): Held | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.to <= at) this.#takeTop()
    return this.#heap[0]
  }

  #takeTop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    for (let i = 0; ;) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }

  #swap(i: number, k: number): void {
    const heap = this.#heap
    ;[heap[i], heap[k]] = [heap[k]!, heap[i]!]
  }
}

const before = (a: Held, b: Held): boolean => compareRows(a.row, b.row) < 0
