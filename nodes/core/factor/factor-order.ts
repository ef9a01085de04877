/** Which of two factor rows holds: one total order, so that the answer never depends on the order of arrival. */

import type { EmissionFactor, FactorQuality } from '../records.ts'

/** The ends of time that JSON and `Date` can hold; a row from or to them is open on that side. */
export const EVER = { from: 0, to: 8.64e15 } as const

const MS_PER_MINUTE = 60_000

/** Better first; a value that a person states counts as measured. */
const QUALITY_PLACE: Readonly<Record<FactorQuality, number>> = {
  measured: 0,
  manual: 0,
  estimated: 1,
  forecast: 2,
  held: 3,
  profile: 4,
  annual: 5,
}

/** The part a row plays in a segment; each part has a winner of its own. */
export const FACTOR_ROLES = ['location', 'market', 'td', 'wtt'] as const
export type FactorRole = (typeof FACTOR_ROLES)[number]

/** `null` for a marginal factor: it answers "what if", and never enters an inventory (GHG Protocol Scope 2, 4.2). */
export function roleOf(row: Pick<EmissionFactor, 'method' | 'boundary'>): FactorRole | null {
  if (row.method === 'marginal') return null
  return row.boundary === 'wtt' || row.boundary === 'td' ? row.boundary : row.method
}

/** Negative where `a` is the better version of the same row; a settlement is such a version. */
export function compareVersions(a: EmissionFactor, b: EmissionFactor): number {
  return (
    b.revision - a.revision ||
    QUALITY_PLACE[a.quality] - QUALITY_PLACE[b.quality] ||
    b.retrievedAt - a.retrievedAt ||
    b.kgPerKWh - a.kgPerKWh ||
    rankOf(a) - rankOf(b) ||
    textOrder(a, b)
  )
}

/**
 * Negative where `a` holds before `b` at an instant that both cover: the earlier source of the chain; within a source
 * its own slots, then what is held from them, then rows open in time; the shorter slot, and last the better version.
 */
export function compareRows(a: EmissionFactor, b: EmissionFactor): number {
  const place = placeOf(a)
  const order = rankOf(a) - rankOf(b) || place - placeOf(b)
  if (order !== 0) return order
  // Held values all have the same length: the one from the newest slot counts.
  const shorter = place === HELD ? 0 : a.to - a.from - (b.to - b.from)
  return shorter || b.from - a.from || compareVersions(a, b)
}

/** True where two rows say the same in every figure, and in what stands behind it. */
export function sameRow(a: EmissionFactor | undefined, b: EmissionFactor | undefined): boolean {
  if (a === b) return true
  if (!a || !b) return false
  return (
    a.id === b.id &&
    a.revision === b.revision &&
    a.kgPerKWh === b.kgPerKWh &&
    a.quality === b.quality &&
    a.rank === b.rank
  )
}

const HELD_MARK = '~held'

/** The id of the slot behind a row: its own, or that of the slot it is held from. */
export const slotIdOf = (row: EmissionFactor): string =>
  row.id.endsWith(HELD_MARK) ? row.id.slice(0, -HELD_MARK.length) : row.id

/** The time up to which a row says something: its end, or that of what is held from it. */
export function reachOf(row: EmissionFactor): number {
  if (!row.holdMinutes || placeOf(row) !== SLOT || row.withdrawn) return row.to
  return Math.min(row.to + row.holdMinutes * MS_PER_MINUTE, EVER.to)
}

/** The row that stands in after the end of `row`, or `null` where it is not to be held. */
export function heldAfter(row: EmissionFactor): EmissionFactor | null {
  const to = reachOf(row)
  if (to === row.to) return null
  const { holdMinutes: _held, uncertaintyPct, ...rest } = row
  // Mean error of holding a grid factor for an hour: 5.5 to 7 % (GB, ES and California, 2023).
  const doubt = Math.max(uncertaintyPct ?? 0, 7)
  return { ...rest, id: row.id + HELD_MARK, from: row.to, to, quality: 'held', uncertaintyPct: doubt }
}

const SLOT = 0
const HELD = 1
const OPEN = 2

function placeOf(row: EmissionFactor): number {
  if (row.quality === 'held') return HELD
  return row.from <= EVER.from || row.to >= EVER.to ? OPEN : SLOT
}

const rankOf = (row: EmissionFactor): number => row.rank ?? 0

function textOrder(a: EmissionFactor, b: EmissionFactor): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
  return x < y ? -1 : x > y ? 1 : 0
}
