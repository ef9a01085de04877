/**
 * Which emission factor holds when.
 *
 * Rows of all sources lie on one time line per carrier and zone, and each instant has one winner per role: location,
 * market, and for what happens upstream one for well-to-tank and one for transmission losses. The winners are a pure
 * function of the set of rows (see `factor-order.ts`), so order of arrival and duplicates change nothing.
 */

import { FactorLane, type LanePiece } from './factor-lane.ts'
import { FACTOR_ROLES, roleOf, sameRow, type FactorRole } from './factor-order.ts'
import type { Span } from './factor-spans.ts'
import type { EmissionFactor } from '../records.ts'

/** A stretch in which no winner changes; no `location` means that none is known, and `missing` says what is lacking. */
export interface FactorPiece {
  from: number
  to: number
  location?: EmissionFactor
  market?: EmissionFactor
  upstream: EmissionFactor[]
  missing?: string
}

type Lanes = Map<FactorRole, FactorLane>

export class FactorTimeline {
  readonly #zones = new Map<string, Lanes>()

  /** Takes a row. Gives the time whose winners changed; `null` for a duplicate, or a row that wins nowhere. */
  add(row: EmissionFactor): Span | null {
    const role = roleOf(row)
    if (!role) return null
    const lanes = this.#lanes(row.carrier, row.zone)
    let lane = lanes.get(role)
    if (!lane) lanes.set(role, (lane = new FactorLane()))
    return lane.add(row)
  }

  /** Every version known of the slot that a row describes: its settlements, in order of arrival. */
  versions(row: EmissionFactor): readonly EmissionFactor[] {
    const role = roleOf(row)
    return (role && this.#zones.get(nameOf(row.carrier, row.zone))?.get(role)?.versions(row)) || []
  }

  /** The winners over `[from, to)`, an ordered partition of it. */
  pieces(carrier: string, zone: string, from: number, to: number): readonly FactorPiece[] {
    const lanes = this.#zones.get(nameOf(carrier, zone))
    const pieces: FactorPiece[] = []
    for (let at = from; at < to;) {
      const piece: FactorPiece = { from: at, to, upstream: [] }
      for (const role of FACTOR_ROLES) {
        const lane = lanes?.get(role)
        if (lane) play(piece, role, lane.at(at))
      }
      settle(piece, carrier, zone)
      at = piece.to
      join(pieces, piece)
    }
    return pieces
  }

  /** The distinct rows that hold somewhere in `[from, to)`. A fresh time line fed with them has the same pieces there. */
  winners(carrier: string, zone: string, from: number, to: number): EmissionFactor[] {
    const rows = new Set<EmissionFactor>()
    for (const piece of this.pieces(carrier, zone, from, to)) rowsOf(piece).forEach((row) => rows.add(row))
    return [...rows]
  }

  /** True where a row of a role holds somewhere in `[from, to)`. */
  covers({ carrier, zone, from, to }: Span & { carrier: string; zone: string }, role: FactorRole): boolean {
    const lane = this.#zones.get(nameOf(carrier, zone))?.get(role)
    const piece = lane?.at(from)
    return piece !== undefined && (piece.row !== undefined || piece.to < to)
  }

  /** Forgets rows that end before an instant. */
  prune(before: number): void {
    for (const lanes of this.#zones.values()) for (const lane of lanes.values()) lane.prune(before)
  }

  #lanes(carrier: string, zone: string): Lanes {
    const name = nameOf(carrier, zone)
    let lanes = this.#zones.get(name)
    if (!lanes) this.#zones.set(name, (lanes = new Map()))
    return lanes
  }
}

/** The rows that hold in a piece. */
export function rowsOf({ location, market, upstream }: FactorPiece): EmissionFactor[] {
  return [...(location ? [location] : []), ...(market ? [market] : []), ...upstream]
}

const nameOf = (carrier: string, zone: string): string => `${carrier}\n${zone}`

function play(piece: FactorPiece, role: FactorRole, { to, row }: LanePiece): void {
  if (to < piece.to) piece.to = to
  if (!row) return
  if (role === 'location' || role === 'market') piece[role] = row
  else piece.upstream.push(row)
}

function settle(piece: FactorPiece, carrier: string, zone: string): void {
  // A life-cycle factor already contains the fuel's way to the plant; adding well-to-tank would count it twice.
  if (piece.location?.boundary === 'lifecycle') piece.upstream = piece.upstream.filter((row) => row.boundary !== 'wtt')
  if (!piece.location) piece.missing = `no factor row covers this time (${carrier}, ${zone})`
}

function join(pieces: FactorPiece[], piece: FactorPiece): void {
  const last = pieces.at(-1)
  if (last && sameRows(last, piece)) last.to = piece.to
  else pieces.push(piece)
}

function sameRows(a: FactorPiece, b: FactorPiece): boolean {
  if (!sameRow(a.location, b.location) || !sameRow(a.market, b.market)) return false
  return a.upstream.length === b.upstream.length && a.upstream.every((row, i) => sameRow(row, b.upstream[i]))
}
