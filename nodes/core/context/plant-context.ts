/** The production context of a whole plant: takes facts in any order, lays context over energy, cuts counts into pieces. */

import type { Calendar } from '../calendar.ts'
import { LineContext } from './context.ts'
import type { ContextFact, CountFact } from './context-fact.ts'
import { CountTrack, type CountChange, type CountInterval } from './counts.ts'
import type { ContextOutcome } from './outcome.ts'
import type { PlantModel } from '../plant/plant.ts'
import { mostUnitsPerHour } from './plausible.ts'
import { piecesOf, withdrawal } from './production.ts'
import { isMissing, type Context, type Energy, type Production, type UnitRole } from '../records.ts'
import { StateWords } from './states.ts'
import { withContext, type ContextSpan } from '../segments.ts'
import type { Change } from './track.ts'

interface Line {
  context: LineContext
  counts: Map<UnitRole, CountTrack>
  /** Ids of the pieces that each counted interval was last cut into. */
  cuts: Map<string, string[]>
  /** How far energy and counts have been given a context: only that much can need a correction. */
  told: { from: number; to: number }
}

const NOTHING: ContextOutcome = { production: [] }
const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER }

/** Counts up with every piece that is sent, so that a piece cut anew replaces the one before, whoever cuts it. */
export interface PieceCount {
  last: number
}

export class PlantContext {
  readonly #lines = new Map<string, Line>()
  readonly #model: PlantModel
  readonly #pieces: PieceCount

  /** `pieces` must not begin below any that was sent before a restart. */
  constructor(model: PlantModel, calendar: Calendar, pieces: PieceCount = { last: 0 }) {
    this.#model = model
    this.#pieces = pieces
    for (const { id } of model.lines) {
      const context = new LineContext(id, calendar, new StateWords(model, id))
      this.#lines.set(id, {
        context,
        counts: new Map(),
        cuts: new Map(),
        told: { from: Number.MAX_SAFE_INTEGER, to: 0 },
      })
    }
  }

  /** Takes a fact in; one that is known already leads to nothing. */
  take(fact: ContextFact): ContextOutcome {
    const line = this.#lines.get(fact.line)
    if (!line) throw new Error(`line: expected a line of the plant model, got "${fact.line}"`)
    if (fact.type === 'count') return this.#counted(line, fact)
    const change = fact.type === 'job' ? line.context.job(fact) : line.context.step(fact)
    if (!change) return NOTHING
    const unread = fact.type === 'step' ? line.context.unread(fact) : undefined
    return { ...this.#changed(fact.line, line, change), ...(unread !== undefined && { unread }) }
  }

  /** Lays the context over a meter interval of a line. */
  lay(energy: Energy): void {
    const line = energy.line === undefined ? undefined : this.#lines.get(energy.line)
    if (!line) return
    this.#tell(line, energy)
    energy.segments = withContext(energy, line.context.spans(energy.from, energy.to, energy.machine))
  }

  /** The pieces of production of all lines that belong to counts touching a time; for a rebuild from facts. */
  *production({ from, to } = ALL_TIME): Generator<Production> {
    for (const [id, line] of this.#lines) {
      for (const [role, track] of line.counts) {
        for (const interval of track.intervals(from, to)) yield* this.#cut(id, { line, role, interval })
      }
    }
  }

  /** Cuts every count once more, as after a restart. */
  recutAll(): void {
    Array.from(this.production())
  }

  /** The newest time that energy or counts of a line have reached; 0 before the first. */
  newest(line: string): number {
    return this.#lines.get(line)?.told.to ?? 0
  }

  /** Forgets what no longer matters to a line from a time on. */
  prune(line: string, before: number): void {
    const known = this.#lines.get(line)
    if (!known) return
    known.context.prune(before)
    for (const key of known.cuts.keys()) if (Number(key.split('|')[2]) < before) known.cuts.delete(key)
    for (const track of known.counts.values()) track.prune(before)
  }

  #counted(line: Line, fact: CountFact): ContextOutcome {
    const track = this.#trackOf(line, fact)
    const { at, value, revision, kind, from, corrects } = fact
    const sameInstant = corrects === at
    const report = { at, value, kind, revision: revision + (sameInstant ? 1 : 0), ...(from !== undefined && { from }) }
    const changes = [corrects === undefined || sameInstant ? null : track.withdraw(corrects), track.report(report)]
    return { production: this.#recount(fact, line, changes) }
  }

  /**
   * The pieces of intervals that came; the first of them withdraws the pieces of those that went. A correction is two
   * changes, and what the first brings the second may take again.
   */
  #recount({ line: id, role }: CountFact, line: Line, changes: (CountChange | null)[]): Production[] {
    const came = new Map<string, CountInterval>()
    const went = new Map<string, CountInterval>()
    for (const change of changes) {
      for (const interval of change?.removed ?? []) {
        came.delete(cutKey(role, interval))
        went.set(cutKey(role, interval), interval)
      }
      for (const interval of change?.added ?? []) {
        went.delete(cutKey(role, interval))
        came.set(cutKey(role, interval), interval)
      }
    }
    const pieces = [...came.values()].flatMap((interval) => this.#cut(id, { line, role, interval }))
    for (const [key, interval] of went) {
      const ids = line.cuts.get(key) ?? []
      line.cuts.delete(key)
      if (pieces.length === 0 && ids.length > 0) {
        const [span] = line.context.spans(interval.from, interval.to)
        pieces.push(withdrawal({ line: id, interval, span: span!, revision: ++this.#pieces.last }))
      }
      withdraw(pieces[0], ids)
    }
    return pieces
  }

  #trackOf(line: Line, { line: id, role }: CountFact): CountTrack {
    let track = line.counts.get(role)
    if (!track) {
      const signal = this.#model.signals.find((s) => s.line === id && s.role === role)
      const { rolloverAt, scale } = signal ?? {}
      track = new CountTrack({ rolloverAt, scale, mostPerHour: mostUnitsPerHour(this.#model, id) })
      line.counts.set(role, track)
    }
    return track
  }

  #cut(id: string, { line, role, interval }: { line: Line; role: UnitRole; interval: CountInterval }): Production[] {
    this.#tell(line, interval)
    const spans = line.context.spans(interval.from, interval.to)
    const pieces = piecesOf({ line: id, role, interval, spans, revision: ++this.#pieces.last })
    const ids = pieces.map((p) => p.id)
    const key = cutKey(role, interval)
    withdraw(
      pieces[0],
      (line.cuts.get(key) ?? []).filter((old) => !ids.includes(old)),
    )
    line.cuts.set(key, ids)
    return pieces
  }

  /** A context that changed: energy and units of that time, as far as they were sent, are corrected in one message. */
  #changed(id: string, line: Line, change: Change): ContextOutcome {
    const from = Math.max(change.from, line.told.from)
    const to = Math.min(change.to, line.told.to)
    if (from >= to) return NOTHING
    const production: Production[] = []
    for (const [role, track] of line.counts) {
      for (const interval of track.intervals(from, to)) production.push(...this.#cut(id, { line, role, interval }))
    }
    const machines = [undefined, ...line.context.machines]
    const spans = machines.flatMap((machine) => line.context.spans(from, to, machine)).filter(isKnown)
    const flat = spans.map((span) => ({ ...span.context, from: span.from, to: span.to }))
    return { production: [], revision: { type: 'context-revision', line: id, from, to, spans: flat, production } }
  }

  #tell(line: Line, { from, to }: { from: number; to: number }): void {
    if (from < line.told.from) line.told.from = from
    if (to > line.told.to) line.told.to = to
  }
}

const cutKey = (role: UnitRole, { from, to }: CountInterval): string => `${role}|${from}|${to}`

function withdraw(piece: Production | undefined, ids: string[]): void {
  if (piece && ids.length > 0) piece.replaces = [...(piece.replaces ?? []), ...ids]
}

const isKnown = (span: ContextSpan): span is ContextSpan & { context: Context } => !isMissing(span.context)
