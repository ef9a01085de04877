/** Where each piece of energy and production is booked: which line, which records, which meter. */

import { directClaims, type Claim } from '../allocation/claims.ts'
import type { Ownership } from '../allocation/ownership.ts'
import type { Context, Energy, Missing, Production } from '../records.ts'
import type { Booking } from './cell.ts'
import type { EnergyPart } from './tally.ts'
import type { CellKey } from './views.ts'

/** A part of a claim, and every record that it belongs to. */
export interface EnergyPosting {
  keys: readonly CellKey[]
  part: EnergyPart
}

export interface UnitPosting {
  keys: readonly CellKey[]
  share: Share
}

type Share = { from: number; to: number }

/** What one piece of a line is asked about when its records are looked up. */
export interface Piece {
  line: string
  from: number
  context: Context | Missing | undefined
  /** The meter, for energy. */
  booking?: Booking
  /** It is of an interval so long that it says nothing of a single window. */
  isLong: boolean
}

/** Which records there are: where their time is cut, and which of them a piece between two cuts belongs to. */
export interface Keying {
  cuts(from: number, to: number, isLong: boolean): number[]
  /** True for the length of an interval that is not cut into windows. */
  isLong(ms: number): boolean
  keys(piece: Piece): readonly CellKey[]
}

export class PostingRules {
  readonly #keying: Keying
  readonly #ownership: Ownership

  constructor(ownership: Ownership, keying: Keying) {
    this.#keying = keying
    this.#ownership = ownership
  }

  /** The claims of a meter interval that are booked as it comes; a deferred meter has none. */
  claims(energy: Energy): Claim[] {
    if (this.#ownership.isDeferred(energy.meter)) return []
    const { flags } = energy
    const segments = energy.segments ?? [{ from: energy.from, to: energy.to, kWh: energy.kWh }]
    return segments.flatMap((segment) => {
      const { from, to, kWh } = segment
      return directClaims(energy.meter, { energy, segment, from, to, kWh, flags }, this.#ownership)
    })
  }

  /** The postings of a claim: its parts between the cuts. */
  post(claim: Claim, sign: 1 | -1): EnergyPosting[] {
    const { line, segment, booking, energy } = claim
    const isLong = this.#keying.isLong(energy.to - energy.from)
    return this.#shares(claim, isLong).map(({ from, to }) => {
      const whole = from === claim.from && to === claim.to
      const part = { claim, from, to, kWh: whole ? claim.kWh : shareOf(claim, to - from), sign }
      return { keys: this.#keying.keys({ line, from, context: segment.context, booking, isLong }), part }
    })
  }

  units({ line, from, to, context }: Production): UnitPosting[] {
    const isLong = this.#keying.isLong(to - from)
    return this.#shares({ from, to }, isLong).map((share) => ({
      keys: this.#keying.keys({ line, from: share.from, context, isLong }),
      share,
    }))
  }

  #shares({ from, to }: Share, isLong: boolean): Share[] {
    const cuts = this.#keying.cuts(from, to, isLong)
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
