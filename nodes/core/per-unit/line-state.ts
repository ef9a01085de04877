/** What the calculator keeps of one line: its records in the making, its time, and how far it has come. */

import { Cell } from './cell.ts'
import { LineSpans } from './line-spans.ts'
import type { PlantMeter } from '../plant/plant.ts'
import type { ContextSpan } from '../segments.ts'
import { type CellKey } from './views.ts'

const FOREVER = Number.MAX_SAFE_INTEGER

export class LineState {
  /** The meters that must tell about the whole time of the line. */
  readonly meters: readonly PlantMeter[]
  readonly cells = new Map<string, Cell>()
  readonly spans = new LineSpans()
  /** The newest source time seen, and the newest that a measurement reaches. */
  newest = 0
  evident = 0
  /** The first measurement: before it nothing was expected. */
  first = FOREVER
  /** What lies before is forgotten. */
  pruned = 0
  /** Records that are not closed, or that a late fact has opened again. */
  readonly #open = new Set<Cell>()

  constructor(meters: readonly PlantMeter[]) {
    this.meters = meters
  }

  /** The cell of a key, made at its first use; it is looked at again at the next emission. */
  cell(key: CellKey): Cell {
    let cell = this.cells.get(key.id)
    if (!cell) this.cells.set(key.id, (cell = new Cell(key)))
    this.#open.add(cell)
    return cell
  }

  open(): Iterable<Cell> {
    return this.#open
  }

  /** A measurement was taken in: time moves on, and the line's context over it is known. */
  saw({ from, to }: { from: number; to: number }, spans: readonly ContextSpan[]): void {
    if (from < this.first) this.first = from
    if (to > this.evident) this.evident = to
    if (to > this.newest) this.newest = to
    for (const span of spans) this.spans.lay(span)
  }

  /** Marks the records of a time for another look. */
  touchAll(reason: string, { from, to }: { from: number; to: number }): void {
    if (to > this.newest) this.newest = to
    for (const cell of this.cells.values()) {
      const bounds = this.boundsOf(cell)
      if (bounds.from >= to || bounds.to <= from) continue
      cell.dirty = true
      cell.reasons.add(reason)
      this.#open.add(cell)
    }
  }

  /** Records that are closed and have been sent need no more looks; one that closes now gets its last. */
  close(watermark: number): void {
    for (const cell of this.#open) {
      if (this.endOf(cell) > watermark) continue
      if (cell.wasFinal && !cell.dirty) this.#open.delete(cell)
      else cell.dirty = true
    }
  }

  /** When a record's time ends; an order that still runs has no end yet. */
  endOf(cell: Cell): number {
    if (cell.key.to !== undefined) return cell.key.to
    const { to } = this.boundsOf(cell)
    return to < this.spans.end ? to : FOREVER
  }

  /** The bounds of a record: its view's, or for an order its first and last known time. */
  boundsOf({ key, sent }: Cell): { from: number; to: number } {
    if (key.from !== undefined && key.to !== undefined) return { from: key.from, to: key.to }
    const known = key.order === undefined ? undefined : this.spans.hullOf(key.order)
    return known ?? { from: sent?.from ?? 0, to: sent?.to ?? 0 }
  }

  /** Marks the records that hold some of this time, and those of some orders. */
  markStale({ from, to }: { from: number; to: number }, orders: ReadonlySet<string>): void {
    for (const cell of this.cells.values()) {
      const bounds = this.boundsOf(cell)
      const isNamed = cell.key.view === 'order' && orders.has(cell.key.order!)
      if (isNamed || (bounds.from < to && bounds.to > from)) cell.isStale = true
    }
  }

  /** A record that was taken over is looked at again. */
  reopen(cell: Cell): void {
    cell.isStale = false
    cell.dirty = true
    this.#open.add(cell)
  }

  /** The time by which half of the records have ended that were told as final. */
  olderHalfUntil(): number {
    const ends = [...this.cells.values()].flatMap((cell) => (cell.wasFinal ? [cell.key.to ?? cell.sent!.to] : []))
    return ends.sort((a, b) => a - b)[ends.length >> 1] ?? -Infinity
  }

  /** Forgets what ended by a time; the context stays for as long as a record that goes on needs it. */
  prune(before: number, spansBefore: number): void {
    this.pruned = before
    let needed = spansBefore
    for (const [id, cell] of this.cells) {
      const bounds = this.boundsOf(cell)
      if (bounds.to > before) {
        needed = Math.min(needed, bounds.from)
        continue
      }
      this.cells.delete(id)
      this.#open.delete(cell)
    }
    this.spans.prune(needed)
  }
}
