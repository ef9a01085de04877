/** What a line did and when, as far as the messages have told: the time base of coverage and OEE. */

import { isMissing } from '../records.ts'
import { sameContext, type ContextSpan } from '../segments.ts'

export class LineSpans {
  #spans: ContextSpan[] = []
  /** First and last known time of each order; reckoned when it is asked for, until the spans change. */
  #orders: Map<string, { from: number; to: number }> | undefined

  /** Lays a span over what is known; the newest statement about a time holds. */
  lay(span: ContextSpan): void {
    const last = this.#spans.at(-1)
    if (last && span.from >= last.from && span.to <= last.to && sameContext(span.context, last.context)) return
    this.#orders = undefined
    if (!last || span.from >= last.to) return this.#append(span)
    const first = this.#firstEndingAfter(span.from)
    let end = first
    while (end < this.#spans.length && this.#spans[end]!.from < span.to) end++
    const head = this.#spans[first]!
    const tail = this.#spans[end - 1]
    const parts = [{ ...span }]
    if (head.from < span.from) parts.unshift({ ...head, to: span.from })
    if (tail && tail.to > span.to) parts.push({ ...tail, from: span.to })
    this.#spans.splice(first, Math.max(0, end - first), ...parts)
    this.#join(Math.max(0, first - 1), first + parts.length)
  }

  /** Lays a correction over the time that is known already; a time that nothing was measured in stays unknown. */
  correct({ from, to, context }: ContextSpan): void {
    for (const known of [...this.within(from, to)]) this.lay({ from: known.from, to: known.to, context })
  }

  /** The spans within `[from, to)`, cut to it. */
  *within(from: number, to: number): Generator<ContextSpan> {
    for (let i = this.#firstEndingAfter(from); i < this.#spans.length; i++) {
      const span = this.#spans[i]!
      if (span.from >= to) return
      yield span.from >= from && span.to <= to
        ? span
        : { from: Math.max(from, span.from), to: Math.min(to, span.to), context: span.context }
    }
  }

  /** The first and last known time of an order; `undefined` where none is known. */
  hullOf(order: string): { from: number; to: number } | undefined {
    this.#orders ??= this.#hulls()
    return this.#orders.get(order)
  }

  #hulls(): Map<string, { from: number; to: number }> {
    const hulls = new Map<string, { from: number; to: number }>()
    for (const { from, to, context } of this.#spans) {
      if (isMissing(context) || context.order === undefined) continue
      const known = hulls.get(context.order)
      if (known) known.to = to
      else hulls.set(context.order, { from, to })
    }
    return hulls
  }

  /** The latest time that anything is known about. */
  get end(): number {
    return this.#spans.at(-1)?.to ?? 0
  }

  prune(before: number): void {
    const gone = this.#firstEndingAfter(before)
    if (gone === 0) return
    this.#orders = undefined
    this.#spans.splice(0, gone)
  }

  #append(span: ContextSpan): void {
    const last = this.#spans.at(-1)
    if (last && last.to === span.from && sameContext(last.context, span.context)) last.to = span.to
    else this.#spans.push({ ...span })
  }

  /** Joins neighbours that say the same, from index `i` to `k`. */
  #join(i: number, k: number): void {
    for (let n = Math.min(k, this.#spans.length - 1); n > i; n--) {
      const [a, b] = [this.#spans[n - 1]!, this.#spans[n]!]
      if (a.to !== b.from || !sameContext(a.context, b.context)) continue
      this.#spans.splice(n - 1, 2, { from: a.from, to: b.to, context: a.context })
    }
  }

  #firstEndingAfter(ms: number): number {
    let low = 0
    let high = this.#spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#spans[middle]!.to > ms) high = middle
      else low = middle + 1
    }
    return low
  }
}
