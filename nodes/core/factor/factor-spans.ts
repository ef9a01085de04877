/** Stretches of time on which factor rows lie. */

import { sameRow } from './factor-order.ts'
import type { EmissionFactor } from '../records.ts'

export interface Span {
  from: number
  to: number
}
/** A stretch with the row that holds in it. */
export type Held = Span & { row: EmissionFactor }

export const touches = (a: Span | null, b: Span): boolean => a !== null && a.from < b.to && b.from < a.to

export const hull = (a: Span | null, b: Span): Span =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : { ...b }

/** Appends a piece, or lengthens the last one where it is of the same row; one of no length is nothing. */
export function push(laid: Held[], piece: Held): void {
  const last = laid.at(-1)
  if (last && last.row === piece.row && last.to === piece.from) last.to = piece.to
  else if (piece.from < piece.to) laid.push(piece)
}

/** The hull of the time in which two partitions name rows that do not say the same. */
export function difference({ from, to }: Span, before: Held[], after: Held[]): Span | null {
  let [i, j] = [0, 0]
  let changed = null as Span | null
  for (let at = from; at < to;) {
    while (i < before.length && before[i]!.to <= at) i++
    while (j < after.length && after[j]!.to <= at) j++
    const [a, b] = [before[i], after[j]]
    const [rowA, rowB] = [a && a.from <= at ? a.row : undefined, b && b.from <= at ? b.row : undefined]
    const end = Math.min(to, next(a, at), next(b, at))
    if (!sameRow(rowA, rowB)) changed = { from: changed?.from ?? at, to: end }
    at = end
  }
  return changed
}

const next = (piece: Span | undefined, at: number): number =>
  !piece ? Infinity : piece.from > at ? piece.from : piece.to
