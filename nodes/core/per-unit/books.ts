/**
 * The books of a calculator: the facts that are held, the records in the making, and what is booked of the one on the
 * other. A fact that comes, changes or goes moves only its own postings.
 */

import { siteSpan, type Claim } from '../allocation/claims.ts'
import { Ownership, SITE } from '../allocation/ownership.ts'
import { Settlement } from '../allocation/settlement.ts'
import type { HeldView } from '../allocation/shares.ts'
import type { PlantModel } from '../plant/plant.ts'
import { isMissing, type Energy, type Production } from '../records.ts'
import type { ContextSpan } from '../segments.ts'
import type { Cell } from './cell.ts'
import { FactStore } from './fact-store.ts'
import { LineState } from './line-state.ts'
import { PostingRules, type EnergyPosting } from './postings.ts'
import { viewKeying, type CellKey, type ViewOptions } from './views.ts'

export interface BooksOptions extends ViewOptions {
  model: PlantModel
  /** How far back facts are kept and can still change, milliseconds. */
  horizonMs: number
  /** Records in the making that a line holds before it forgets earlier than its horizon; default 20,000. */
  mostRecords?: number
}

const PRUNE_EVERY_MS = 600_000
const MOST_RECORDS = 20_000

export class Books {
  readonly energy = new FactStore<Energy>((e) => e.meter)
  readonly production = new FactStore<Production>((p) => p.line)
  readonly lines = new Map<string, LineState>()
  readonly ownership: Ownership
  readonly settlement: Settlement
  readonly #rules: PostingRules
  readonly #horizonMs: number
  readonly #mostRecords: number
  /** What is shared out together is kept together. */
  readonly #marginMs: number
  /** What lies before is not held of any line, also of one that nothing is held of. */
  #forgotten = 0

  constructor(options: BooksOptions) {
    const { model, horizonMs, mostRecords = MOST_RECORDS, windowMs: periodMs } = options
    const products = new Map(model.products.map((p) => [p.sku, p]))
    const book = (claims: readonly Claim[], sign: 1 | -1, reason: string | undefined): void =>
      claims.forEach((claim) => this.#claim(claim, sign, reason))
    this.#horizonMs = horizonMs
    this.#mostRecords = mostRecords
    this.ownership = new Ownership(model)
    this.#rules = new PostingRules(this.ownership, viewKeying(options))
    this.settlement = new Settlement({ ownership: this.ownership, facts: this.#view, products, periodMs, book })
    this.#marginMs = this.settlement.longestPeriodMs
  }

  line(line: string): LineState {
    let state = this.lines.get(line)
    if (!state) {
      this.lines.set(line, (state = new LineState(this.ownership.expected(line))))
      state.pruned = this.#forgotten
    }
    return state
  }

  /** Books a meter interval (1), or takes it away again (−1). */
  book(energy: Energy, sign: 1 | -1, reason: string | undefined): void {
    for (const claim of this.#rules.claims(energy)) this.#claim(claim, sign, reason)
    if (sign === 1) this.line(energy.line ?? SITE).saw(energy, spansOf(energy))
    this.settlement.touchMeter(energy.meter, energy, reason)
  }

  /** Books a piece of production (1), or takes it away again (−1). */
  count(piece: Production, sign: 1 | -1, reason: string | undefined): void {
    for (const { keys, share } of this.#rules.units(piece))
      for (const key of keys) this.#cell(key, share.to, reason)?.count(piece, share, sign)
    this.settlement.touchLine(piece.line, piece, reason)
    if (sign === 1) this.line(piece.line).saw(piece, [{ from: piece.from, to: piece.to, context: piece.context }])
  }

  /** Every claim on the energy held. */
  *claims(): Generator<Claim> {
    this.settlement.settle()
    for (const energy of this.energy.all()) yield* this.#rules.claims(energy)
    yield* this.settlement.claims()
  }

  postings(claim: Claim): Iterable<EnergyPosting> {
    return this.#rules.post(claim, 1)
  }

  /** Up to when the facts of a line are no longer held. */
  forgottenUntil(line: string): number {
    return this.lines.get(line)?.pruned ?? this.#forgotten
  }

  /** Forgets the records that ended by a time: their facts are not, or not all, held. */
  forget(before: number): void {
    this.#forgotten = before
    for (const state of this.lines.values()) state.prune(before, before - this.#marginMs)
  }

  /** Now and then a line forgets what is older than its horizon: one may play an old recording while another is live. */
  prune(line: string): void {
    const state = this.line(line)
    const isCrowded = state.cells.size > this.#mostRecords
    const before = Math.max(state.newest - this.#horizonMs, isCrowded ? state.olderHalfUntil() : -Infinity)
    if (before < state.pruned + (isCrowded ? 1 : PRUNE_EVERY_MS)) return
    const kept = (line === SITE ? Math.min(before, this.#leastPruned(state.newest)) : before) - this.#marginMs
    for (const meter of this.ownership.own(line)) {
      this.energy.prune(meter, kept)
      this.settlement.prune(meter, kept)
    }
    this.production.prune(line, before - this.#marginMs)
    state.prune(before, before - this.#marginMs)
  }

  /**
   * Reckons the stale records of a line anew: what is forgotten from the books of that time, the rest from those at hand.
   * Nothing that is still on its way is counted twice, as the two do not overlap.
   */
  takeOver(line: string, past: Books): void {
    const state = this.line(line)
    const stale = new Map([...state.cells].filter(([, cell]) => cell.isStale))
    for (const cell of stale.values()) cell.clear()
    for (const span of past.line(line).spans.within(0, state.pruned)) state.spans.lay(span)
    const take = (claims: Iterable<Claim>): void => {
      for (const claim of claims)
        for (const { keys, part } of this.postings(claim))
          for (const key of keys) if (key.line === line) stale.get(key.id)?.book(part)
    }
    take(past.#claimsUntil(this, state.pruned))
    take(this.#claimsSince(state.pruned))
    const isOld = (fact: { to: number }): boolean => fact.to <= state.pruned
    for (const piece of past.production.all()) if (isOld(piece)) this.#recount(piece, stale)
    for (const piece of this.production.all()) if (!isOld(piece)) this.#recount(piece, stale)
    for (const cell of stale.values()) state.reopen(cell)
  }

  #recount(piece: Production, stale: ReadonlyMap<string, Cell>): void {
    for (const { keys, share } of this.#rules.units(piece))
      for (const key of keys) stale.get(key.id)?.count(piece, share, 1)
  }

  *#claimsUntil(present: Books, until: number): Generator<Claim> {
    this.settlement.settle()
    for (const energy of this.energy.all())
      if (energy.to <= present.forgottenUntil(energy.line ?? SITE)) yield* this.#rules.claims(energy)
    yield* this.settlement.claims({ endingBy: until })
  }

  *#claimsSince(since: number): Generator<Claim> {
    this.settlement.settle()
    for (const energy of this.energy.all())
      if (energy.to > this.forgottenUntil(energy.line ?? SITE)) yield* this.#rules.claims(energy)
    yield* this.settlement.claims({ endingAfter: since })
  }

  #claim(claim: Claim, sign: 1 | -1, reason: string | undefined): void {
    for (const { keys, part } of this.#rules.post(claim, sign))
      for (const key of keys) this.#cell(key, part.to, reason)?.book(part)
  }

  /** The cell for a part that ends at `to`; none where it is forgotten: made anew it would hold a part of the whole. */
  #cell(key: CellKey, to: number, reason: string | undefined): Cell | undefined {
    const state = this.line(key.line)
    if (to <= state.pruned && !state.cells.has(key.id)) return undefined
    const cell = state.cell(key)
    if (reason) cell.reasons.add(reason)
    return cell
  }

  /** How far all lines have forgotten that keep up with the site: they may still change what they carry of its energy. */
  #leastPruned(newest: number): number {
    let least = newest
    for (const state of this.lines.values()) {
      if (state.newest > newest - 2 * this.#horizonMs) least = Math.min(least, state.newest - this.#horizonMs)
    }
    return least
  }

  get #view(): HeldView {
    return {
      energyOf: (meter, from, to) => this.energy.touching(meter, from, to),
      production: (line, from, to) => this.production.touching(line, from, to),
      spans: (line, from, to) => this.line(line).spans.within(from, to),
    }
  }
}

/** The line's own context of a meter interval; a machine with states of its own says nothing about the line. */
function spansOf({ line, from, to, segments }: Energy): ContextSpan[] {
  if (line === undefined) return [siteSpan(from, to)]
  const spans: ContextSpan[] = []
  for (const { from, to, context } of segments ?? []) {
    if (context && (isMissing(context) || context.machine === undefined)) spans.push({ from, to, context })
  }
  return spans
}
