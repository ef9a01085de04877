/** Records of a time that is no longer held, against what the ledger's facts say of them now. */

import { RULES_CHANGED, saysTheSame } from '../core/per-unit/rendering.ts'
import type { RecordName } from '../core/per-unit/views.ts'
import { VIEWS, type Carbon, type View } from '../core/records.ts'
import { madeUnderOtherRules, type Plant } from '../shared/plant-version.ts'
import { rebuild, restsOnFrom } from '../shared/recompute.ts'
import type { Ledger } from '../stores/ledger.ts'

const DAY_MS = 86_400_000

export interface OldTime {
  ledger: Ledger
  plant: Plant
  /** True for a record that is told from memory. */
  isHeld: (name: Pick<RecordName, 'id' | 'line'>) => boolean
}

/** A stretch of old time of a line in which facts have changed. */
export interface Changed {
  line: string
  from: number
  to: number
  reasons: ReadonlySet<string>
}

/** Records that are reckoned together, from the facts of a stretch of time. */
export interface Portion {
  from: number
  to: number
  has: (record: RecordName) => boolean
}

/**
 * A change in portions that fit into memory: each local day with the records that began on it. Where a corrected context
 * may have moved the bounds of orders, these are a portion of their own, over all of the time that changed.
 */
export function portionsOf(changed: Changed, { ledger, plant }: OldTime): Portion[] {
  const { line, from, to, reasons } = changed
  const starts = new Set<number>()
  for (let at = from; at < to; at = plant.calendar.day(at).to) starts.add(plant.calendar.day(at).from)
  for (const record of recordsTouching(ledger, line, { from, to })) starts.add(plant.calendar.day(record.from).from)
  const moves = reasons.has('context-changed')
  const days = [...starts]
    .sort((a, b) => a - b)
    .map((start): Portion => {
      const day = plant.calendar.day(start)
      const began = (r: RecordName): boolean => r.from >= day.from && r.from < day.to
      return { from: day.from, to: day.to, has: (r) => began(r) && !(moves && r.view === 'order') }
    })
  return moves ? [...days, { from, to, has: (r) => r.view === 'order' }] : days
}

/** The records of a portion that say something else now, each with its next revision. */
export function restated(portion: Portion, { line, from, to, reasons }: Changed, time: OldTime): Carbon[] {
  const { ledger, plant, isHeld } = time
  const archived = ledger.archivedUntil() ?? -Infinity
  const mine = (r: RecordName): boolean => portion.has(r) && !isHeld(r) && restsOnFrom(r, plant) >= archived
  const around = { from: Math.min(from, portion.from), to: Math.max(to, portion.to) }
  const known = [...recordsTouching(ledger, line, around)]
  const told = new Map(known.filter((r) => isLasting(r) && r.to > from && r.from < to && mine(r)).map((r) => [r.id, r]))
  const whole: RecordName = { id: '', view: 'day', line, from: Math.max(portion.from, archived), to: portion.to }
  if (whole.from >= whole.to && told.size === 0) return []
  const past = rebuild(ledger, [...told.values(), whole], plant)
  const isOfOtherRules = madeUnderOtherRules(ledger)
  const why = (before: Carbon): string[] => [...reasons, ...(isOfOtherRules(before) ? [RULES_CHANGED] : [])].sort()
  const again = [...told.values()].flatMap((before): Carbon[] => {
    const now = past.closed(before)
    if (saysTheSame(before, now)) return []
    return [{ ...now, revision: before.revision + 1, status: 'restated', reasons: why(before) }]
  })
  const ids = new Set(known.map((r) => r.id))
  const isNew = (n: RecordName): boolean => !ids.has(n.id) && mine(n) && n.from >= portion.from && n.to <= portion.to
  const news = past
    .names(line)
    .filter(isNew)
    .map((name): Carbon => ({ ...past.closed(name), status: 'final', reasons: [] }))
  return [...again, ...news.filter((r) => r.buckets.length > 0)]
}

/** How long before a time a record of a view can have begun, milliseconds: it bounds what is looked through. */
const LOOK_BACK: Record<View, number> = {
  window: DAY_MS,
  shift: 2 * DAY_MS,
  'sku-shift': 2 * DAY_MS,
  day: 2 * DAY_MS,
  order: 62 * DAY_MS,
}

function* recordsTouching(ledger: Ledger, line: string, { from, to }: { from: number; to: number }): Generator<Carbon> {
  for (const view of VIEWS) {
    yield* ledger.records({ view, line, from: from - LOOK_BACK[view], since: from, until: to })
  }
}

const isLasting = ({ status, adjusts }: Carbon): boolean => status !== 'provisional' && !adjusts
