/** How a carbon-factor node writes to the ledger, and reads itself back from it after a restart. */

import { heldAfter } from '../core/factor-order.ts'
import type { FactorBook } from '../core/factor-book.ts'
import type { EmissionFactor, Energy } from '../core/records.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'

const DAY_MS = 86_400_000

/** A factor as a fact. A slot has as many facts as it had values, so its name carries what tells them apart. */
export function factOf(row: EmissionFactor): Fact {
  const { id, revision, from, to, quality, kgPerKWh, retrievedAt, withdrawn } = row
  const version = [quality, kgPerKWh, new Date(retrievedAt).toISOString(), ...(withdrawn ? ['withdrawn'] : [])]
  // What is held from a slot reaches past its end.
  const reach = heldAfter(row)?.to ?? to
  return { kind: 'factor', id: [id, ...version].join('|'), revision, line: '', from, to: reach, body: row }
}

export interface RestoreOptions {
  book: FactorBook
  horizonMs: number
  zoneOf: (meter: string) => string
  now: number
}

export interface Restored {
  /** The newest version of each row. */
  known: EmissionFactor[]
  /** The end of the newest energy, or now. */
  newest: number
}

/** Brings the book to where it was, as far back as the horizon. */
export function restore(ledger: Ledger, { book, horizonMs, zoneOf, now }: RestoreOptions): Restored {
  const newest = restoreEnergy(ledger, { book, horizonMs, zoneOf, now })
  const rows = new Map<string, EmissionFactor>()
  for (const { body } of ledger.facts({ kind: 'factor', since: newest - horizonMs })) {
    const row = body as EmissionFactor
    book.restore(row)
    if (row.revision >= (rows.get(row.id)?.revision ?? -1)) rows.set(row.id, row)
  }
  return { known: [...rows.values()], newest }
}

/** Energy that passed before; looked for from now backwards, because a ledger may hold years of it. */
function restoreEnergy(ledger: Ledger, { book, horizonMs, zoneOf, now }: RestoreOptions): number {
  let newest = -Infinity
  for (const days of [2, 40, 400, undefined]) {
    const since = days === undefined ? {} : { since: now - days * DAY_MS }
    for (const { body } of ledger.facts({ kind: 'energy', ...since })) {
      const { meter, carrier, from, to } = body as Energy
      if (from >= to) continue
      newest = Math.max(newest, to)
      book.pass(carrier, zoneOf(meter), { from: to - horizonMs, to })
    }
    if (newest > -Infinity) return newest
  }
  return now
}
