/** Where each piece of energy and production is booked: which line, which records, which meter. */

import type { PlantMeter, PlantModel } from '../plant.ts'
import type { Context, Energy, Missing, Production, Segment } from '../records.ts'
import type { Booking } from './cell.ts'
import type { EnergyPart } from './tally.ts'
import type { CellKey } from './views.ts'

export interface EnergyPosting {
  key: CellKey
  part: EnergyPart
  booking: Booking
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
  readonly #meters: ReadonlyMap<string, PlantMeter>

  constructor(model: PlantModel, keying: Keying) {
    this.#keying = keying
    this.#meters = new Map(model.meters.map((m) => [m.id, m]))
  }

  /**
   * The postings of a meter interval: one for each record that a part of it belongs to. A sub-meter's energy is taken
   * out of its parent meter's, so that what remains there is the parent's own and nothing counts twice.
   */
  *energy(energy: Energy, sign: 1 | -1): Generator<EnergyPosting> {
    const parent = this.#meters.get(this.#meters.get(energy.meter)?.parent ?? '')
    const segments = energy.segments ?? [{ from: energy.from, to: energy.to, kWh: energy.kWh }]
    const own = { meter: energy.meter, machine: energy.machine, carrier: energy.carrier }
    for (const segment of segments) {
      for (const part of this.#parts(energy, segment, sign)) {
        yield* this.#post(energy.line, part, own)
        if (parent?.carrier !== energy.carrier) continue
        const rest = { meter: parent.id, machine: parent.machine, carrier: parent.carrier }
        yield* this.#post(parent.line, { ...part, taken: true }, rest)
      }
    }
  }

  *units(piece: Production): Generator<UnitPosting> {
    const { line, context } = piece
    for (const share of this.#shares(piece.from, piece.to)) {
      for (const key of this.#keying.keys({ line, from: share.from, context })) yield { key, share }
    }
  }

  *#post(line: string | undefined, part: EnergyPart, booking: Booking): Generator<EnergyPosting> {
    if (line === undefined) return
    const { from, segment } = part
    for (const key of this.#keying.keys({ line, from, context: segment.context, booking })) yield { key, part, booking }
  }

  *#parts(energy: Energy, segment: Segment, sign: 1 | -1): Generator<EnergyPart> {
    const { signal, flags } = energy
    for (const { from, to } of this.#shares(segment.from, segment.to)) {
      const whole = from === segment.from && to === segment.to
      const share = energy.kWh === null ? null : (energy.kWh * (to - from)) / (energy.to - energy.from)
      yield { segment, from, to, kWh: whole ? segment.kWh : share, signal, flags, sign }
    }
  }

  #shares(from: number, to: number): { from: number; to: number }[] {
    const cuts = this.#keying.cuts(from, to)
    return [from, ...cuts].map((start, i) => ({ from: start, to: cuts[i] ?? to }))
  }
}
