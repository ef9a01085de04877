/** Where each piece of energy and production is booked: which line, which records, which meter. */

import { directClaims, type Claim } from '../allocation/claims.ts'
import type { Ownership } from '../allocation/ownership.ts'
import type { Context, Energy, Missing, Production } from '../records.ts'
import type { Booking } from './cell.ts'
import type { EnergyPart } from './tally.ts'
import type { CellKey } from './views.ts'

export interface EnergyPosting {
  key: CellKey
  part: EnergyPart
}

export interface UnitPosting {
  key: CellKey
  share: { from: number; to: number }
}

/** What one piece of a line is asked about when its records are looked up. */
export interface Piece {
  line: string
  from: number
  context: Context | Missing | undefined
  /** The meter, for energy. */
  booking?: Booking
}

/** Which records there are: where their time is cut, and which of them a piece between two cuts belongs to. */
export interface Keying {
  cuts(from: number, to: number): number[]
  keys(piece: Piece): CellKey[]
}

export class PostingRules {
  readonly #keying: Keying
  readonly #ownership: Ownership

  constructor(ownership: Ownership, keying: Keying) {
    this.#keying = keying
    this.#ownership = ownership
  }

  /** The claims of a meter interval that are booked as it comes; a deferred meter has none. */
  *claims(energy: Energy): Generator<Claim> {
    if (this.#ownership.isDeferred(energy.meter)) return
    const { flags } = energy
    for (const segment of energy.segments ?? [{ from: energy.from, to: energy.to, kWh: energy.kWh }]) {
      const { from, to, kWh } = segment
      yield* directClaims(energy.meter, { energy, segment, from, to, kWh, flags }, this.#ownership)
    }
  }

  /** The postings of a claim: one for each record that a part of it belongs to. */
  *post(claim: Claim, sign: 1 | -1): Generator<EnergyPosting> {
    const { line, segment, booking } = claim
    for (const { from, to } of this.#shares(claim.from, claim.to)) {
      const whole = from === claim.from && to === claim.to
      const part = { claim, from, to, kWh: whole ? claim.kWh : shareOf(claim, to - from), sign }
      for (const key of this.#keying.keys({ line, from, context: segment.context, booking })) yield { key, part }
    }
  }

  *units(piece: Production): Generator<UnitPosting> {
    const { line, context } = piece
    for (const share of this.#shares(piece.from, piece.to)) {
      for (const key of this.#keying.keys({ line, from: share.from, context })) yield { key, share }
    }
  }

  #shares(from: number, to: number): { from: number; to: number }[] {
    const cuts = this.#keying.cuts(from, to)
    if (cuts.length === 0) return [{ from, to }]
    return [from, ...cuts].map((start, i) => ({ from: start, to: cuts[i] ?? to }))
  }
}

/**
 * The energy of a part by time. It is reckoned from the whole interval, so that it is the same to the last bit however
 * the interval was cut before; what a line carries of a shared meter is a whole of its own.
 */
function shareOf({ kWh, from, to, energy, key }: Claim, ms: number): number | null {
  if (kWh === null) return null
  const whole = key ? { kWh, from, to } : energy
  return (whole.kWh! * ms) / (whole.to - whole.from)
}
