/** What the configuration of a carbon-factor node states as it stands now, against what it stated before. */

import type { Taken } from '../core/factor/factor-book.ts'
import { compareVersions, sameRow } from '../core/factor/factor-order.ts'
import { factorId, readRows, type RefusedRow } from '../core/factor/factor-row.ts'
import type { EmissionFactor } from '../core/records.ts'
import { yearlyRows } from '../providers/yearly.ts'
import type { Link } from './chain.ts'

/** Marks the rows of the yearly fallback like those of a source. */
export const YEARLY = 'yearly'

export interface Stated {
  rows: EmissionFactor[]
  /** Rows of tables that were refused, with the source, the row and the reason. */
  refused: string[]
  /** Rows that were taken, and may be wrong. */
  doubted: string[]
}

/** The rows of all tables. The same slot of the same provider in two tables is that of the earlier one. */
export function tableRows(links: readonly Link[]): Stated {
  const byId = new Map<string, EmissionFactor>()
  const refused: string[] = []
  const doubted: string[] = []
  for (const { settings, terms } of links.filter(isTable)) {
    const read = readRows(settings.table, terms)
    const named = ({ index, reason }: RefusedRow): string => `${settings.name}, row ${index}: ${reason}`
    refused.push(...read.refused.map(named))
    doubted.push(...read.doubted.map(named))
    for (const row of read.rows) {
      const other = byId.get(row.id)
      const again = other?.via === row.via
      if (again)
        refused.push(`${settings.name}: expected one row for ${row.id}, got two; the newer or larger one counts`)
      if (!other || (again && compareVersions(row, other) < 0)) byId.set(row.id, row)
    }
  }
  return { rows: [...byId.values()], refused, doubted }
}

/** The yearly means of grid zones, as the last of the sources. */
export async function yearlyMeans(zones: readonly string[], rank: number, now: number): Promise<EmissionFactor[]> {
  const rows = await Promise.all([...new Set(zones)].map((zone) => yearlyRows(zone, now)))
  return rows.flat().map((row) => ({ ...row, rank, via: YEARLY }))
}

/** The slots that are news. Of the yearly means, one for each year since long ago, those that energy now uses first. */
export const newSlots = ({ rows, facts }: Pick<Taken, 'rows' | 'facts'>): EmissionFactor[] => [
  ...rows.filter((row) => row.via !== YEARLY),
  ...facts.filter((row) => row.via === YEARLY),
]

/** The oldest time that any of the rows ends at. */
export const oldestOf = (rows: readonly EmissionFactor[]): number =>
  rows.reduce((oldest, row) => Math.min(oldest, row.to), Infinity)

/** The rows that were not stated before in just these words. */
export function changedRows(before: Stated, now: Stated): EmissionFactor[] {
  const known = new Map(before.rows.map((row) => [row.id, row]))
  return now.rows.filter((row) => !sameRow(known.get(row.id), row))
}

/** Rows that a table had and has no more: taken back, for the past too. */
export function takenBack(known: readonly EmissionFactor[], links: readonly Link[], now: Stated): EmissionFactor[] {
  const tables = new Set(links.filter(isTable).map((link) => link.settings.id))
  const stated = new Set(now.rows.map((row) => row.id))
  return known
    .filter((row) => row.via !== undefined && tables.has(row.via) && !stated.has(row.id) && !row.withdrawn)
    .map((row) => ({ ...row, withdrawn: true }))
}

/** Rows of sources that left the chain end where the energy has come to; what they said of the past stays. */
export function cutOff(known: readonly EmissionFactor[], chain: ReadonlySet<string>, at: number): EmissionFactor[] {
  return known
    .filter((row) => row.via !== undefined && !chain.has(row.via) && !row.withdrawn && row.to > at)
    .flatMap((row) => {
      const gone: EmissionFactor = { ...row, withdrawn: true }
      if (row.from >= at) return [gone]
      const past = { ...row, to: at }
      return [gone, { ...past, id: factorId(past) }]
    })
}

const isTable = ({ settings }: Link): boolean => settings.provider === 'table'
