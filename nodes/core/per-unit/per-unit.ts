/**
 * The calculator: CO₂e per unit for every view of a line.
 *
 * It holds the facts of the open time and exact sums over them. A fact that comes, changes or goes moves only its own
 * postings, so the state is a pure function of the facts held, whatever order they came in.
 */

import { Cell } from './cell.ts'
import { FactStore } from './fact-store.ts'
import { FactorTimeline } from '../factor/factor.ts'
import { LineState } from './line-state.ts'
import type { PlantModel } from '../plant.ts'
import { PostingRules, type EnergyPosting } from './postings.ts'
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
  energy: Energy[]
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
  /** Meters of no line: no record is made of them, so any line's time will do. */
  readonly #unclaimed: readonly string[]

  constructor(options: CalculatorOptions) {
    this.#options = options
    this.#rules = new PostingRules(options.model, viewKeying(options))
    this.#unclaimed = options.model.meters.filter((m) => m.line === undefined).map((m) => m.id)
    const { minCoverage, constantFactor, plant } = options
    const products = new Map(options.model.products.map((p) => [p.sku, p]))
    this.#rendering = { products, minCoverage, constantFactor, plant }
  }

  /** Takes a meter interval in; a higher revision replaces a lower one, `replaces` are withdrawn. */
  energy(energy: Energy): void {
    if (this.#isForgotten(energy.line, energy.to)) return
    const { gone, isNew } = this.#energy.put(energy)
    const reason = gone.length > 0 || this.#isLate(energy.line, energy.to) ? 'late-energy' : undefined
    for (const old of gone) this.#book(old, -1, reason)
    if (isNew) this.#book(energy, 1, reason)
  }

  /** Takes a piece of production in. */
  production(piece: Production, why?: string): void {
    if (this.#isForgotten(piece.line, piece.to)) return
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

  /** The newest source time seen on a line. */
  newest(line: string): number {
    return this.#line(line).newest
  }

  /**
   * Records of a line that have something new to say: those whose view has closed by `watermark`, and with `all` the
   * open ones too. Each comes with its next revision.
   */
  due(line: string, watermark: number, all: boolean): Carbon[] {
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
    for (const state of this.#lines.values()) {
      const cell = state.cells.get(id)
      if (cell) return recordOf(state, cell, { ...this.#rendering, closed: cell.wasFinal }, cell.sent?.revision ?? 0)
    }
    return undefined
  }

  /** A record whose time has passed, as the facts held give it; one that nothing belongs to is empty. */
  closed(record: RecordName): Carbon {
    const state = this.#line(record.line)
    const cell = state.cells.get(record.id) ?? new Cell(keyOf(record))
    return recordOf(state, cell, { ...this.#rendering, closed: true }, 0)
  }

  /** Forgets the records that ended by a time: their facts are not, or not all, held. */
  forgetRecords(before: number): void {
    for (const state of this.#lines.values()) state.prune(before)
  }

  /** Says that a line was measured from a time on, by facts that are not held. */
  measuredSince(line: string, from: number): void {
    const state = this.#line(line)
    state.first = Math.min(state.first, from)
  }

  /** The facts held, for queries: meter intervals and pieces of production that touch `[from, to)`. */
  held(from: number, to: number): HeldFacts {
    const touches = (x: { from: number; to: number }): boolean => x.from < to && x.to > from
    return {
      energy: [...this.#energy.all()].filter(touches),
      production: [...this.#production.all()].filter(touches),
      spans: (line) => [...this.#line(line).spans.within(Math.max(from, this.#line(line).first), to)],
    }
  }

  /** What belongs to one record: the postings behind it, in order of time. */
  postingsOf(id: string): { energy: Energy; posting: EnergyPosting }[] {
    const found: { energy: Energy; posting: EnergyPosting }[] = []
    for (const energy of this.#energy.all()) {
      for (const posting of this.#rules.energy(energy, 1)) if (posting.key.id === id) found.push({ energy, posting })
    }
    return found.sort((a, b) => a.posting.part.from - b.posting.part.from || (a.energy.id < b.energy.id ? -1 : 1))
  }

  #book(energy: Energy, sign: 1 | -1, reason: string | undefined): void {
    for (const { key, part, booking } of this.#rules.energy(energy, sign)) {
      this.#cell(key, part.to, reason)?.book(part, booking)
    }
    if (energy.line !== undefined && sign === 1) this.#line(energy.line).saw(energy, this.#spansOf(energy))
  }

  #count(piece: Production, sign: 1 | -1, reason: string | undefined): void {
    for (const { key, share } of this.#rules.units(piece)) this.#cell(key, share.to, reason)?.count(piece, share, sign)
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
  #spansOf({ segments }: Energy): ContextSpan[] {
    const spans: ContextSpan[] = []
    for (const { from, to, context } of segments ?? []) {
      if (context && (isMissing(context) || context.machine === undefined)) spans.push({ from, to, context })
    }
    return spans
  }

  /** What is told again of a time that is no longer held would count twice, as nobody knows that it was there. */
  #isForgotten(line: string | undefined, to: number): boolean {
    return line !== undefined && to < this.#line(line).pruned
  }

  #isLate(line: string | undefined, to: number): boolean {
    return line !== undefined && to <= this.#line(line).newest - this.#options.latenessMs
  }

  #line(line: string): LineState {
    let state = this.#lines.get(line)
    if (!state) {
      const meters = this.#options.model.meters.filter((m) => m.line === line).map((m) => m.id)
      this.#lines.set(line, (state = new LineState(meters)))
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
    for (const meter of state.meters) this.#energy.prune(meter, before)
    for (const meter of this.#unclaimed) this.#energy.prune(meter, before)
    this.#production.prune(line, before)
    state.prune(before)
  }
}

const PRUNE_EVERY_MS = 600_000
