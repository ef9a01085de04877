/** Energy as claims on lines: who carries which piece of which meter, before it is cut at the ends of views. */

import type { Booking } from '../per-unit/cell.ts'
import { isMissing, type Context, type Energy, type Missing, type Segment } from '../records.ts'
import type { ContextSpan } from '../segments.ts'
import { SITE, type Ownership } from './ownership.ts'
import type { EnergyPiece } from './pieces.ts'
import { shareOut, type AllocationKey } from './shares.ts'

export interface Claim {
  /** `SITE` for what belongs to no single line. */
  line: string
  from: number
  to: number
  kWh: number | null
  /** Factor and context. */
  segment: Segment
  booking: Booking
  /** The interval that it is a part of. */
  energy: Energy
  flags: readonly string[]
  /** A sub-meter's energy, taken out of its parent meter: it is not the parent's own and covers no time of it. */
  taken?: true
  /** How this line's part of a shared meter was reckoned. */
  key?: AllocationKey
}

const AT_SITE: Context = { line: SITE, state: 'unknown' }

/**
 * The claims of a piece that is one line's or the site's: its own, and what it takes out of its parent meter, so that
 * what remains there is the parent's own and nothing counts twice. A shared parent is settled apart.
 */
export function directClaims(meter: string, piece: EnergyPiece, ownership: Ownership): Claim[] {
  const own = claimOf(meter, piece, ownership)
  const parent = ownership.parentOf(meter)
  return parent && !parent.shared ? [own, { ...claimOf(parent.id, piece, ownership), taken: true }] : [own]
}

function claimOf(meter: string, { energy, segment, from, to, kWh, flags }: EnergyPiece, ownership: Ownership): Claim {
  const line = ownership.lineOf(meter)
  const { machine, carrier } = ownership.meter(meter) ?? energy
  const isRest = line === SITE && ownership.childrenOf(meter).length > 0
  const booking: Booking = isRest ? { meter, machine, carrier, account: 'residual' } : { meter, machine, carrier }
  return {
    line,
    from,
    to,
    kWh,
    segment: line === SITE ? { ...segment, context: AT_SITE } : segment,
    booking,
    energy,
    flags,
  }
}

/**
 * The claims of all lines on a piece of a shared meter, each cut by what the line did meanwhile, and the site's on what
 * no line has caused.
 */
export function* sharedClaims(
  piece: EnergyPiece & { taken?: true },
  key: AllocationKey,
  spansOf: (line: string) => readonly ContextSpan[],
): Generator<Claim> {
  const parts = piece.kWh === null ? undefined : shareOut(piece.kWh, key)
  for (const line of [...Object.keys(key.drivers), SITE]) {
    const kWh = parts ? parts.get(line)! : null
    const account = line === SITE ? ('unallocated' as const) : ('shared-in' as const)
    // A machine that several lines share is none of theirs.
    const booking = { meter: key.meter, machine: undefined, carrier: piece.energy.carrier, account }
    for (const span of spansOf(line)) {
      const [from, to] = [Math.max(span.from, piece.from), Math.min(span.to, piece.to)]
      if (from >= to) continue
      const part = kWh === null ? null : (kWh * (to - from)) / (piece.to - piece.from)
      const segment = { ...piece.segment, context: span.context }
      const { energy, flags, taken } = piece
      yield { line, from, to, kWh: part, segment, booking, energy, flags, key, ...(taken && { taken }) }
    }
  }
}

/** What the site did in a stretch: nothing that is known by line. */
export const siteSpan = (from: number, to: number): ContextSpan => ({ from, to, context: AT_SITE })

/** True where two lists of claims book the same. */
export function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length && a.every((claim, i) => textOf(claim) === textOf(b[i]!))
}

function textOf({ line, from, to, kWh, segment, booking, flags, taken, key }: Claim): string {
  const { factor, market, upstream, context } = segment
  const rows = [factor, market, ...(upstream ?? [])].map((row) =>
    row && !isMissing(row) ? [row.id, row.revision, row.kgPerKWh] : row,
  )
  return JSON.stringify([
    line,
    from,
    to,
    kWh,
    booking.meter,
    booking.account,
    flags,
    taken,
    rows,
    contextOf(context),
    key?.drivers,
  ])
}

const contextOf = (context: Context | Missing | undefined): unknown =>
  context && !isMissing(context) ? [context.order, context.sku, context.shift?.from, context.state] : context
