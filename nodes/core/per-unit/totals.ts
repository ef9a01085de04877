/** Totals over the facts held, by any keys: the answer to `{ask: 'totals'}`. */

import type { Calendar } from '../calendar.ts'
import { Ownership } from '../allocation/ownership.ts'
import { Cell } from './cell.ts'
import type { HeldFacts } from './per-unit.ts'
import type { PlantModel } from '../plant/plant.ts'
import { PostingRules, type Keying, type Piece } from './postings.ts'
import { figuresOf } from './record.ts'
import { isMissing, type Carbon, type Context, type Production } from '../records.ts'
import type { ContextSpan } from '../segments.ts'
import type { CellKey } from './views.ts'

export const TOTAL_KEYS = ['line', 'order', 'sku', 'shift', 'state', 'machine', 'meter', 'carrier', 'day'] as const
export type TotalKey = (typeof TOTAL_KEYS)[number]

export type TotalRow = Partial<Record<TotalKey, string>> &
  Pick<Carbon, 'kWh' | 'kgCO2e' | 'units' | 'perUnit' | 'coverage'>

export interface TotalsInput {
  facts: HeldFacts
  from: number
  to: number
  by: readonly TotalKey[]
  model: PlantModel
  calendar: Calendar
  minCoverage: number
}

/** Keys that only energy has; units are those of the other keys of the row. */
const METER_KEYS: readonly TotalKey[] = ['machine', 'meter', 'carrier']

type RowKey = Partial<Record<TotalKey, string>>

/** One row per key, in the order of the keys. */
export function totalsOf(input: TotalsInput): TotalRow[] {
  const { facts, from, to, by, model } = input
  const cells = new Map<string, { key: RowKey; cell: Cell }>()
  const cellOf = (id: string): Cell => {
    const row = JSON.parse(id) as RowKey
    let entry = cells.get(id)
    if (!entry) cells.set(id, (entry = { key: row, cell: new Cell({ id, view: 'window', line: row.line ?? '' }) }))
    return entry.cell
  }
  const rules = new PostingRules(new Ownership(model), keyingOf(input))
  for (const claim of facts.claims) {
    for (const { keys, part } of rules.post(claim, 1)) {
      if (part.from >= from && part.to <= to) for (const key of keys) cellOf(key.id).book(part)
    }
  }
  countUnits(input, rules, cells, cellOf)
  const shared = { ...input, ownership: new Ownership(model), spansOf: spansByRow(input, [...cells.values()]) }
  const rows = [...cells.values()].map(({ key, cell }) => ({ ...key, ...figures(shared, key, cell) }))
  const text = (row: RowKey): string => by.map((k) => row[k] ?? '').join('\u0000')
  return rows.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function countUnits(
  { facts, from, to, by }: TotalsInput,
  rules: PostingRules,
  cells: Map<string, { key: RowKey; cell: Cell }>,
  cellOf: (id: string) => Cell,
): void {
  const shared = by.filter((k) => !METER_KEYS.includes(k))
  const bare = (key: RowKey): string => JSON.stringify(shared.map((k) => key[k] ?? ''))
  const isSplit = shared.length < by.length
  const rows = new Map<string, Cell[]>()
  for (const { key, cell } of cells.values()) rows.set(bare(key), [...(rows.get(bare(key)) ?? []), cell])
  const count = (piece: Production): void => {
    for (const { keys, share } of rules.units(piece)) {
      if (share.from < from || share.to > to) continue
      const targets = ({ id }: CellKey) => (isSplit ? (rows.get(bare(JSON.parse(id) as RowKey)) ?? []) : [cellOf(id)])
      for (const cell of keys.flatMap(targets)) cell.count(piece, share, 1)
    }
  }
  facts.production.forEach(count)
}

function keyingOf({ by, from, to, calendar }: TotalsInput): Keying {
  return {
    cuts: (a, b) => {
      const cuts = [from, to].filter((t) => t > a && t < b)
      if (by.includes('day')) for (let at = calendar.day(a).to; at < b; at = calendar.day(at).to) cuts.push(at)
      return [...new Set(cuts)].sort((x, y) => x - y)
    },
    isLong: () => false,
    keys: (piece) => {
      const row: RowKey = {}
      for (const key of by) {
        const value = valueOf(key, piece, calendar)
        if (value !== undefined) row[key] = value
      }
      return [{ id: JSON.stringify(row), view: 'window', line: piece.line }]
    },
  }
}

function valueOf(
  key: TotalKey,
  { line, from, context, booking }: Omit<Piece, 'isLong'>,
  calendar: Calendar,
): string | undefined {
  const known: Partial<Context> = context && !isMissing(context) ? context : {}
  switch (key) {
    case 'line':
      return line
    case 'day':
      return calendar.day(from).day
    case 'shift':
      return known.shift && `${known.shift.day} ${known.shift.name}`
    case 'state':
      return booking?.account ?? known.state ?? 'no-context'
    case 'order':
    case 'sku':
      return known[key]
    default:
      return booking?.[key]
  }
}

type Shared = TotalsInput & { ownership: Ownership; spansOf: (key: RowKey) => ContextSpan[] }

function figures({ model, minCoverage, from, to, ...input }: Shared, key: RowKey, cell: Cell): Figures {
  const lines = key.line !== undefined ? [key.line] : model.lines.map((l) => l.id)
  const spans = input.spansOf(key)
  const meters = [...new Set(lines.flatMap((line) => input.ownership.expected(line)))].filter((m) => isOfRow(m, key))
  const products = new Map(model.products.map((p) => [p.sku, p]))
  const expectedMs = spans.reduce((sum, s) => sum + s.to - s.from, 0) / lines.length
  const { carriers } = model
  const around = { from, to, spans, expectedMs, meters, products, carriers, minCoverage, constantFactor: null }
  const { kWh, kgCO2e, units, perUnit, coverage } = figuresOf(cell, around)
  return { kWh, kgCO2e, units, perUnit, coverage }
}
type Figures = Omit<TotalRow, TotalKey>

const isOfRow = (m: { id: string; machine?: string; carrier: string }, key: RowKey): boolean =>
  (key.meter ?? m.id) === m.id && (key.carrier ?? m.carrier) === m.carrier && (key.machine ?? m.machine) === m.machine

/** The time of each row, by all its keys but those of a meter; looked at once, as there may be a row for each of it. */
function spansByRow({ facts, by, model, calendar }: TotalsInput, rows: { key: RowKey }[]): Shared['spansOf'] {
  const shared = by.filter((k) => !METER_KEYS.includes(k))
  const named = rows.flatMap(({ key }) => (key.line === undefined ? [] : [key.line]))
  const found = new Map<string, ContextSpan[]>()
  for (const line of new Set([...model.lines.map((l) => l.id), ...named])) {
    for (const span of facts.spans(line)) {
      const id = JSON.stringify(shared.map((k) => valueOf(k, { line, ...span }, calendar) ?? null))
      const spans = found.get(id)
      if (spans) spans.push(span)
      else found.set(id, [span])
    }
  }
  return (key) => found.get(JSON.stringify(shared.map((k) => key[k] ?? null))) ?? []
}
