/** The last records of each meter in a ledger. */

import type { PlantMeter } from '../core/plant/plant.ts'
import type { Energy } from '../core/records.ts'
import { MS_PER_HOUR } from '../core/plant/units.ts'
import type { Ledger } from '../stores/ledger.ts'

/** A meter that is read once a month goes on where it was. */
const SELDOM_MS = 31 * 24 * MS_PER_HOUR
/** A meter keeps no more readings than this. */
const MOST = 6_000

export interface LastFactsOptions {
  ledger: Ledger
  meters: readonly PlantMeter[]
  horizonMs: number
}

/** By meter: the records of the `horizonMs` before the newest one; of a meter silent for so long, of the last month. */
export function lastFacts({ ledger, meters, horizonMs }: LastFactsOptions): Map<string, Energy[]> {
  const found = new Map<string, Energy[]>()
  const newest = ledger.newest()
  if (newest === null) return found
  const collect = (ids: ReadonlySet<string>, query: { line?: string; since: number; until?: number }): void => {
    for (const { body } of ledger.facts({ kind: 'energy', ...query })) {
      const energy = body as Energy
      if (!ids.has(energy.meter)) continue
      const facts = found.get(energy.meter)
      if (facts) facts.push(energy)
      else found.set(energy.meter, [energy])
      if (facts && facts.length > 4 * MOST) facts.splice(0, facts.length - 2 * MOST)
    }
  }
  collect(new Set(meters.map((m) => m.id)), { since: newest - horizonMs })
  const silent = meters.filter((m) => !found.has(m.id))
  const ids = new Set(silent.map((m) => m.id))
  for (const line of new Set(silent.map((m) => m.line ?? '')))
    collect(ids, { line, since: newest - SELDOM_MS, until: newest - horizonMs })
  return found
}
