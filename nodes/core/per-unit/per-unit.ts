/**
 * The calculator: CO₂e per unit for every view of a line.
 *
 * It holds the facts of the open time and exact sums over them. A fact that comes, changes or goes moves only its own
 * postings, so the state is a pure function of the facts held, whatever order they came in.
 */

import { siteSpan, type Claim } from '../allocation/claims.ts'
import { Ownership, SITE } from '../allocation/ownership.ts'
import { Settlement } from '../allocation/settlement.ts'
import type { HeldView } from '../allocation/shares.ts'
import { Cell } from './cell.ts'
import { FactStore } from './fact-store.ts'
import { FactorTimeline } from '../factor/factor.ts'
import { LineState } from './line-state.ts'
import type { PlantModel } from '../plant.ts'
import { PostingRules } from './postings.ts'
import { nextRevision, recordOf, type RenderingOptions } from './rendering.ts'
import { factorReason, spansByMachine } from './revision.ts'
import {
  isMissing,
  UNIT_ROLES,
  type Carbon,
  type ContextRevision,
  type Energy,
  type FactorRevision,
  type Production,
  type Segment,
} from '../records.ts'
import { withContext, withFactors, type ContextSpan } from '../segments.ts'
import type { EnergyPart } from './tally.ts'
import { keyOf, viewKeying, type CellKey, type RecordName, type ViewOptions } from './views.ts'

export interface CalculatorOptions extends ViewOptions {
  model: PlantModel
  minCoverage: number
  /** How far back facts are kept and can still change, milliseconds. */
  horizonMs: number
  latenessMs: number
  constantFactor: number | null
  /** Version of the plant model and of these settings; named in each record. */
  plant?: string
}

export interface HeldFacts {
  claims: Claim[]
  production: Production[]
  /** What a line did in that time, from its first measurement on. */
  spans(line: string): ContextSpan[]
}

export class Calculator {
  readonly #options: CalculatorOptions
  readonly #rules: PostingRules
  readonly #energy = new FactStore<Energy>((e) => e.meter)
  readonly #production = new FactStore<Production>((p) => p.line)
  readonly #lines = new Map<string, LineState>()
  readonly #rendering: RenderingOptions
  readonly #ownership: Ownership
  readonly #settlement: Settlement
  /** What lies before is not held of any line, also of one that nothing is held of. */
  #forgotten = 0

  constructor(options: CalculatorOptions) {
    const { model, minCoverage, constantFactor, plant, windowMs: periodMs } = options
    const products = new Map(model.products.map((p) => [p.sku, p]))
    const ownership = new Ownership(model)
    const book = (claims: readonly Claim[], sign: 1 | -1, reason: string | undefined): void =>
      claims.forEach((claim) => this.#claim(claim, sign, reason))
    this.#options = options
    this.#ownership = ownership
    this.#rules = new PostingRules(ownership, viewKeying(options))
    this.#settlement = new Settlement({ ownership, facts: this.#view, products, periodMs, book })
    this.#rendering = { products, minCoverage, constantFactor, plant }
  }

  /** Takes a meter interval in; a higher revision replaces a lower one, `replaces` are withdrawn. */
  energy(energy: Energy): void {
    if (this.isForgotten(energy.line, energy.to)) return
    const { gone, isNew } = this.#energy.put(energy)
    const reason = gone.length > 0 || this.#isLate(energy.line, energy.to) ? 'late-energy' : undefined
    for (const old of gone) this.#book(old, -1, reason)
    if (isNew) this.#book(energy, 1, reason)
  }

  /** Takes a piece of production in. */
  production(piece: Production, why?: string): void {
    if (this.isForgotten(piece.line, piece.to)) return
    // A piece without any units only withdraws others.
    const isWithdrawal = UNIT_ROLES.every((role) => piece[role] === null)
    const { gone, isNew } = isWithdrawal
      ? { gone: this.#production.withdraw(piece), isNew: false }
      : this.#production.put(piece)
    const reason = why ?? (gone.length > 0 || this.#isLate(piece.line, piece.to) ? 'late-count' : undefined)
    for (const old of gone) this.#count(old, -1, reason)
    if (isNew) this.#count(piece, 1, reason)
  }

  /** Lays new factors over the energy of a carrier and zone. */
  factorRevision(revision: FactorRevision): void {
    const timeline = new FactorTimeline()
    for (const row of revision.factors) timeline.add(row)
    const { carrier, zone, from, to } = revision
    for (const meter of this.#options.model.meters) {
      if (meter.carrier !== carrier || (meter.zone ?? this.#options.model.gridZone) !== zone) continue
      for (const energy of this.#energy.touching(meter.id, from, to)) {
        this.#recut(energy, withFactors(energy, timeline.pieces(carrier, zone, from, to)), factorReason)
      }
    }
  }

  /** Lays a corrected context over the energy and the time of a line; its production comes with it. */
  contextRevision(revision: ContextRevision): void {
    const line = this.#line(revision.line)
    const bySpan = spansByMachine(revision)
    for (const span of bySpan.get('') ?? []) line.spans.correct(span)
    line.touchAll('context-changed', revision)
    this.#settlement.touchLine(revision.line, revision, 'context-changed')
    for (const meter of this.#options.model.meters) {
      if (meter.line !== revision.line) continue
      const spans = bySpan.get(meter.machine ?? '') ?? bySpan.get('') ?? []
      for (const energy of this.#energy.touching(meter.id, revision.from, revision.to)) {
        this.#recut(energy, withContext(energy, spans), () => 'context-changed')
      }
    }
    for (const piece of revision.production ?? []) this.production(piece, 'context-changed')
  }

  /**
   * Remembers what was said of a record before a restart. Not every revision of an open record is kept, so that one goes
   * on `skipped` revisions later.
   */
  restoreRecord(record: Carbon, skipped: number): void {
    const cell = this.#line(record.line).cells.get(record.id)
    if (!cell) return
    cell.sent = record.status === 'provisional' ? { ...record, revision: record.revision + skipped } : record
  }

  lines(): string[] {
    return [...this.#lines.keys()]
  }

  /** The lines whose records a fact of this line may move, itself included; `SITE` for a fact of no line. */
  alongside(line: string = SITE): Iterable<string> {
    return this.#ownership.alongside(line)
  }

  /** The newest source time seen on a line. */
  newest(line: string): number {
    return this.#line(line).newest
  }

  /**
   * Records of a line that have something new to say: those whose view has closed by `watermark`, and with `all` the
   * open ones too. Each comes with its next revision.
   */
  due(line: string, watermark: number, all: boolean): Carbon[] {
    this.#settlement.settle()
    const state = this.#line(line)
    state.close(watermark)
    const result: Carbon[] = []
    for (const cell of state.open()) {
      const closed = state.endOf(cell) <= watermark
      if (!cell.dirty || !(all || closed)) continue
      const record = nextRevision(state, cell, { ...this.#rendering, closed })
      cell.dirty = false
      if (record) result.push(record)
    }
    this.#prune(line, state)
    return result
  }

  /** The record of an id as the facts held give it now, or `undefined`. */
  figures(id: string): Carbon | undefined {
    this.#settlement.settle()
    for (const state of this.#lines.values()) {
      const cell = state.cells.get(id)
      if (cell) return recordOf(state, cell, { ...this.#rendering, closed: cell.wasFinal }, cell.sent?.revision ?? 0)
    }
    return undefined
  }

  /** A record whose time has passed, as the facts held give it; one that nothing belongs to is empty. */
  closed(record: RecordName): Carbon {
    this.#settlement.settle()
    const state = this.#line(record.line)
    const cell = state.cells.get(record.id) ?? new Cell(keyOf(record))
    return recordOf(state, cell, { ...this.#rendering, closed: true }, 0)
  }

  /** True where what ended by `to` is no longer held: told again it would count twice, as nobody knows that it was there. */
  isForgotten(line: string = SITE, to: number): boolean {
    return to <= this.forgottenUntil(line)
  }

  /** Up to when the facts of a line are no longer held. */
  forgottenUntil(line: string = SITE): number {
    return this.#lines.get(line)?.pruned ?? this.#forgotten
  }

  /** The names of a line's records that are held. */
  names(line: string): RecordName[] {
    this.#settlement.settle()
    const state = this.#line(line)
    return [...state.cells.values()].map((cell) => ({ ...cell.key, ...state.boundsOf(cell) }))
  }

  /** Forgets the records that ended by a time: their facts are not, or not all, held. */
  forgetRecords(before: number): void {
    this.#forgotten = before
    for (const state of this.#lines.values()) state.prune(before)
  }

  /** Says that a line was measured from a time on, by facts that are not held. */
  measuredSince(line: string, from: number): void {
    const state = this.#line(line)
    state.first = Math.min(state.first, from)
  }

  /** The facts held, for queries: claims on energy and pieces of production that touch `[from, to)`. */
  held(from: number, to: number): HeldFacts {
    const touches = (x: { from: number; to: number }): boolean => x.from < to && x.to > from
    return {
      claims: [...this.#claims()].filter(touches),
      production: [...this.#production.all()].filter(touches),
      spans: (line) => [...this.#line(line).spans.within(Math.max(from, this.#line(line).first), to)],
    }
  }

  /** What belongs to one record: the parts behind it, in order of time. */
  partsOf(id: string): EnergyPart[] {
    const found: EnergyPart[] = []
    for (const claim of this.#claims()) {
      for (const { key, part } of this.#rules.post(claim, 1)) if (key.id === id) found.push(part)
    }
    const name = ({ claim }: EnergyPart): string => `${claim.energy.id}\n${claim.booking.meter}`
    return found.sort((a, b) => a.from - b.from || (name(a) < name(b) ? -1 : 1))
  }

  /** Every claim on the energy held. */
  *#claims(): Generator<Claim> {
    this.#settlement.settle()
    for (const energy of this.#energy.all()) yield* this.#rules.claims(energy)
    yield* this.#settlement.claims()
  }

  #book(energy: Energy, sign: 1 | -1, reason: string | undefined): void {
    for (const claim of this.#rules.claims(energy)) this.#claim(claim, sign, reason)
    if (sign === 1) this.#line(energy.line ?? SITE).saw(energy, this.#spansOf(energy))
    this.#settlement.touchMeter(energy.meter, energy, reason)
  }

  #claim(claim: Claim, sign: 1 | -1, reason: string | undefined): void {
    for (const { key, part } of this.#rules.post(claim, sign)) this.#cell(key, part.to, reason)?.book(part)
  }

  #count(piece: Production, sign: 1 | -1, reason: string | undefined): void {
    for (const { key, share } of this.#rules.units(piece)) this.#cell(key, share.to, reason)?.count(piece, share, sign)
    this.#settlement.touchLine(piece.line, piece, reason)
    if (sign === 1) this.#line(piece.line).saw(piece, [{ from: piece.from, to: piece.to, context: piece.context }])
  }

  #recut(energy: Energy, segments: Segment[], reason: (before: Segment[], after: Segment[]) => string): void {
    const before = energy.segments ?? []
    const why = reason(before, segments)
    this.#book(energy, -1, why)
    energy.segments = segments
    this.#book(energy, 1, why)
  }

  /** The line's own context of a meter interval; a machine with states of its own says nothing about the line. */
  #spansOf({ line, from, to, segments }: Energy): ContextSpan[] {
    if (line === undefined) return [siteSpan(from, to)]
    const spans: ContextSpan[] = []
    for (const { from, to, context } of segments ?? []) {
      if (context && (isMissing(context) || context.machine === undefined)) spans.push({ from, to, context })
    }
    return spans
  }

  #isLate(line: string = SITE, to: number): boolean {
    return to <= this.#line(line).newest - this.#options.latenessMs
  }

  #line(line: string): LineState {
    let state = this.#lines.get(line)
    if (!state) {
      this.#lines.set(line, (state = new LineState(this.#ownership.expected(line))))
      state.pruned = this.#forgotten
    }
    return state
  }

  /** The cell for a part that ends at `to`; none where it is forgotten: made anew it would hold a part of the whole. */
  #cell(key: CellKey, to: number, reason: string | undefined): Cell | undefined {
    const state = this.#line(key.line)
    if (to <= state.pruned && !state.cells.has(key.id)) return undefined
    const cell = state.cell(key)
    if (reason) cell.reasons.add(reason)
    return cell
  }

  /** Now and then a line forgets what is older than its horizon: one may play an old recording while another is live. */
  #prune(line: string, state: LineState): void {
    const before = state.newest - this.#options.horizonMs
    if (before < state.pruned + PRUNE_EVERY_MS) return
    const kept = line === SITE ? Math.min(before, this.#leastPruned(state.newest)) : before
    for (const meter of this.#ownership.own(line)) {
      this.#energy.prune(meter, kept)
      this.#settlement.prune(meter, kept)
    }
    this.#production.prune(line, before)
    state.prune(before)
  }

  /** How far all lines have forgotten that keep up with the site: they may still change what they carry of its energy. */
  #leastPruned(newest: number): number {
    let least = newest
    for (const state of this.#lines.values()) {
      if (state.newest > newest - 2 * this.#options.horizonMs)
        least = Math.min(least, state.newest - this.#options.horizonMs)
    }
    return least
  }

  get #view(): HeldView {
    return {
      energyOf: (meter, from, to) => this.#energy.touching(meter, from, to),
      production: (line, from, to) => this.#production.touching(line, from, to),
      spans: (line, from, to) => this.#line(line).spans.within(from, to),
    }
  }
}

const PRUNE_EVERY_MS = 600_000
