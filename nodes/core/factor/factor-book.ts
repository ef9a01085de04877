/**
 * What a factor node keeps: the rows it knows, the energy that has passed, and what follows from a new row for both.
 */

import { compareVersions, sameRow, slotIdOf } from './factor-order.ts'
import { lastIndexAt } from '../context/sorted.ts'
import { grouped } from '../grouped.ts'
import { hull, type Span } from './factor-spans.ts'
import { FactorTimeline, rowsOf, type FactorPiece } from './factor.ts'
import type { EmissionFactor, Energy, FactorRevision } from '../records.ts'

/**
 * How rows are meant. `settle`: each is an event, and the same one again is a duplicate. `poll`: what the provider says
 * now, so the newest answer counts even where it returns to an older value. `state`: a table as it stands, which wins
 * over what it said before.
 */
export type Meaning = 'settle' | 'poll' | 'state'

export interface Taken {
  /** Rows not known before. */
  rows: EmissionFactor[]
  /** Those of them to be kept now; the others are kept when energy first uses them. */
  facts: EmissionFactor[]
  /** New winners for energy that has already passed. */
  revisions: FactorRevision[]
}

const DAY_MS = 86_400_000

export class FactorBook {
  readonly #timeline = new FactorTimeline()
  readonly #passed = new Map<string, Span>()
  /** Polled rows that no energy has used yet, by id: a forecast that is replaced in time leaves no fact. */
  readonly #unused = new Map<string, EmissionFactor>()
  readonly #horizonMs: number
  #newest = -Infinity
  #prunedAt = -Infinity

  /** `horizonMs`: how far behind the newest energy a factor can still change. */
  constructor(horizonMs: number) {
    this.#horizonMs = horizonMs
  }

  /** A row as it was kept before a restart. */
  restore(row: EmissionFactor): void {
    this.#timeline.add(row)
  }

  /** Says that energy of a carrier and zone has passed in this time. */
  pass(carrier: string, zone: string, { from, to }: Span): void {
    const passed = this.#passed.get(nameOf(carrier, zone))
    if (!passed) this.#passed.set(nameOf(carrier, zone), { from, to })
    else {
      if (from < passed.from) passed.from = from
      if (to > passed.to) passed.to = to
    }
    if (to > this.#newest) this.#newest = to
    if (this.#newest - this.#prunedAt > DAY_MS) this.#prune()
  }

  /** The factors over an interval of energy, and the rows that it is the first to use. */
  lay({ carrier, from, to }: Pick<Energy, 'carrier' | 'from' | 'to'>, zone: string): LaidFactors {
    this.pass(carrier, zone, { from, to })
    const pieces = this.#timeline.pieces(carrier, zone, from, to)
    return { pieces, facts: this.#unused.size === 0 ? [] : pieces.flatMap(rowsOf).flatMap((row) => this.#use(row)) }
  }

  /** What holds at the end of the energy that has passed. */
  newest(carrier: string, zone: string): FactorPiece | undefined {
    const to = this.#passed.get(nameOf(carrier, zone))?.to
    return to === undefined ? undefined : this.#timeline.pieces(carrier, zone, to - 1, to)[0]
  }

  /** Takes rows in. A row whose `retrievedAt` is `stampedAt` got it from us, so it does not tell two rows apart. */
  take(rows: readonly EmissionFactor[], meaning: Meaning, stampedAt = NaN): Taken {
    const taken: Taken = { rows: [], facts: [], revisions: [] }
    const changes = new Map<string, Change>()
    for (const given of rows) {
      const row = this.#understood(given, meaning, stampedAt)
      if (!row) continue
      const changed = this.#timeline.add(row)
      taken.rows.push(row)
      if (meaning === 'poll') this.#keepUnused(row)
      else taken.facts.push(row)
      if (changed) noteChange(changes, row, changed)
    }
    for (const change of changes.values()) taken.revisions.push(...this.#revisions(change))
    taken.facts.push(...taken.revisions.flatMap((r) => r.factors).flatMap((row) => this.#use(row)))
    return taken
  }

  /** The rows that never play their part, because a life-cycle factor holds over their whole time. */
  shadowed(rows: readonly EmissionFactor[]): EmissionFactor[] {
    const upstream = rows.filter((row) => row.boundary === 'wtt')
    return grouped(upstream, (row) => nameOf(row.carrier, row.zone)).flatMap((group) => this.#shadowedIn(group))
  }

  #shadowedIn(rows: readonly EmissionFactor[]): EmissionFactor[] {
    const { carrier, zone } = rows[0]!
    const { from, to } = rows.reduce<Span | null>(hull, null)!
    const pieces = this.#timeline.pieces(carrier, zone, from, to)
    const lifecycle = joined(pieces.filter((piece) => piece.location?.boundary === 'lifecycle'))
    const covers = lifecycle.map((span) => ({ at: span.from, to: span.to }))
    return rows.filter((row) => (covers[lastIndexAt(covers, row.from)]?.to ?? -Infinity) >= row.to)
  }

  /** The row as it enters the time line; nothing where it says what is known. */
  #understood(row: EmissionFactor, meaning: Meaning, stampedAt: number): EmissionFactor | undefined {
    const versions = this.#timeline.versions(row)
    if (meaning === 'settle') {
      const again = (v: EmissionFactor): boolean =>
        sameRow(v, row) && (row.retrievedAt === stampedAt || row.retrievedAt === v.retrievedAt)
      return versions.some(again) ? undefined : row
    }
    if (meaning === 'poll') {
      const last = versions.filter((v) => v.quality === row.quality).sort((a, b) => b.retrievedAt - a.retrievedAt)[0]
      return last && sameRow(last, row) ? undefined : row
    }
    const newest = versions.toSorted((a, b) => b.revision - a.revision)[0]
    if (!newest) return row
    const next = { ...row, revision: Math.max(row.revision, newest.revision + 1) }
    const stands = sameRow({ ...newest, revision: next.revision }, next) && newest.withdrawn === row.withdrawn
    return stands ? undefined : next
  }

  #keepUnused(row: EmissionFactor): void {
    const kept = this.#unused.get(row.id)
    if (!kept || compareVersions(row, kept) < 0) this.#unused.set(row.id, row)
  }

  #use(row: EmissionFactor): EmissionFactor[] {
    const id = slotIdOf(row)
    const unused = this.#unused.get(id)
    if (unused) this.#unused.delete(id)
    return unused ? [unused] : []
  }

  /** The winners of the changed time, as far as energy has passed in it. */
  #revisions({ carrier, zone, spans }: Change): FactorRevision[] {
    const passed = this.#passed.get(nameOf(carrier, zone))
    if (!passed) return []
    const least = Math.max(passed.from, this.#newest - this.#horizonMs)
    return joined(spans)
      .map((span) => ({ from: Math.max(span.from, least), to: Math.min(span.to, passed.to) }))
      .filter((span) => span.from < span.to)
      .map(({ from, to }) => {
        const factors = this.#timeline.winners(carrier, zone, from, to)
        return { type: 'factor-revision', carrier, zone, from, to, factors }
      })
  }

  #prune(): void {
    this.#prunedAt = this.#newest
    const before = this.#newest - this.#horizonMs
    this.#timeline.prune(before)
    for (const [id, row] of this.#unused) if (row.to <= before) this.#unused.delete(id)
  }
}

export interface LaidFactors {
  pieces: readonly FactorPiece[]
  facts: EmissionFactor[]
}

interface Change {
  carrier: string
  zone: string
  spans: Span[]
}

const nameOf = (carrier: string, zone: string): string => `${carrier}\n${zone}`

function noteChange(changes: Map<string, Change>, { carrier, zone }: EmissionFactor, span: Span): void {
  const change = changes.get(nameOf(carrier, zone)) ?? { carrier, zone, spans: [] }
  changes.set(nameOf(carrier, zone), change)
  change.spans.push(span)
}

/** Spans that touch become one. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else result.push({ ...span })
  }
  return result
}
