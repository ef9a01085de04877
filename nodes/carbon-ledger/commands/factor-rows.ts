/** The factor rows that records use. */

import { isMissing, type Carbon, type EmissionFactor, type Segment } from '../../core/records.ts'
import { grouped } from '../../core/grouped.ts'
import { plantVersions } from '../../shared/plant-version.ts'
import { rebuild } from '../../shared/recompute.ts'
import { canonicalJson } from '../../stores/chain.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'

/** Records are gone through a day at a time, so that not more than about a day of facts is held. */
const CHUNK_MS = 86_400_000

/** A line for each row, by the time it holds from. */
export function factorRows(file: LedgerFile, records: readonly Carbon[]): string[] {
  const plants = plantVersions(file)
  const rows = new Map<string, EmissionFactor>()
  for (const group of grouped(records, (r) => `${r.plant} ${Math.floor(r.from / CHUNK_MS)}`)) {
    const plant = plants.get(group[0]!.plant ?? '')
    if (!plant) continue
    const [from, to] = [Math.min(...group.map((r) => r.from)), Math.max(...group.map((r) => r.to))]
    for (const claim of rebuild(file, group, plant).held(from, to).claims) {
      for (const row of rowsOf(claim.segment)) rows.set(canonicalJson(row, row.id), row)
    }
  }
  const sorted = [...rows].sort(([a, x], [b, y]) => x.from - y.from || (a < b ? -1 : 1))
  return sorted.map(([text]) => `${text}\n`)
}

function* rowsOf({ factor, market, upstream = [] }: Segment): Generator<EmissionFactor> {
  if (factor && !isMissing(factor)) yield factor
  if (market) yield market
  yield* upstream
}
