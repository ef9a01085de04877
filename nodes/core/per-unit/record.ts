/** From the sums of a cell to the published record. Ratios are divided here, last, and nowhere else. */

import type { Bucketed, Cell } from './cell.ts'
import { atConstantFactor, emissionsOf, factorOf, total } from './emissions.ts'
import { oeeOf } from './oee.ts'
import { perUnitOf, scrapOf } from './ratio.ts'
import type { PlantMeter, PlantModel, PlantProduct } from '../plant/plant.ts'
import { isMissing, type Carbon, type Coverage, type Oee } from '../records.ts'
import type { ContextSpan } from '../segments.ts'
import { surrogateOf } from './surrogate.ts'
import { MS_PER_HOUR } from '../plant/units.ts'

/** What a record needs beside its sums. */
export interface Surroundings {
  from: number
  to: number
  /** The time of this record that has come, by context. */
  spans: ContextSpan[]
  /** How long each meter of the line should have told about, milliseconds. */
  expectedMs: number
  meters: readonly PlantMeter[]
  products: ReadonlyMap<string, PlantProduct>
  /** Carriers that the plant model declares. */
  carriers: PlantModel['carriers']
  minCoverage: number
  /** kg CO₂e per kWh of electricity that never moves, for the intensity at constant factor. */
  constantFactor: number | null
}

type Figures = Omit<Carbon, 'revision' | 'status' | 'reasons'>

/** All figures of a record; what is not known is `null` and says why. */
export function figuresOf(cell: Cell, around: Surroundings): Figures {
  const { id, view, line, order, sku, shift } = cell.key
  const buckets = cell.buckets.all
  const product = sku ?? (view === 'order' ? onlySku(around.spans) : undefined)
  const units = unitsOf(cell, around.products)
  const kgCO2e = emissionsOf(buckets, around.carriers)
  const kWh = total(buckets, (b) => b.tally.kWh.value)
  const coverage = coverageOf(cell, kWh, around)
  const surrogate = surrogateOf(cell.buckets, around)
  const kgConstant = atConstantFactor(buckets, around.constantFactor, surrogate)
  return {
    type: 'carbon',
    id,
    view,
    line,
    ...(order !== undefined && { order }),
    ...(product !== undefined && { sku: product }),
    ...(shift !== undefined && { shift }),
    from: around.from,
    to: around.to,
    kWh,
    kWhByCarrier: byCarrier(buckets),
    kgCO2e,
    units,
    perUnit: perUnitOf({
      kWh,
      kg: kgCO2e.total,
      surrogate,
      kgConstant,
      units,
      coverage,
      minCoverage: around.minCoverage,
    }),
    scrap: scrapOf({ kWh, kg: kgCO2e.total, units }),
    ...((surrogate.why.length > 0 || surrogate.unbounded !== undefined) && { surrogate }),
    coverage,
    buckets: buckets.map(bucketOf),
    factor: factorOf(buckets),
    oee: timesOf(cell, around, units),
  }
}

/** The SKU of an order that makes one. */
function onlySku(spans: readonly ContextSpan[]): string | undefined {
  const skus = new Set(spans.map(({ context }) => (isMissing(context) ? undefined : context.sku)))
  const [sku] = skus
  return skus.size === 1 ? sku : undefined
}

function byCarrier(buckets: readonly Bucketed[]): Record<string, number> {
  const result: Record<string, number> = {}
  for (const b of buckets) result[b.carrier] = (result[b.carrier] ?? 0) + b.tally.kWh.value
  return result
}

/** Good, scrap and produced complete each other where two of the three are counted. */
function unitsOf({ units }: Cell, products: Surroundings['products']): Carbon['units'] {
  const [scrap, rework] = [units.units('scrap'), units.units('rework')]
  let [produced, good] = [units.units('produced'), units.units('good')]
  if (produced === null && good !== null && scrap !== null) produced = good + scrap
  if (good === null && produced !== null && scrap !== null) good = produced - scrap
  return {
    produced,
    good,
    scrap,
    rework,
    standard: weighted(
      units.skus,
      (sku) => units.units('good', sku),
      (sku) => products.get(sku)?.standardUnits,
    ),
  }
}

/** Σ amount × weight over SKUs; `null` where an amount or a weight is not known. */
function weighted(
  skus: string[],
  amount: (sku: string) => number | null,
  weight: (sku: string) => number | undefined,
): number | null {
  let sum = 0
  for (const sku of skus) {
    const [n, w] = [amount(sku), weight(sku)]
    if (n === null) return null
    if (n !== 0 && w === undefined) return null
    sum += n * (w ?? 0)
  }
  return skus.length > 0 ? sum : null
}

function coverageOf({ buckets, units }: Cell, kWh: number, { meters, expectedMs }: Surroundings): Coverage {
  const { all, ofMeter } = buckets
  const share = (unknown: number): number => (kWh === 0 ? 1 : clamp(1 - unknown / kWh))
  const known = (meter: string): number => (ofMeter.get(meter) ?? []).reduce((ms, b) => ms + b.tally.ms, 0)
  const told = meters.reduce((sum, { id }) => sum + Math.min(known(id), expectedMs), 0)
  const counted = units.ms.good > 0 ? units.ms.good : Math.min(units.ms.produced, units.ms.scrap)
  return {
    energy:
      expectedMs > 0 && meters.length > 0 ? clamp(told / (expectedMs * meters.length)) : meters.length > 0 ? 0 : 1,
    factor: share(total(all, (b) => b.tally.kWhNoLocation.value)),
    context: share(total(all, (b) => b.tally.kWhNoContext.value)),
    count: expectedMs > 0 ? clamp(counted / expectedMs) : 0,
  }
}

/** Sub-meters above their parent by more than rounding: told, and not cut off at zero. */
const LEAST_KWH = 1e-9

const clamp = (x: number): number => Math.min(1, Math.max(0, x))

function bucketOf({ state, machine, meter, carrier, tally }: Bucketed): Carbon['buckets'][number] {
  const { signal } = tally
  const flags = [...tally.flags.keys(), ...(tally.kWh.value < -LEAST_KWH ? ['negative-residual'] : [])].sort()
  return {
    state,
    ...(machine !== undefined && { machine }),
    meter,
    carrier,
    kWh: tally.kWh.value,
    kgCO2e: tally.kWhNoLocation.isZero ? tally.location.value : null,
    hours: tally.ms / MS_PER_HOUR,
    ...(signal && { signal }),
    ...(flags.length > 0 && { flags }),
  }
}

function timesOf({ units }: Cell, { spans, products }: Surroundings, counted: Carbon['units']): Oee {
  const time = { planned: 0, productive: 0, unknown: 0 }
  for (const { from, to, context } of spans) {
    const state = isMissing(context) ? 'unknown' : context.state
    if (state !== 'off-shift') time.planned += to - from
    if (state === 'productive') time.productive += to - from
    if (state === 'unknown') time.unknown += to - from
  }
  const made = (sku: string): number | null =>
    units.units('produced', sku) ?? sumOf(units.units('good', sku), units.units('scrap', sku))
  return oeeOf({
    plannedMs: time.planned,
    productiveMs: time.productive,
    unknownMs: time.unknown,
    idealSeconds:
      counted.produced === null ? null : weighted(units.skus, made, (sku) => products.get(sku)?.idealSecondsPerUnit),
    produced: counted.produced,
    good: counted.good,
  })
}

const sumOf = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)
