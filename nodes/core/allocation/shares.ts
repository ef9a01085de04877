/**
 * The key by which shared energy is shared out over lines, and the division itself.
 *
 * Method: physical allocation by what causes the use (GHG Protocol Product Standard chapter 9, ISO 14067 clause 6.4.6),
 * for each period by the drivers of that period alone.
 */

import { ExactSum } from '../exact-sum.ts'
import type { PlantMeter, PlantProduct } from '../plant/plant.ts'
import { isMissing, type Production } from '../records.ts'
import type { ContextSpan } from '../segments.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { SITE, type Ownership, type SharedMeter } from './ownership.ts'
import { piecesOf, type EnergyView } from './pieces.ts'

/** The facts that drivers and bookings are reckoned from. */
export interface HeldView extends EnergyView {
  production(line: string, from: number, to: number): readonly Production[]
  spans(line: string, from: number, to: number): Iterable<ContextSpan>
}

/** The key of one period: what each line's share was reckoned by. A line whose driver is not known has none. */
export interface AllocationKey {
  meter: string
  rule: SharedMeter['shared']['rule']
  from: number
  to: number
  /** Unit of the drivers. */
  unit: 'units' | 'h' | 'kWh' | 'kg' | 'share'
  drivers: Record<string, number | null>
}

export interface KeyInput {
  meter: SharedMeter
  period: { from: number; to: number }
  facts: HeldView
  ownership: Ownership
  products: ReadonlyMap<string, PlantProduct>
}

const UNIT = { units: 'units', 'run-time': 'h', energy: 'kWh', mass: 'kg', fixed: 'share' } as const

/** The drivers of all lines that share a meter, in one period. */
export function keyOf(input: KeyInput): AllocationKey {
  const { meter, period } = input
  const { rule, lines } = meter.shared
  const drivers = Object.fromEntries(lines.map((line) => [line, DRIVER[rule](line, input)]))
  return { meter: meter.id, rule, ...period, unit: UNIT[rule], drivers }
}

/**
 * Each line's part of `amount`, and under `SITE` what nobody is known to have caused: all of it where no line has a
 * driver above 0. The last line with a driver takes the rest, so that the parts add up to the whole.
 */
export function shareOut(amount: number, { drivers }: Pick<AllocationKey, 'drivers'>): Map<string, number> {
  const parts = new Map<string, number>(Object.keys(drivers).map((line) => [line, 0]))
  parts.set(SITE, 0)
  const causing = Object.entries(drivers).filter((d): d is [string, number] => d[1] !== null && d[1] > 0)
  const total = causing.reduce((sum, [, driver]) => sum + driver, 0)
  let rest = amount
  causing.forEach(([line, driver], i) => {
    const part = i === causing.length - 1 ? rest : (amount * driver) / total
    parts.set(line, part)
    rest -= part
  })
  if (causing.length === 0) parts.set(SITE, amount)
  return parts
}

type Driver = (line: string, input: KeyInput) => number | null

const DRIVER: Record<SharedMeter['shared']['rule'], Driver> = {
  units: (line, input) => made(line, input, () => 1),
  mass: (line, input) => made(line, input, (sku) => input.products.get(sku)?.massKg),
  'run-time': runHours,
  energy: ownKWh,
  fixed: (line, { meter }) => meter.shared.shares?.[line] ?? 0,
}

/** Σ units made × weight; `null` where nothing was counted, or a product's weight is not known. */
function made(line: string, { period, facts }: KeyInput, weight: (sku: string) => number | undefined): number | null {
  const pieces = facts.production(line, period.from, period.to)
  const roles = pieces.some((p) => p.produced !== null) ? (['produced'] as const) : (['good', 'scrap'] as const)
  // Exact, because pieces of one instant are held in the order they came in.
  const sum = new ExactSum()
  let isCounted = false
  for (const piece of pieces) {
    const ms = Math.min(piece.to, period.to) - Math.max(piece.from, period.from)
    for (const role of roles) {
      const units = piece[role]
      if (units === null) continue
      isCounted = true
      const each = units === 0 ? 0 : weight(isMissing(piece.context) ? '' : (piece.context.sku ?? ''))
      if (each === undefined) return null
      sum.add((units * each * ms) / (piece.to - piece.from))
    }
  }
  // More may have been taken back than was made; no line carries less than nothing.
  return isCounted ? Math.max(0, sum.value) : null
}

/** Productive time, hours; `null` where no state of the line is known. */
function runHours(line: string, { period, facts }: KeyInput): number | null {
  let [ms, isKnown] = [0, false]
  for (const { from, to, context } of facts.spans(line, period.from, period.to)) {
    if (isMissing(context) || context.state === 'unknown') continue
    isKnown = true
    if (context.state === 'productive') ms += to - from
  }
  return isKnown ? ms / MS_PER_HOUR : null
}

/** The energy of the line's own meters, sub-meters within their parents; `null` where none of it is known. */
function ownKWh(line: string, { period, facts, ownership }: KeyInput): number | null {
  const isOutermost = (m: PlantMeter): boolean => ownership.parentOf(m.id)?.line !== line
  const meters = ownership.expected(line).filter((m) => m.line === line && isOutermost(m))
  const known = meters.flatMap((m) => piecesOf(m.id, period, { facts, ownership })).filter((p) => p.kWh !== null)
  return known.length > 0 ? known.reduce((sum, p) => sum + p.kWh!, 0) : null
}
