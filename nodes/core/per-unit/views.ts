/** The five views of the same facts: which records a piece of energy or production belongs to. */

import type { Calendar } from '../calendar.ts'
import { joinedId } from '../ids.ts'
import type { Keying } from './postings.ts'
import { isMissing, type Carbon, type Context, type Missing, type View } from '../records.ts'

/** What one record is about. Two pieces with the same `id` belong together. */
export interface CellKey {
  id: string
  view: View
  line: string
  order?: string
  sku?: string
  shift?: string
  /** The bounds of the view; an order has none of its own. */
  from?: number
  to?: number
}

/** What a record is called, and the time it covers. */
export type RecordName = Pick<Carbon, 'id' | 'view' | 'line' | 'order' | 'sku' | 'shift' | 'from' | 'to'>

export interface ViewOptions {
  views: readonly View[]
  windowMs: number
  calendar: Calendar
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** The records of the five views, as the rules for booking ask for them. */
export const viewKeying = (options: ViewOptions): Keying => {
  const last = new Map<string, Keyed>()
  return {
    isLong: (ms) => ms > MOST_WINDOWS * options.windowMs,
    cuts: (from, to, isLong) => viewCuts(from, to, isLong ? without(options, 'window') : options),
    keys: ({ line, from, context, isLong }) => {
      if (isLong) return keysOf(line, from, context, without(options, 'window'))
      const known = last.get(line)
      if (known && known.context === context && from >= known.from && from < known.to) return known.keys
      const keys = keysOf(line, from, context, options)
      last.set(line, { context, keys, ...sameKeys(from, options) })
      return keys
    },
  }
}

/**
 * Windows that one interval is cut into at the most; a month has 2,976 of 15 minutes. A longer one counts in all other
 * views: an even share of a year says nothing of a quarter of an hour, and would cost as much as the year itself.
 */
const MOST_WINDOWS = 3_000

const without = (options: ViewOptions, view: View): ViewOptions => ({
  ...options,
  views: options.views.filter((v) => v !== view),
})

/** The keys of a line's last piece: mostly those of the next, as the meters of a line tell about the same time. */
interface Keyed {
  context: Context | Missing | undefined
  from: number
  to: number
  keys: CellKey[]
}

/** The time around an instant in which a context has the same records. */
function sameKeys(ms: number, { windowMs, calendar }: ViewOptions): { from: number; to: number } {
  const [window, day] = [Math.floor(ms / windowMs) * windowMs, calendar.day(ms)]
  return { from: Math.max(window, day.from), to: Math.min(window + windowMs, day.to) }
}

/** Instants between `from` and `to` at which a window or a local day ends. */
function viewCuts(from: number, to: number, { views, windowMs, calendar }: ViewOptions): number[] {
  const cuts: number[] = []
  if (views.includes('window')) {
    for (let at = (Math.floor(from / windowMs) + 1) * windowMs; at < to; at += windowMs) cuts.push(at)
  }
  if (views.includes('day')) for (let at = calendar.day(from).to; at < to; at = calendar.day(at).to) cuts.push(at)
  return cuts.length > 1 ? [...new Set(cuts)].sort((a, b) => a - b) : cuts
}

/** The records of a piece that begins at `ms` and crosses none of the cuts above. */
function keysOf(line: string, ms: number, context: Context | Missing | undefined, options: ViewOptions): CellKey[] {
  const known: Partial<Context> = context && !isMissing(context) ? context : {}
  return options.views.map((view) => KEY_OF[view](line, ms, known, options)).filter((key) => key !== null)
}

type Maker = (line: string, ms: number, context: Partial<Context>, options: ViewOptions) => CellKey | null

const KEY_OF: Record<View, Maker> = {
  window: (line, ms, { order, sku }, { windowMs }) => {
    const from = Math.floor(ms / windowMs) * windowMs
    const id = joinedId(['window', line, iso(from), order ?? '', sku ?? ''])
    return { id, view: 'window', line, ...(order && { order }), ...(sku && { sku }), from, to: from + windowMs }
  },
  shift: (line, _ms, { shift }) =>
    shift
      ? {
          id: joinedId(['shift', line, shift.day, shift.name]),
          view: 'shift',
          line,
          shift: shift.name,
          from: shift.from,
          to: shift.to,
        }
      : null,
  order: (line, _ms, { order }) =>
    order ? { id: joinedId(['order', line, order]), view: 'order', line, order } : null,
  'sku-shift': (line, _ms, { sku, shift }) => {
    if (!sku || !shift) return null
    const id = joinedId(['sku-shift', line, shift.day, shift.name, sku])
    return { id, view: 'sku-shift', line, sku, shift: shift.name, from: shift.from, to: shift.to }
  },
  day: (line, ms, _context, { calendar }) => {
    const { day, from, to } = calendar.day(ms)
    return { id: joinedId(['day', line, day]), view: 'day', line, from, to }
  },
}

/** The key of a record that was told; an order's SKU is a figure of it, not a part of its name. */
export function keyOf({ id, view, line, order, sku, shift, from, to }: RecordName): CellKey {
  const named = view === 'order' ? { order } : { order, sku, shift }
  const given = Object.entries(named).filter(([, name]) => name !== undefined)
  return { id, view, line, from, to, ...(Object.fromEntries(given) as Pick<CellKey, 'order' | 'sku' | 'shift'>) }
}

/** True where a context belongs to a record's key; the time is looked at apart. */
export function belongs(key: CellKey, context: Context | Missing): boolean {
  const known: Partial<Context> = isMissing(context) ? {} : context
  switch (key.view) {
    case 'window':
      return known.order === key.order && known.sku === key.sku
    case 'order':
      return known.order === key.order
    case 'sku-shift':
      return known.sku === key.sku && known.shift?.from === key.from
    case 'shift':
      return known.shift?.from === key.from && known.shift?.name === key.shift
    case 'day':
      return true
  }
}
