/** How a carbon-factor node writes to the ledger, and reads itself back from it after a restart. */

import { compareVersions, reachOf } from '../core/factor/factor-order.ts'
import type { FactorBook } from '../core/factor/factor-book.ts'
import type { EmissionFactor, Energy } from '../core/records.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'

const DAY_MS = 86_400_000

/** A factor as a fact. A slot has as many facts as it had values, so its name carries what tells them apart. */
export function factOf(row: EmissionFactor): Fact {
  const { id, revision, from, quality, kgPerKWh, retrievedAt, withdrawn } = row
  const version = [quality, kgPerKWh, new Date(retrievedAt).toISOString(), ...(withdrawn ? ['withdrawn'] : [])]
  return { kind: 'factor', id: [id, ...version].join('|'), revision, line: '', from, to: reachOf(row), body: row }
}

export interface RestoreOptions {
  book: FactorBook
  horizonMs: number
  /** The oldest time that the tables speak of: what was written of it must be known, or it is written again. */
  oldest: number
  zoneOf: (meter: string) => string
  now: number
}

export interface Restored {
  /** The version of each row that counts. */
  known: EmissionFactor[]
  /** The end of the newest energy, or now. */
  newest: number
}

/** Brings the book to where it was. */
export function restore(ledger: Ledger, options: RestoreOptions): Restored {
  const { book, horizonMs, oldest, now } = options
  const newest = restoreEnergy(ledger, options)
  const rows = new Map<string, EmissionFactor>()
  // A ledger without energy does not say which factors still matter.
  const since = newest === undefined ? {} : { since: Math.min(newest - horizonMs, oldest) - 1 }
  for (const { body } of ledger.facts({ kind: 'factor', ...since })) {
    const row = body as EmissionFactor
    book.restore(row)
    const other = rows.get(row.id)
    if (!other || compareVersions(row, other) < 0) rows.set(row.id, row)
  }
  return { known: [...rows.values()], newest: newest ?? now }
}

/** The end of the energy that passed before; looked for from now backwards, because a ledger may hold years of it. */
function restoreEnergy(ledger: Ledger, { book, horizonMs, zoneOf, now }: RestoreOptions): number | undefined {
  let newest: number | undefined
  for (const days of [2, 40, 400, undefined]) {
    const since = days === undefined ? {} : { since: now - days * DAY_MS }
    for (const { body } of ledger.facts({ kind: 'energy', ...since })) {
      const { meter, carrier, from, to } = body as Energy
      if (from >= to) continue
      newest = Math.max(newest ?? to, to)
      book.pass(carrier, zoneOf(meter), { from: to - horizonMs, to })
    }
    if (newest !== undefined) return newest
  }
  return undefined
}
