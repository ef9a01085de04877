/**
 * Great Britain's half-hourly grid intensity: the Carbon Intensity API of the National Energy System Operator (NESO).
 *
 * No key, CC BY 4.0, times UTC, g CO₂ per kWh of generation with imports and losses. The whole country has a forecast
 * and afterwards an actual value; the 17 regions (`GB-1` … `GB-17`) have a forecast only.
 */

import { factorId } from '../core/factor/factor-row.ts'
import type { EmissionFactor } from '../core/records.ts'
import { baseUrlFrom, getJson } from './http.ts'
import { ProviderFault, type FactorProvider, type Fetched, type ProviderTerms } from './provider.ts'

export const NESO_BASE_URL = 'https://api.carbonintensity.org.uk'

const SLOT_MS = 1_800_000
const HOUR_MS = 3_600_000
/** The service refuses a longer range. */
const MAX_RANGE_MS = 14 * 24 * HOUR_MS
/** Outside of this a value is a fault of its source: 5 half-hours of 2023 were published as 0. */
const PLAUSIBLE = { least: 1, most: 1500 }
/** Mean error of the service's forecast in its own slot, 2023. */
const FORECAST_ERROR_PCT = 7.8

const ORIGIN = {
  provider: 'neso',
  licence: 'CC BY 4.0',
  attribution: 'National Energy System Operator (NESO), Carbon Intensity API',
}

export function nesoProvider(terms: ProviderTerms): FactorProvider {
  const base = baseUrlFrom(terms.baseUrl || NESO_BASE_URL)
  const region = regionOf(terms.zone)
  if (terms.carrier !== 'electricity') throw new Error(`carrier: expected electricity, got "${terms.carrier}"`)
  return {
    name: 'NESO',
    revisionWindowMs: 24 * HOUR_MS,
    forecastMs: 24 * HOUR_MS,
    async fetch({ from, to }, signal) {
      const fetched: Fetched = { rows: [], warnings: [] }
      const [start, end] = [Math.floor(from / SLOT_MS) * SLOT_MS, Math.ceil(to / SLOT_MS) * SLOT_MS]
      for (let at = start; at < end; at += MAX_RANGE_MS) {
        const range = { from: at, to: Math.min(at + MAX_RANGE_MS, end) }
        const body = await getJson(base + pathOf(range, region), { timeoutMs: terms.timeoutMs, signal })
        for (const slot of slotsIn(body)) read(slot, range, { terms, fetched })
      }
      if (fetched.rows.length === 0) throw new ProviderFault('no-data', noData(start, end, fetched.warnings))
      return fetched
    },
  }
}

/** The number of a region, `undefined` for the whole country. */
function regionOf(zone: string): number | undefined {
  const region = /^GB(?:-(\d{1,2}))?$/.exec(zone)
  if (!region || (region[1] !== undefined && (Number(region[1]) < 1 || Number(region[1]) > 17))) {
    throw new Error(`zone: expected GB or a region GB-1 … GB-17, got "${zone}"`)
  }
  return region[1] === undefined ? undefined : Number(region[1])
}

function pathOf({ from, to }: { from: number; to: number }, region: number | undefined): string {
  const range = `${minute(from)}/${minute(to)}`
  return region === undefined ? `/intensity/${range}` : `/regional/intensity/${range}/regionid/${region}`
}

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`

interface Slot {
  from?: unknown
  to?: unknown
  intensity?: { actual?: unknown; forecast?: unknown } | null
}

/** The country's slots are the list `data`, a region's the list `data.data`. */
function slotsIn(body: unknown): Slot[] {
  const { data } = (body ?? {}) as { data?: { data?: unknown } }
  const list: unknown = Array.isArray(data) ? data : data?.data
  if (!Array.isArray(list))
    throw new ProviderFault('no-data', 'NESO: expected a list of half-hours in "data", got none')
  return list.filter((slot): slot is Slot => typeof slot === 'object' && slot !== null)
}

interface Reading {
  terms: ProviderTerms
  fetched: Fetched
}

function read(slot: Slot, range: { from: number; to: number }, { terms, fetched }: Reading): void {
  const [from, to] = [slot.from, slot.to].map((t) => (typeof t === 'string' ? Date.parse(t) : NaN)) as [number, number]
  const place = `NESO ${String(slot.from).slice(0, 20)}`
  // The answer begins with the half-hour that ends where the question begins.
  const asked = from >= range.from - SLOT_MS && to <= range.to + SLOT_MS
  if (!asked || to - from !== SLOT_MS || from % SLOT_MS !== 0) {
    fetched.warnings.push(
      `${place}: expected a half-hour of the time asked for, got one to ${String(slot.to).slice(0, 20)}`,
    )
    return
  }
  const { actual, forecast } = slot.intensity ?? {}
  if (isPlausible(actual)) fetched.rows.push(rowOf({ from, to, value: actual, quality: 'measured' }, terms))
  else if (isPlausible(forecast)) fetched.rows.push(rowOf({ from, to, value: forecast, quality: 'forecast' }, terms))
  if (actual !== null && actual !== undefined && !isPlausible(actual))
    fetched.warnings.push(implausible(place, 'actual', actual))
  else if (!isPlausible(actual) && !isPlausible(forecast))
    fetched.warnings.push(implausible(place, 'forecast', forecast))
}

const isPlausible = (value: unknown): value is number =>
  typeof value === 'number' && value >= PLAUSIBLE.least && value <= PLAUSIBLE.most

const implausible = (place: string, field: string, got: unknown): string =>
  `${place}: ${field}: expected ${PLAUSIBLE.least} to ${PLAUSIBLE.most} g/kWh, got ${JSON.stringify(got)?.slice(0, 40) ?? 'nothing'}`

type Value = Pick<EmissionFactor, 'from' | 'to' | 'quality'> & { value: number }

function rowOf({ from, to, value, quality }: Value, { zone, carrier, now }: ProviderTerms): EmissionFactor {
  const place = { carrier, zone, from, to, method: 'location', boundary: 'generation', source: originOf(zone) } as const
  return {
    id: factorId(place),
    revision: 0,
    kgPerKWh: value / 1000,
    ...place,
    gas: 'CO2',
    quality,
    ...(quality === 'forecast' && { uncertaintyPct: FORECAST_ERROR_PCT }),
    retrievedAt: now(),
    original: { value, unit: 'g/kWh' },
  }
}

const originOf = (zone: string) => ({
  ...ORIGIN,
  dataset: zone === 'GB' ? 'national intensity' : `regional intensity, region ${zone.slice(3)}`,
})

const noData = (from: number, to: number, warnings: string[]): string =>
  [`NESO: no usable half-hour from ${minute(from)} to ${minute(to)}`, ...warnings.slice(0, 1)].join('; ')
