/** Emissions of a record by scope, and the factor behind them. */

import type { Carbon, FactorQuality, Surrogate } from '../records.ts'
import { scopeOf } from '../plant/carriers.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { Bucketed } from './cell.ts'
import type { Counts } from './counts.ts'

/** Best first. */
const QUALITIES: readonly FactorQuality[] = ['measured', 'manual', 'estimated', 'forecast', 'held', 'profile', 'annual']

/** A sum over buckets in their fixed order. */
export const total = (buckets: readonly Bucketed[], of: (b: Bucketed) => number): number =>
  buckets.reduce((sum, b) => sum + of(b), 0)

/** Known emissions by scope; a ledger that lacks a factor for any of its energy is `null` as a whole. */
export function emissionsOf(buckets: readonly Bucketed[], declared: PlantModel['carriers']): Carbon['kgCO2e'] {
  const [fuels, bought] = [
    buckets.filter((b) => scopeOf(b.carrier, declared) === 1),
    buckets.filter((b) => scopeOf(b.carrier, declared) === 2),
  ]
  const scope1 = total(fuels, (b) => b.tally.location.value)
  const scope2Location = total(bought, (b) => b.tally.location.value)
  const marketKnown = bought.length > 0 && bought.every((b) => b.tally.kWhNoMarket.isZero)
  const upstreamKnown = buckets.length > 0 && buckets.every((b) => b.tally.kWhNoUpstream.isZero)
  const scope3Upstream = upstreamKnown ? total(buckets, (b) => b.tally.upstream.value) : null
  return {
    scope1,
    scope2Location,
    scope2Market: marketKnown ? total(bought, (b) => b.tally.market.value) : null,
    scope3Upstream,
    total: scope1 + scope2Location + (scope3Upstream ?? 0),
  }
}

/** Emissions with electricity at the constant factor, what is carried for the unknown included; `null` where there is none. */
export function atConstantFactor(
  buckets: readonly Bucketed[],
  constantFactor: number | null,
  surrogate: Pick<Surrogate, 'kgCO2e'>,
): number | null {
  if (constantFactor === null) return null
  return (
    surrogate.kgCO2e +
    total(buckets, (b) => (b.carrier === 'electricity' ? b.tally.kWh.value * constantFactor : b.tally.location.value))
  )
}

/** The effective factor of electricity, or of all energy where a line has none. */
export function factorOf(buckets: readonly Bucketed[]): Carbon['factor'] {
  const electric = buckets.filter((b) => b.carrier === 'electricity')
  const chosen = electric.length > 0 ? electric : buckets
  const kWh = total(chosen, (b) => b.tally.kWh.value) - total(chosen, (b) => b.tally.kWhNoLocation.value)
  const qualities = union(buckets, (b) => b.tally.qualities)
  const worst = [...QUALITIES].reverse().find((q) => qualities.has(q))
  const isMissingSome = buckets.some((b) => !b.tally.kWhNoLocation.isZero)
  return {
    kgPerKWh: kWh > 0 ? total(chosen, (b) => b.tally.location.value) / kWh : null,
    worstQuality: isMissingSome ? 'missing' : (worst ?? 'missing'),
    sources: [...union(buckets, (b) => b.tally.sources)].sort(),
  }
}

function union<K>(buckets: readonly Bucketed[], of: (b: Bucketed) => Counts<K>): Set<K> {
  const all = new Set<K>()
  for (const bucket of buckets) for (const key of of(bucket).keys()) all.add(key)
  return all
}
