/** When a record has something new to say, and the revision that says it. */

import type { PlantModel, PlantProduct } from '../plant/plant.ts'
import type { Carbon } from '../records.ts'
import type { Cell } from './cell.ts'
import type { LineState } from './line-state.ts'
import { figuresOf } from './record.ts'
import { belongs } from './views.ts'

export interface RenderingOptions {
  products: ReadonlyMap<string, PlantProduct>
  carriers: PlantModel['carriers']
  minCoverage: number
  constantFactor: number | null
  /** Version of the plant model, named in each record. */
  plant?: string | undefined
}

/** The next revision of a record, or `null` where it would say what the last one said. */
export function nextRevision(
  state: LineState,
  cell: Cell,
  { closed, ...options }: RenderingOptions & { closed: boolean },
): Carbon | null {
  const record = recordOf(state, cell, { closed, ...options }, (cell.sent?.revision ?? -1) + 1)
  cell.reasons.clear()
  if (cell.sent ? saysTheSame(cell.sent, record) : cell.isEmpty) return null
  cell.sent = record
  cell.isOfOtherRules = false
  return record
}

/** The record as the facts held give it now. */
export function recordOf(
  state: LineState,
  cell: Cell,
  options: RenderingOptions & { closed: boolean },
  revision: number,
): Carbon {
  const { closed, plant, ...rest } = options
  const { from, to } = state.boundsOf(cell)
  const told = { from: Math.max(from, state.first), to: closed ? to : Math.min(to, state.evident) }
  const spans = [...state.spans.within(told.from, told.to)].filter((s) => belongs(cell.key, s.context))
  const isCalendar = cell.key.view === 'day' || cell.key.view === 'shift'
  const spanMs = spans.reduce((sum, s) => sum + s.to - s.from, 0)
  const expectedMs = isCalendar ? Math.max(0, told.to - told.from) : spanMs
  return {
    ...figuresOf(cell, { from, to, spans, expectedMs, meters: state.meters, ...rest }),
    revision,
    ...statusOf(cell, closed),
    ...(plant !== undefined && { plant }),
  }
}

/** Why a restated record may differ by more than what its new facts say. */
export const RULES_CHANGED = 'rules-changed'

/** The first that is said of a record corrects nothing, so it has no reasons. */
function statusOf(cell: Cell, closed: boolean): Pick<Carbon, 'status' | 'reasons'> {
  const status = cell.wasFinal ? 'restated' : closed ? 'final' : 'provisional'
  const reasons = cell.isOfOtherRules ? [...cell.reasons, RULES_CHANGED] : [...cell.reasons]
  return { status, reasons: cell.sent ? reasons.sort() : [] }
}

/** True where two revisions differ in nothing but their number, their reasons and the version of the plant model. */
export function saysTheSame(a: Carbon, b: Carbon): boolean {
  const moves = a.status === 'provisional'
  return moves === (b.status === 'provisional') && isSame(bare(a, moves), bare(b, moves))
}

/** The shape of the power is evidence while a record moves; no fact holds it, so a closed record must not hang on it. */
function bare({ revision: _r, reasons: _w, plant: _p, status: _s, ...record }: Carbon, moves: boolean): object {
  return moves ? record : { ...record, buckets: record.buckets.map(({ signal: _shape, ...bucket }) => bucket) }
}

/** Equal content, whatever the order of keys: what a ledger gives back has them sorted. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const keys = Object.keys(a) as (keyof typeof a)[]
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(a[key], b[key]))
}
