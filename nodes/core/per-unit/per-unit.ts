/**
 * The calculator: CO₂e per unit for every view of a line.
 *
 * It holds the facts of the open time and exact sums over them. A fact that comes, changes or goes moves only its own
 * postings, so the state is a pure function of the facts held, whatever order they came in.
 */

import type { Claim } from '../allocation/claims.ts'
import { SITE } from '../allocation/ownership.ts'
import { Books, type BooksOptions } from './books.ts'
import { Cell } from './cell.ts'
import { FactorTimeline } from '../factor/factor.ts'
import { nextRevision, recordOf, type RenderingOptions } from './rendering.ts'
import { factorReason, spansByMachine } from './revision.ts'
import {
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
import { keyOf, type RecordName } from './views.ts'

export interface CalculatorOptions extends BooksOptions {
  minCoverage: number
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
  readonly #books: Books
  readonly #rendering: RenderingOptions

  constructor(options: CalculatorOptions) {
    const { model, minCoverage, constantFactor, plant } = options
    const products = new Map(model.products.map((p) => [p.sku, p]))
    this.#options = options
    this.#books = new Books(options)
    this.#rendering = { products, carriers: model.carriers, minCoverage, constantFactor, plant }
  }

  /** Takes a meter interval in; a higher revision replaces a lower one, `replaces` are withdrawn. */
  energy(energy: Energy): void {
    if (this.isForgotten(energy.line, energy.to)) return
    const { gone, isNew } = this.#books.energy.put(energy)
    const reason = gone.length > 0 || this.#isLate(energy.line, energy.to) ? 'late-energy' : undefined
    for (const old of gone) this.#books.book(old, -1, reason)
    if (isNew) this.#books.book(energy, 1, reason)
  }

  /** Takes a piece of production in. */
  production(piece: Production, why?: string): void {
    if (this.isForgotten(piece.line, piece.to)) return
    // A piece without any units only withdraws others.
    const isWithdrawal = UNIT_ROLES.every((role) => piece[role] === null)
    const { gone, isNew } = isWithdrawal
      ? { gone: this.#books.production.withdraw(piece), isNew: false }
      : this.#books.production.put(piece)
    const reason = why ?? (gone.length > 0 || this.#isLate(piece.line, piece.to) ? 'late-count' : undefined)
    for (const old of gone) this.#books.count(old, -1, reason)
    if (isNew) this.#books.count(piece, 1, reason)
  }

  /** Lays new factors over the energy of a carrier and zone. */
  factorRevision(revision: FactorRevision): void {
    const timeline = new FactorTimeline()
    for (const row of revision.factors) timeline.add(row)
    const { carrier, zone, from, to } = revision
    for (const meter of this.#options.model.meters) {
      if (meter.carrier !== carrier || (meter.zone ?? this.#options.model.gridZone) !== zone) continue
      for (const energy of this.#books.energy.touching(meter.id, from, to)) {
        this.#recut(energy, withFactors(energy, timeline.pieces(carrier, zone, from, to)), factorReason)
      }
    }
  }

  /** Lays a corrected context over the energy and the time of a line; its production comes with it. */
  contextRevision(revision: ContextRevision): void {
    const line = this.#books.line(revision.line)
    const bySpan = spansByMachine(revision)
    for (const span of bySpan.get('') ?? []) line.spans.correct(span)
    line.touchAll('context-changed', revision)
    this.#books.settlement.touchLine(revision.line, revision, 'context-changed')
    for (const meter of this.#options.model.meters) {
      if (meter.line !== revision.line) continue
      const spans = bySpan.get(meter.machine ?? '') ?? bySpan.get('') ?? []
      for (const energy of this.#books.energy.touching(meter.id, revision.from, revision.to)) {
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
    const cell = this.#books.line(record.line).cells.get(record.id)
    if (!cell) return
    cell.sent = record.status === 'provisional' ? { ...record, revision: record.revision + skipped } : record
  }

  /**
   * The same for a lasting record that was made under other rules. It counts as said what these rules make of its facts,
   * so that it is restated when a fact changes it, and not because the rules did.
   */
  restoreRecordOfOtherRules(record: Carbon): void {
    this.#books.settlement.settle()
    const state = this.#books.line(record.line)
    const cell = state.cells.get(record.id)
    if (!cell) return
    const { revision, status, reasons } = record
    cell.sent = { ...recordOf(state, cell, { ...this.#rendering, closed: true }, revision), status, reasons }
    cell.isOfOtherRules = true
  }

  lines(): string[] {
    return [...this.#books.lines.keys()]
  }

  /** The lines whose records a fact of this line may move, itself included; `SITE` for a fact of no line. */
  alongside(line: string = SITE): Iterable<string> {
    return this.#books.ownership.alongside(line)
  }

  /** The newest source time seen on a line. */
  newest(line: string): number {
    return this.#books.line(line).newest
  }

  /**
   * Records of a line that have something new to say: those whose view has closed by `watermark`, and with `all` the
   * open ones too, `most` of them at a time. Each comes with its next revision. A stale one waits until it was taken over.
   */
  due(line: string, watermark: number, all: boolean, most = Infinity): Carbon[] {
    this.#books.settlement.settle()
    const state = this.#books.line(line)
    state.close(watermark)
    const result: Carbon[] = []
    let isCut = false
    for (const cell of state.open()) {
      const closed = state.endOf(cell) <= watermark
      if (!cell.dirty || cell.isStale || !(all || closed)) continue
      if ((isCut = result.length >= most)) break
      const record = nextRevision(state, cell, { ...this.#rendering, closed })
      cell.dirty = false
      if (record) result.push(record)
    }
    // What is still to be said must not be forgotten before.
    if (!isCut) this.#books.prune(line)
    return result
  }

  /** The record of an id as the facts held give it now, or `undefined`. */
  figures(id: string): Carbon | undefined {
    this.#books.settlement.settle()
    for (const state of this.#books.lines.values()) {
      const cell = state.cells.get(id)
      if (cell) return recordOf(state, cell, { ...this.#rendering, closed: cell.wasFinal }, cell.sent?.revision ?? 0)
    }
    return undefined
  }

  /** True for a record in the making. */
  knows(id: string): boolean {
    return [...this.#books.lines.values()].some((state) => state.cells.has(id))
  }

  /** True where the facts of a record are held. */
  holds(id: string): boolean {
    return [...this.#books.lines.values()].some((state) => state.cells.get(id)?.isStale === false)
  }

  /** A record whose time has passed, as the facts held give it; one that nothing belongs to is empty. */
  closed(record: RecordName): Carbon {
    this.#books.settlement.settle()
    const state = this.#books.line(record.line)
    const cell = state.cells.get(record.id) ?? new Cell(keyOf(record))
    return recordOf(state, cell, { ...this.#rendering, closed: true }, 0)
  }

  /** True where what ended by `to` is no longer held: told again it would count twice, as nobody knows that it was there. */
  isForgotten(line: string = SITE, to: number): boolean {
    return to <= this.#books.forgottenUntil(line)
  }

  /** Up to when the facts of a line are no longer held. */
  forgottenUntil(line: string = SITE): number {
    return this.#books.forgottenUntil(line)
  }

  /**
   * Says that facts of a line have changed in a time that is no longer held. The records that reach from there into the
   * time that is are stale: they are not told until `takeOver`. `orders` are those that the change names.
   */
  stale(line: string, time: { from: number; to: number }, orders: ReadonlySet<string>): void {
    this.#books.line(line).markStale(time, orders)
  }

  /** The stale records of a line, with the time of them that is forgotten. */
  staleNames(line: string): RecordName[] {
    const state = this.#books.line(line)
    const stale = [...state.cells.values()].filter((cell) => cell.isStale)
    const forgotten = stale.map((cell) => ({ ...cell.key, from: state.boundsOf(cell).from, to: state.pruned }))
    return forgotten.filter(({ from, to }) => from < to)
  }

  /** Reckons the stale records of a line anew, with what a calculator of the forgotten time says of it. */
  takeOver(line: string, past: Calculator, reasons: Iterable<string>): void {
    const state = this.#books.line(line)
    for (const cell of state.cells.values()) if (cell.isStale) for (const why of reasons) cell.reasons.add(why)
    this.#books.takeOver(line, past.#books)
  }

  /** The names of a line's records that are held. */
  names(line: string): RecordName[] {
    this.#books.settlement.settle()
    const state = this.#books.line(line)
    return [...state.cells.values()].map((cell) => ({ ...cell.key, ...state.boundsOf(cell) }))
  }

  /** Forgets the records that ended by a time: their facts are not, or not all, held. */
  forgetRecords(before: number): void {
    this.#books.forget(before)
  }

  /** Says that a line was measured from a time on, by facts that are not held. */
  measuredSince(line: string, from: number): void {
    const state = this.#books.line(line)
    state.first = Math.min(state.first, from)
  }

  /** The facts held, for queries: claims on energy and pieces of production that touch `[from, to)`. */
  held(from: number, to: number): HeldFacts {
    const touches = (x: { from: number; to: number }): boolean => x.from < to && x.to > from
    return {
      claims: [...this.#books.claims()].filter(touches),
      production: [...this.#books.production.all()].filter(touches),
      spans: (line) => {
        const { spans, first } = this.#books.line(line)
        return [...spans.within(Math.max(from, first), to)]
      },
    }
  }

  /** What belongs to one record: the parts behind it, in order of time. */
  partsOf(id: string): EnergyPart[] {
    const found: EnergyPart[] = []
    for (const claim of this.#books.claims()) {
      for (const { keys, part } of this.#books.postings(claim)) if (keys.some((key) => key.id === id)) found.push(part)
    }
    const name = ({ claim }: EnergyPart): string => `${claim.energy.id}\n${claim.booking.meter}`
    return found.sort((a, b) => a.from - b.from || (name(a) < name(b) ? -1 : 1))
  }

  #recut(energy: Energy, segments: Segment[], reason: (before: Segment[], after: Segment[]) => string): void {
    const before = energy.segments ?? []
    const why = reason(before, segments)
    this.#books.book(energy, -1, why)
    energy.segments = segments
    this.#books.book(energy, 1, why)
  }

  #isLate(line: string = SITE, to: number): boolean {
    return to <= this.#books.line(line).newest - this.#options.latenessMs
  }
}
