/**
 * What a record of a closed period would differ by: the adjusting record, booked in the open period.
 *
 * Method: as a correcting entry in bookkeeping, and as the recalculation of a closed inventory year by the GHG Protocol
 * Corporate Standard chapter 5. What was reported stands; the difference is told apart, with the reason. Record and
 * adjustments together are the figures that the facts give.
 */

import { joinedId } from '../ids.ts'
import { ExactSum } from '../exact-sum.ts'
import type { Bucket, Carbon } from '../records.ts'

export interface AdjustmentInput {
  /** The record as the facts give it now. */
  now: Carbon
  /** What stands: the closed record, and the adjusting records of periods that are closed, too. */
  standing: readonly Carbon[]
  /** The time of the open period that it is booked in. */
  booked: { from: number; to: number }
  revision: number
}

/** The adjusting record; its id is the same for all revisions within one open period. */
export function adjustmentOf({ now, standing, booked, revision }: AdjustmentInput): Carbon {
  const closed = standing[0]!
  const differ = (of: (r: Carbon) => number | null): number | null => difference(of(now), standing.map(of))
  const sure = (of: (r: Carbon) => number): number => difference(of(now), standing.map(of))!
  const carriers = [...new Set([now, ...standing].flatMap((r) => Object.keys(r.kWhByCarrier)))].sort()
  const { view, line, order, sku, shift, coverage, factor, plant } = now
  return {
    type: 'carbon',
    id: `adjustment|${new Date(booked.from).toISOString()}|${now.id}`,
    revision,
    status: 'final',
    reasons: now.reasons,
    view,
    line,
    ...(order !== undefined && { order }),
    ...(sku !== undefined && { sku }),
    ...(shift !== undefined && { shift }),
    ...booked,
    kWh: sure((r) => r.kWh),
    kWhByCarrier: Object.fromEntries(carriers.map((c) => [c, sure((r) => r.kWhByCarrier[c] ?? 0)])),
    kgCO2e: {
      scope1: sure((r) => r.kgCO2e.scope1),
      scope2Location: sure((r) => r.kgCO2e.scope2Location),
      scope2Market: differ((r) => r.kgCO2e.scope2Market),
      scope3Upstream: differ((r) => r.kgCO2e.scope3Upstream),
      total: sure((r) => r.kgCO2e.total),
    },
    units: {
      produced: differ((r) => r.units.produced),
      good: differ((r) => r.units.good),
      scrap: differ((r) => r.units.scrap),
      rework: differ((r) => r.units.rework),
      standard: differ((r) => r.units.standard),
    },
    perUnit: {
      kgCO2ePerGood: null,
      kgCO2ePerProduced: null,
      kgCO2ePerStandard: null,
      kWhPerGood: null,
      kgCO2ePerGoodAtConstantFactor: null,
      missing: `a difference has no ratio of its own; it adjusts ${now.id}`,
    },
    coverage,
    buckets: bucketsOf(now, standing),
    factor,
    ...(plant !== undefined && { plant }),
    adjusts: { id: now.id, revision: closed.revision },
  }
}

/** True where nothing is left to adjust. */
export const isNothing = ({ kWh, kgCO2e, units, buckets }: Carbon): boolean =>
  kWh === 0 &&
  buckets.length === 0 &&
  [...Object.values(kgCO2e), ...Object.values(units)].every((n) => n === 0 || n === null)

/** `null` where it is not known now; what was not known before counts as nothing that was told. */
function difference(now: number | null, before: readonly (number | null)[]): number | null {
  if (now === null) return null
  const sum = new ExactSum()
  sum.add(now)
  for (const n of before) sum.add(-(n ?? 0))
  return sum.value
}

function bucketsOf(now: Carbon, standing: readonly Carbon[]): Bucket[] {
  const name = ({ state, meter, carrier }: Bucket): string => joinedId([state, meter, carrier])
  const all = [...standing.flatMap((r) => r.buckets), ...now.buckets]
  const byName = [...new Map(all.map((b) => [name(b), b]))].sort(([a], [b]) => (a < b ? -1 : 1))
  return byName.flatMap(([key, { state, machine, meter, carrier }]) => {
    const differ = (of: (b: Bucket) => number | null): number | null => {
      const amount = (r: Carbon): number | null => {
        const bucket = r.buckets.find((b) => name(b) === key)
        return bucket ? of(bucket) : 0
      }
      return difference(amount(now), standing.map(amount))
    }
    const [kWh, kgCO2e, hours] = [differ((b) => b.kWh)!, differ((b) => b.kgCO2e), differ((b) => b.hours)!]
    if (kWh === 0 && kgCO2e === 0 && hours === 0) return []
    return [{ state, ...(machine !== undefined && { machine }), meter, carrier, kWh, kgCO2e, hours }]
  })
}
