/**
 * Cutting energy at every change of factor and context.
 *
 * A meter interval is one amount of energy over `[from, to)`; within it energy flows evenly. The cuts are a pure
 * function of the interval and of what holds when: the same facts give the same segments, to the bit, in whatever order
 * they arrived. So a segment's energy is always reckoned from the whole, and neighbours that say the same are one.
 */

import type { FactorPiece } from './factor/factor.ts'
import type { HeatingBasis } from './plant/fuel.ts'
import { isMissing, type Context, type EmissionFactor, type Energy, type Missing, type Segment } from './records.ts'

/** What holds for a line, or for one of its machines, over a stretch of time. */
export interface ContextSpan {
  from: number
  to: number
  context: Context | Missing
}

type Whole = Pick<Energy, 'from' | 'to' | 'kWh' | 'segments' | 'evidence'>
type Stretch = { from: number; to: number }

/**
 * The segments of an interval with the factors of `pieces` laid over them; time outside the pieces keeps its own.
 * A factor per kWh gross is never laid on energy that is net, or the reverse (10.8 % wrong for natural gas): it counts as
 * missing. It is not converted, for the ratio of the two is the fuel's own and the plant model does not hold it. A factor
 * or energy that states no basis is taken as it is.
 */
export function withFactors(energy: Whole, pieces: readonly FactorPiece[]): Segment[] {
  const basis = energy.evidence?.heatingValue?.basis
  const fits = (row: EmissionFactor): boolean => !basis || !row.cvBasis || row.cvBasis === basis
  return overlay(energy, pieces, (segment, { location, market, upstream, missing }) => {
    segment.factor = location ?? { missing: missing ?? 'no factor row covers this time' }
    if (location && !fits(location)) segment.factor = otherBasis(location.cvBasis!, basis!)
    if (market && fits(market)) segment.market = market
    else delete segment.market
    // A part of what happens upstream would pass for the whole.
    if (upstream.length > 0 && upstream.every(fits)) segment.upstream = upstream
    else delete segment.upstream
  })
}

const otherBasis = (factor: HeatingBasis, energy: HeatingBasis): Missing => ({
  missing: `factor is per kWh ${factor}, the meter's energy is ${energy}`,
})

/** The segments of an interval with the context of `spans` laid over them; time outside the spans keeps its own. */
export function withContext(energy: Whole, spans: readonly ContextSpan[]): Segment[] {
  return overlay(energy, spans, (segment, span) => {
    segment.context = span.context
  })
}

/** Lays stretches (sorted, not overlapping) over the segments of an interval and gives the canonical partition. */
function overlay<T extends Stretch>(
  energy: Whole,
  stretches: readonly T[],
  mark: (s: Segment, t: T) => void,
): Segment[] {
  const base = energy.segments ?? [{ from: energy.from, to: energy.to, kWh: energy.kWh }]
  const result: Segment[] = []
  let k = 0
  for (const old of base) {
    let at = old.from
    while (at < old.to) {
      while (k < stretches.length && stretches[k]!.to <= at) k++
      const next = stretches[k]
      const inside = next !== undefined && next.from <= at
      const end = inside ? Math.min(old.to, next.to) : Math.min(old.to, next?.from ?? old.to)
      const segment: Segment = { ...old, from: at, to: end }
      if (inside) mark(segment, next)
      join(result, segment)
      at = end
    }
  }
  for (const segment of result) reckon(energy, segment)
  // A list that grew has room for many more, and this one is held as long as its interval.
  return result.slice()
}

/** Appends a segment, or lengthens the last one where it says the same. */
function join(result: Segment[], segment: Segment): void {
  const last = result.at(-1)
  if (last && saysTheSame(last, segment)) last.to = segment.to
  else result.push(segment)
}

function reckon(energy: Whole, segment: Segment): void {
  const whole = segment.from === energy.from && segment.to === energy.to
  if (energy.kWh === null) segment.kWh = null
  else segment.kWh = whole ? energy.kWh : (energy.kWh * (segment.to - segment.from)) / (energy.to - energy.from)
  if (segment.factor) segment.kgCO2e = kgOf(segment)
}

function kgOf({ kWh, factor, market, upstream }: Segment): NonNullable<Segment['kgCO2e']> {
  if (kWh === null) return { location: null, market: null, upstream: null }
  return {
    location: factor && !isMissing(factor) ? kWh * factor.kgPerKWh : null,
    market: market ? kWh * market.kgPerKWh : null,
    upstream: upstream ? kWh * upstream.reduce((sum, f) => sum + f.kgPerKWh, 0) : null,
  }
}

function saysTheSame(a: Segment, b: Segment): boolean {
  return (
    sameFactor(a.factor, b.factor) &&
    sameFactor(a.market, b.market) &&
    sameUpstream(a.upstream, b.upstream) &&
    sameContext(a.context, b.context)
  )
}

/** True where two statements name the same factor row, or the same reason for having none. */
export function sameFactor(a: EmissionFactor | Missing | undefined, b: EmissionFactor | Missing | undefined): boolean {
  if (a === b) return true
  if (!a || !b) return false
  if (isMissing(a) || isMissing(b)) return isMissing(a) && isMissing(b) && a.missing === b.missing
  return a.id === b.id && a.revision === b.revision && a.kgPerKWh === b.kgPerKWh
}

function sameUpstream(a: EmissionFactor[] | undefined, b: EmissionFactor[] | undefined): boolean {
  if (a === b) return true
  return a?.length === b?.length && (a ?? []).every((row, i) => sameFactor(row, b![i]))
}

/** True where two statements name the same context, or the same reason for having none. */
export function sameContext(a: Context | Missing | undefined, b: Context | Missing | undefined): boolean {
  if (a === b) return true
  if (!a || !b) return false
  if (isMissing(a) || isMissing(b)) return isMissing(a) && isMissing(b) && a.missing === b.missing
  return (
    a.line === b.line &&
    a.machine === b.machine &&
    a.order === b.order &&
    a.sku === b.sku &&
    a.recipe === b.recipe &&
    a.batch === b.batch &&
    a.state === b.state &&
    a.shift?.name === b.shift?.name &&
    a.shift?.from === b.shift?.from
  )
}

/** Ordered spans of a stretch with the time that nothing is known about filled in. */
export function filled(spans: Iterable<ContextSpan>, whole: ContextSpan): ContextSpan[] {
  const result: ContextSpan[] = []
  let at = whole.from
  for (const span of spans) {
    if (span.from > at) result.push({ ...whole, from: at, to: span.from })
    result.push(span)
    at = span.to
  }
  if (at < whole.to) result.push({ ...whole, from: at })
  return result
}
