/** Reading factor rows that come from outside, a table or a message; a wrong row is refused with the field and the unit. */

import { joinedId } from '../ids.ts'
import { EVER } from './factor-order.ts'
import { isLikelySlip, mostKgPerKWh } from './factor-limits.ts'
import { FactorTimeline } from './factor.ts'
import { isAbsent, whole } from '../fields.ts'
import { refusal } from '../refused.ts'
import { timeFrom } from '../time.ts'
import type { EmissionFactor, FactorBoundary, FactorMethod, FactorOrigin, FactorQuality } from '../records.ts'

export const BOUNDARIES = ['direct', 'generation', 'lifecycle', 'wtt', 'td'] as const satisfies FactorBoundary[]
const METHODS = ['location', 'market'] as const satisfies FactorMethod[]
const QUALITIES = [
  'measured',
  'estimated',
  'forecast',
  'held',
  'profile',
  'annual',
  'manual',
] as const satisfies FactorQuality[]

const MAX_TEXT = 200

/** What a row takes from its source where it says nothing itself. */
export interface RowTerms {
  carrier: string
  zone: string
  boundary: FactorBoundary
  provider: string
  retrievedAt: number
  rank?: number
  holdMinutes?: number
  via?: string
}

export interface RefusedRow {
  index: number
  /** The field, what was expected, what was got, and the unit. */
  reason: string
}

export interface ReadRows {
  rows: EmissionFactor[]
  refused: RefusedRow[]
  /** Rows that were taken, and why they may be wrong. */
  doubted: RefusedRow[]
}

type Json = Record<string, unknown>

/**
 * The good rows of a list, and the reason for each of the others. Values are kg CO₂e per kWh (`kgPerKWh`) or grams
 * (`gPerKWh`, kept as `original`); times are epoch ms or ISO 8601. A list that is none is one refused row.
 */
export function readRows(input: unknown, terms: RowTerms): ReadRows {
  if (!Array.isArray(input))
    return {
      rows: [],
      refused: [{ index: 0, reason: refusal('factors', 'a list of rows', input).message }],
      doubted: [],
    }
  const read: { index: number; row: EmissionFactor }[] = []
  const refused: RefusedRow[] = []
  input.forEach((item: unknown, index) => {
    try {
      read.push({ index, row: readRow(item, terms) })
    } catch (error) {
      refused.push({ index, reason: (error as Error).message })
    }
  })
  const twice = countedTwice(read.map((r) => r.row))
  for (const { index, row } of read) if (twice.has(row)) refused.push({ index, reason: COUNTED_TWICE })
  const taken = read.filter((r) => !twice.has(r.row))
  const doubted = taken.flatMap(({ index, row }) =>
    isLikelySlip(row.kgPerKWh) ? [{ index, reason: slipOf(row) }] : [],
  )
  return { rows: taken.map((r) => r.row), refused: refused.sort((a, b) => a.index - b.index), doubted }
}

function slipOf({ kgPerKWh, original }: EmissionFactor): string {
  const [field, value, unit] = original ? ['gPerKWh', original.value, original.unit] : ['kgPerKWh', kgPerKWh, 'kg/kWh']
  return `${field}: ${value} ${unit} is taken, but a slip by 1,000 is likely`
}

export const COUNTED_TWICE =
  'boundary: expected no "wtt" where a "lifecycle" factor of the same carrier and zone holds; it already contains well-to-tank, and would count it twice'

/** Well-to-tank rows over whose time, in part or whole, a life-cycle factor holds. */
function countedTwice(rows: readonly EmissionFactor[]): ReadonlySet<EmissionFactor> {
  const lifecycle = new FactorTimeline()
  for (const row of rows) if (row.boundary === 'lifecycle' && row.method === 'location') lifecycle.add(row)
  return new Set(rows.filter((row) => row.boundary === 'wtt' && lifecycle.covers(row, 'location')))
}

/** One row; throws the reason where it is refused. */
function readRow(input: unknown, terms: RowTerms): EmissionFactor {
  if (typeof input !== 'object' || input === null) throw refusal('row', 'an object', input)
  const o = input as Json
  const place = {
    carrier: text(o, 'carrier') ?? terms.carrier,
    zone: text(o, 'zone') ?? terms.zone,
    from: timeFrom(o.from, 'from') ?? EVER.from,
    to: timeFrom(o.to, 'to') ?? EVER.to,
    method: method(o),
    boundary: oneOf(o, 'boundary', BOUNDARIES) ?? terms.boundary,
    source: originOf(o.source, terms.provider),
  }
  if (place.from >= place.to) throw refusal('from', `a time before to (${iso(place.to)})`, iso(place.from))
  const gwp = oneOf(o, 'gwp', ['AR4', 'AR5', 'AR6'])
  const cvBasis = oneOf(o, 'cvBasis', ['gross', 'net'])
  const uncertaintyPct = number(o, 'uncertaintyPct')
  return {
    id: factorId(place),
    revision: isAbsent(o.revision) ? 0 : whole(o, 'revision'),
    ...valueOf(o, place.carrier),
    ...place,
    gas: oneOf(o, 'gas', ['CO2', 'CO2e']) ?? 'CO2e',
    quality: oneOf(o, 'quality', QUALITIES) ?? 'manual',
    retrievedAt: timeFrom(o.retrievedAt, 'retrievedAt') ?? terms.retrievedAt,
    ...(gwp && { gwp }),
    ...(cvBasis && { cvBasis }),
    ...(uncertaintyPct !== undefined && { uncertaintyPct }),
    ...placeInChain(terms),
  }
}

/** What marks a row as one of a source in a chain. */
export function placeInChain({ rank, holdMinutes, via }: Pick<EmissionFactor, 'rank' | 'holdMinutes' | 'via'>) {
  return { ...(rank !== undefined && { rank }), ...(holdMinutes ? { holdMinutes } : {}), ...(via && { via }) }
}

type FactorPlace = Pick<EmissionFactor, 'carrier' | 'zone' | 'method' | 'boundary' | 'from' | 'to'> & {
  source: { provider: string }
}

/** The name of a slot: the same slot of the same provider always has the same. */
export function factorId({ source, carrier, zone, method, boundary, from, to }: FactorPlace): string {
  return joinedId([source.provider, carrier, zone, method, boundary, iso(from), iso(to)])
}

function valueOf(o: Json, carrier: string): Pick<EmissionFactor, 'kgPerKWh' | 'original'> {
  const inGrams = o.kgPerKWh === undefined && o.gPerKWh !== undefined
  const [field, unit] = inGrams ? ['gPerKWh', 'g/kWh'] : ['kgPerKWh', 'kg/kWh']
  const value = o[field]
  if (o.kgPerKWh !== undefined && o.gPerKWh !== undefined) {
    throw refusal('gPerKWh', 'either kgPerKWh (kg/kWh) or gPerKWh (g/kWh)', 'both')
  }
  const per = inGrams ? 1000 : 1
  const most = mostKgPerKWh(carrier) * per
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > most) {
    throw refusal(field, `a number above 0 and up to ${most} ${unit}`, value)
  }
  // A zero is more often a fault of its source than a clean supply, so whoever means it says so.
  if (value === 0 && o.quality !== 'manual' && o.quality !== 'measured') {
    throw new Error(
      `${refusal(field, `a number above 0 ${unit}`, value).message}; a true zero states "quality": "manual" or "measured"`,
    )
  }
  return inGrams ? { kgPerKWh: value / 1000, original: { value, unit } } : { kgPerKWh: value }
}

function method(o: Json): 'location' | 'market' {
  if (o.method === 'marginal') {
    throw new Error('method: expected location or market, got "marginal"; a marginal factor never enters an inventory')
  }
  return oneOf(o, 'method', METHODS) ?? 'location'
}

function originOf(source: unknown, provider: string): FactorOrigin {
  const plain = { provider, licence: 'as stated by the provider', attribution: provider }
  if (source === undefined || source === null) return plain
  if (typeof source === 'string') return originOf({ provider: source }, provider)
  if (typeof source !== 'object') throw refusal('source', 'a text or an object', source)
  const o = source as Json
  const named = text(o, 'provider', 'source.') ?? provider
  const origin: FactorOrigin = { ...plain, provider: named, attribution: named }
  for (const key of ['dataset', 'version', 'licence', 'attribution'] as const) {
    const given = text(o, key, 'source.')
    if (given) origin[key] = given
  }
  return origin
}

function text(o: Json, key: string, path = ''): string | undefined {
  const value = o[key]
  if (value === undefined || value === null) return undefined
  const clean = typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT && !/\p{Cc}/u.test(value)
  if (!clean) throw refusal(path + key, `a text of up to ${MAX_TEXT} characters`, value)
  return value
}

function oneOf<T extends string>(o: Json, key: string, names: readonly T[]): T | undefined {
  const value = o[key]
  if (value === undefined || value === null) return undefined
  if (!names.includes(value as T)) throw refusal(key, `one of ${names.join(', ')}`, value)
  return value as T
}

function number(o: Json, key: string): number | undefined {
  const value = o[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw refusal(key, 'a number of 0 or more', value)
  }
  return value
}

const iso = (ms: number): string => new Date(ms).toISOString()
