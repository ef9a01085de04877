/**
 * Bookings that hang on other facts: shared meters, and meters that others stand in for.
 *
 * Each is settled for one period at a time, from the facts of that period alone. A fact that comes only notes which
 * periods it touches; they are reckoned anew before anything is read. So the bookings are a pure function of the facts
 * held, whatever order they came in, and a burst of facts costs one settlement.
 */

import { noContext } from '../context/context.ts'
import type { PlantProduct } from '../plant/plant.ts'
import { filled } from '../segments.ts'
import { directClaims, sameClaims, sharedClaims, siteSpan, type Claim } from './claims.ts'
import { SITE, type Ownership, type SharedMeter } from './ownership.ts'
import { piecesOf, type EnergyPiece } from './pieces.ts'
import { keyOf, type HeldView } from './shares.ts'

export interface SettlementOptions {
  ownership: Ownership
  facts: HeldView
  products: ReadonlyMap<string, PlantProduct>
  /** Length of a period where the plant model states none, milliseconds. */
  periodMs: number
  /** Books claims (1) or takes them away again (−1). */
  book(claims: readonly Claim[], sign: 1 | -1, reason: string | undefined): void
}

const MS_PER_MINUTE = 60_000

export class Settlement {
  readonly #options: SettlementOptions
  readonly #settled = new Map<string, Map<number, Claim[]>>()
  /** By meter, the periods to be reckoned anew, and why. */
  readonly #touched = new Map<string, Map<number, string | undefined>>()

  constructor(options: SettlementOptions) {
    this.#options = options
  }

  /** Energy of a meter came, changed or went. */
  touchMeter(meter: string, time: { from: number; to: number }, reason?: string): void {
    for (const id of this.#options.ownership.dependents(meter)) this.#touch(id, time, reason)
  }

  /** What a line made or did has changed. */
  touchLine(line: string, time: { from: number; to: number }, reason?: string): void {
    for (const id of this.#options.ownership.sharedBy(line)) this.#touch(id, time, reason)
  }

  /** Brings every booking up to date. */
  settle(): void {
    if (this.#touched.size === 0) return
    for (const [meter, periods] of this.#touched)
      for (const [from, reason] of periods) this.#settleOne(meter, from, reason)
    this.#touched.clear()
  }

  /** The claims as they stand, of all periods or of those that end by or after a time; `settle` first. */
  *claims({ endingBy = Infinity, endingAfter = -Infinity } = {}): Generator<Claim> {
    for (const [meter, periods] of this.#settled) {
      const length = this.#periodOf(meter)
      for (const [from, claims] of periods) {
        if (from + length <= endingBy && from + length > endingAfter) yield* claims
      }
    }
  }

  /** The longest stretch that is settled as a whole, milliseconds; 0 where nothing is. */
  get longestPeriodMs(): number {
    return Math.max(0, ...this.#options.ownership.deferred().map((meter) => this.#periodOf(meter)))
  }

  /** Forgets the periods of a meter that ended before a time; what was booked of them is forgotten elsewhere. */
  prune(meter: string, before: number): void {
    const periods = this.#settled.get(meter)
    if (periods) {
      for (const from of periods.keys()) if (from + this.#periodOf(meter) < before) periods.delete(from)
    }
  }

  #touch(meter: string, { from, to }: { from: number; to: number }, reason: string | undefined): void {
    let periods = this.#touched.get(meter)
    if (!periods) this.#touched.set(meter, (periods = new Map()))
    const length = this.#periodOf(meter)
    for (let at = Math.floor(from / length) * length; at < to; at += length) periods.set(at, periods.get(at) ?? reason)
  }

  #settleOne(meter: string, from: number, reason: string | undefined): void {
    let periods = this.#settled.get(meter)
    if (!periods) this.#settled.set(meter, (periods = new Map()))
    const [before, after] = [
      periods.get(from) ?? [],
      [...this.#claimsOf(meter, { from, to: from + this.#periodOf(meter) })],
    ]
    if (sameClaims(before, after)) return
    this.#options.book(before, -1, reason)
    this.#options.book(after, 1, reason)
    periods.set(from, after)
  }

  *#claimsOf(id: string, period: { from: number; to: number }): Generator<Claim> {
    const { ownership } = this.#options
    const shared = ownership.sharedOf(id)
    const pieces = piecesOf(id, period, this.#options)
    if (!shared) {
      if (ownership.meter(id)?.redundantTo !== undefined) return
      for (const piece of pieces) yield* directClaims(id, piece, ownership)
      return
    }
    yield* this.#shareOut(shared, [...pieces, ...this.#takenFrom(id, period)], period)
    // What the shared meter itself is part of has it no more.
    for (const piece of pieces) for (const claim of directClaims(id, piece, ownership)) if (claim.taken) yield claim
  }

  *#shareOut(
    meter: SharedMeter,
    pieces: readonly (EnergyPiece & { taken?: true })[],
    period: { from: number; to: number },
  ) {
    if (pieces.length === 0) return
    const { facts } = this.#options
    const key = keyOf({ ...this.#options, meter, period })
    const spansOf = (line: string) => {
      if (line === SITE) return [siteSpan(period.from, period.to)]
      return filled(facts.spans(line, period.from, period.to), { ...period, context: noContext(line) })
    }
    const spans = new Map([...meter.shared.lines, SITE].map((line) => [line, spansOf(line)]))
    for (const piece of pieces) yield* sharedClaims(piece, key, (line) => spans.get(line)!)
  }

  /** The energy of meters below a shared one: it is theirs, and not shared out. */
  #takenFrom(id: string, period: { from: number; to: number }): (EnergyPiece & { taken: true })[] {
    const children = this.#options.ownership.childrenOf(id)
    const pieces = children.flatMap((child) => piecesOf(child.id, period, this.#options))
    return pieces.filter((p) => p.kWh !== null).map((p) => ({ ...p, taken: true }))
  }

  #periodOf(meter: string): number {
    const minutes = this.#options.ownership.sharedOf(meter)?.shared.periodMinutes
    return minutes === undefined ? this.#options.periodMs : minutes * MS_PER_MINUTE
  }
}
