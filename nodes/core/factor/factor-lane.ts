/** The factor rows of one carrier, zone and role, resolved to the one that holds at each instant. */

import { compareRows, compareVersions, heldAfter, reachOf } from './factor-order.ts'
import { difference, hull, push, touches, type Held, type Span } from './factor-spans.ts'
import { winnersOf } from './factor-sweep.ts'
import type { EmissionFactor } from '../records.ts'

/** A stretch in which one row holds, or none does. */
export interface LanePiece extends Span {
  row: EmissionFactor | undefined
}

/** All versions of one slot of one provider, and the one that counts. */
interface Slot {
  best: EmissionFactor
  versions: EmissionFactor[]
}

/** A row may be settled again and again, by a flow that sends it every minute; the memory of that is bounded. */
const MAX_VERSIONS = 100

/** A row over more winners than these is not laid at once: many such rows in a row would go through all of them each. */
const WIDE = 100

const keyOf = (r: EmissionFactor): string =>
  `${r.from} ${r.to} ${r.boundary} ${r.quality === 'held' ? 'held' : 'slot'} ${r.source.provider}`

export class FactorLane {
  readonly #slots = new Map<string, Slot>()
  /** Winners, sorted, not overlapping; between two there may be time that no row covers. */
  #pieces: Held[] = []
  #near = 0
  /** Where the pieces do not yet follow from the slots. */
  #stale: Span | null = null

  /**
   * Takes a row; `null` for a duplicate or a row that wins nowhere. Gives the time whose winner changed, or may have
   * changed where a row gave way.
   */
  add(row: EmissionFactor): Span | null {
    const slot = this.#slots.get(keyOf(row))
    if (!slot) {
      this.#slots.set(keyOf(row), { best: row, versions: [row] })
      return this.#put([], standing(row))
    }
    if (slot.versions.some((known) => compareVersions(known, row) === 0)) return null
    slot.versions.push(row)
    if (slot.versions.length > MAX_VERSIONS) slot.versions.shift()
    if (compareVersions(slot.best, row) < 0) return null
    const old = slot.best
    slot.best = row
    return this.#put(standing(old), standing(row))
  }

  /** Every version known of the slot that a row describes. */
  versions(row: EmissionFactor): readonly EmissionFactor[] {
    return this.#slots.get(keyOf(row))?.versions ?? []
  }

  /** What holds at an instant, and how long. Constant time when time advances, else a binary search. */
  at(ms: number): LanePiece {
    this.#freshen()
    const i = this.#indexAt(ms)
    const piece = this.#pieces[i]
    if (piece && piece.from <= ms) return piece
    return { from: this.#pieces[i - 1]?.to ?? -Infinity, to: piece?.from ?? Infinity, row: undefined }
  }

  /** Forgets rows that end before an instant. */
  prune(before: number): void {
    this.#freshen()
    for (const [key, { best }] of this.#slots) {
      if (reachOf(best) <= before) this.#slots.delete(key)
    }
    this.#pieces.splice(0, this.#indexAt(before))
    this.#near = 0
  }

  /** Replaces what a slot said by what it says now. */
  #put(old: EmissionFactor[], now: EmissionFactor[]): Span | null {
    const all = [...old, ...now]
    if (all.length === 0) return null
    const span = { from: Math.min(...all.map((r) => r.from)), to: Math.max(...all.map((r) => r.to)) }
    // A better version is laid over the old one; one that gives way uncovers rows that had lost.
    const givesWay = old.some((r, i) => !now[i] || now[i].to < r.to || compareRows(now[i], r) > 0)
    const before = this.#within(span)
    if (givesWay || before.length > WIDE || touches(this.#stale, span)) {
      this.#stale = hull(this.#stale, span)
      return span
    }
    for (const row of now) this.#lay(row, row)
    return difference(span, before, this.#within(span))
  }

  /** Resolves the stale time anew, once for however many rows made it stale. */
  #freshen(): void {
    const span = this.#stale
    if (!span) return
    this.#stale = null
    const touched = this.#within(span)
    const left = touched.map((p) => ({ ...p, to: Math.min(p.to, span.from) }))
    const right = touched.map((p) => ({ ...p, from: Math.max(p.from, span.to) }))
    const isLeft = (p: Held): boolean => p.from < p.to
    this.#splice(span, [...left.filter(isLeft), ...winnersOf(this.#partsIn(span)), ...right.filter(isLeft)])
  }

  /** What all slots say within a stretch. */
  #partsIn(span: Span): Held[] {
    const parts: Held[] = []
    for (const { best } of this.#slots.values()) {
      if (best.from >= span.to || reachOf(best) <= span.from) continue
      for (const row of standing(best)) {
        const part = { from: Math.max(row.from, span.from), to: Math.min(row.to, span.to), row }
        if (part.from < part.to) parts.push(part)
      }
    }
    return parts
  }

  /** Lays a row over a stretch: it takes the time that nobody has, and the time of rows it wins against. */
  #lay(row: EmissionFactor, { from, to }: Span): void {
    const laid: Held[] = []
    let at = from
    for (const piece of this.#within({ from, to })) {
      const a = Math.max(piece.from, from)
      const b = Math.min(piece.to, to)
      push(laid, { from: piece.from, to: a, row: piece.row })
      push(laid, { from: at, to: a, row })
      push(laid, { from: a, to: b, row: compareRows(row, piece.row) < 0 ? row : piece.row })
      push(laid, { from: b, to: piece.to, row: piece.row })
      at = b
    }
    push(laid, { from: at, to, row })
    this.#splice({ from, to }, laid)
  }

  /** The pieces that touch a stretch, whole. */
  #within({ from, to }: Span): Held[] {
    const first = this.#indexAt(from)
    return this.#pieces.slice(first, this.#endIndex(first, to))
  }

  /** Puts pieces in the place of those that touch a stretch. */
  #splice({ from, to }: Span, pieces: Held[]): void {
    const first = this.#indexAt(from)
    const end = this.#endIndex(first, to)
    // A spread of very many arguments overflows the stack.
    if (pieces.length < 10_000) this.#pieces.splice(first, end - first, ...pieces)
    else this.#pieces = [...this.#pieces.slice(0, first), ...pieces, ...this.#pieces.slice(end)]
  }

  #endIndex(first: number, to: number): number {
    const last = this.#pieces.at(-1)
    if (!last || last.from < to) return this.#pieces.length
    let end = first
    while (this.#pieces[end]!.from < to) end++
    return end
  }

  /** The index of the first piece that ends after an instant. */
  #indexAt(ms: number): number {
    const pieces = this.#pieces
    const ends = (i: number): number => (i < 0 ? -Infinity : (pieces[i]?.to ?? Infinity))
    for (let i = this.#near; i <= this.#near + 1 && i <= pieces.length; i++) {
      if (ends(i - 1) <= ms && ms < ends(i)) return (this.#near = i)
    }
    let [low, high] = [0, pieces.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (pieces[middle]!.to <= ms) low = middle + 1
      else high = middle
    }
    return (this.#near = low)
  }
}

/** What a version puts on the time line: itself and what stands in after its end; nothing where it is taken back. */
function standing(row: EmissionFactor): EmissionFactor[] {
  if (row.withdrawn) return []
  const held = heldAfter(row)
  return held ? [row, held] : [row]
}
