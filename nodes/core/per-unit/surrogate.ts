/**
 * What the ratios of a record carry for what is not known.
 *
 * A missing reading or factor must never make a figure look better. So a ratio is told only with the most that the
 * missing part can have been: a silent meter at the highest power its machine can draw, energy without a factor at the
 * highest factor that is taken from any source. Method: conservative surrogate data, Commission Implementing Regulation
 * (EU) 2018/2066 article 66; missing data procedures, 40 CFR part 75 subpart D. The kilograms of the record stay the
 * known ones.
 */

import { mostKgPerKWh } from '../factor/factor-limits.ts'
import { RATED_MARGIN } from '../counter/gauge.ts'
import type { PlantMeter } from '../plant/plant.ts'
import type { Surrogate } from '../records.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import type { BucketList } from './bucket-list.ts'
import type { Bucketed } from './cell.ts'

export interface Expected {
  meters: readonly PlantMeter[]
  /** How long each of them should have told about, milliseconds. */
  expectedMs: number
}

/** The surrogate of a record; `unbounded` where nothing says how much the missing part can have been. */
export function surrogateOf(buckets: BucketList, expected: Expected): Surrogate {
  const result: Surrogate = { kWh: 0, kgCO2e: 0, why: [] }
  const known = { expected, buckets, rates: new Map<string, number>() }
  for (const meter of expected.meters) addSilence(result, meter, known)
  for (const [carrier, its] of buckets.ofCarrier) {
    const kWh = its.reduce((sum, b) => sum + b.tally.kWhNoLocation.value, 0)
    if (kWh <= 0) continue
    const most = mostKgPerKWh(carrier)
    result.kgCO2e += kWh * most
    result.why.push(`${kWh} kWh of ${carrier} have no factor: ${most} kg/kWh, the highest that is taken`)
  }
  return result
}

interface Known {
  expected: Expected
  buckets: BucketList
  /** The highest factor by carrier, as far as it was asked for. */
  rates: Map<string, number>
}

function addSilence(result: Surrogate, meter: PlantMeter, known: Known): void {
  const { meters, expectedMs } = known.expected
  const { ofMeter } = known.buckets
  const missingMs = (id: string): number => expectedMs - (ofMeter.get(id) ?? []).reduce((ms, b) => ms + b.tally.ms, 0)
  const silentMs = missingMs(meter.id)
  if (silentMs <= 0) return
  // What a silent sub-meter has missed is in its parent, where that has told about all of the time.
  const parent = meters.find((m) => m.id === meter.parent && m.carrier === meter.carrier)
  if (parent && missingMs(parent.id) <= 0) return
  const mostKW = mostPower(meter, known)
  const kgPerKWh = mostRate(meter.carrier, known)
  const hours = silentMs / MS_PER_HOUR
  if (mostKW === undefined) {
    result.unbounded = `meter ${meter.id} told nothing, and the plant model states no ratedKW for it`
    return
  }
  result.kWh += mostKW * hours
  result.kgCO2e += mostKW * hours * kgPerKWh
  result.why.push(`${meter.id} is silent for ${hours} h: ${mostKW} kW at most, ${kgPerKWh} kg/kWh`)
}

/** The highest power a meter can have missed, kW: by its rating, else by the highest it has shown in this record. */
function mostPower(meter: PlantMeter, known: Known): number | undefined {
  if (meter.ratedKW !== undefined) return RATED_MARGIN * meter.ratedKW
  const shown = shownKW(meter, known)
  return shown === undefined ? undefined : RATED_MARGIN * shown
}

/** The highest mean power of a meter's buckets, kW; what its sub-meters have taken out of it is put back. */
function shownKW({ id }: PlantMeter, known: Known): number | undefined {
  const told = (known.buckets.ofMeter.get(id) ?? []).filter((b) => b.tally.ms > 0)
  if (told.length === 0) return undefined
  const below = known.expected.meters.filter((m) => m.parent === id)
  const inside = below.reduce((sum, m) => sum + (shownKW(m, known) ?? 0), 0)
  return Math.max(...told.map((b) => b.tally.kWh.value / (b.tally.ms / MS_PER_HOUR)), 0) + inside
}

/** The highest factor of a carrier in this record, its upstream part included; without one the highest that is taken. */
function mostRate(carrier: string, { buckets, rates }: Known): number {
  let most = rates.get(carrier)
  if (most === undefined)
    rates.set(carrier, (most = highest(buckets.ofCarrier.get(carrier) ?? []) ?? mostKgPerKWh(carrier)))
  return most
}

function highest(buckets: readonly Bucketed[]): number | undefined {
  let most: number | undefined
  for (const { tally } of buckets)
    for (const rate of tally.rates.keys()) if (most === undefined || rate > most) most = rate
  return most
}
