/**
 * Rows that this release does not write and cannot read: an integer beyond what a number holds exactly (release 0.2.0 took
 * them), a body that is no JSON. Such a row is reported with its place, and the rest is read.
 */

import { factOf, type ChainRow, type FactRow } from './chain.ts'
import type { Fact } from './ledger.ts'
import { shown } from './refusal.ts'

/** Is told of each row that is passed over. */
export type Report = (notice: string) => void

const MOST = Number.MAX_SAFE_INTEGER

/** An integer column; beyond what a number holds exactly it comes as text, where node:sqlite would throw. */
const integer = (column: string): string =>
  `CASE WHEN ${column} BETWEEN -${MOST} AND ${MOST} THEN ${column} ELSE CAST(${column} AS TEXT) END AS ${column}`

/** The columns of `facts` as they can be read whatever is in them. */
export const FACT_COLUMNS = `kind, id, ${integer('revision')}, line, ${integer('"from"')}, ${integer('"to"')}, body`
export const ROW_COLUMNS = `seq, ${FACT_COLUMNS}, hash`

/** The least and the most of a time column, as far as a number can say. */
export const leastOf = (column: string): string => `max(min(${column}), -${MOST})`
export const mostOf = (column: string): string => `min(max(${column}), ${MOST})`

export type Numbered = FactRow & Pick<ChainRow, 'seq'>

/** Why a row cannot be read, with its place; `undefined` for one that can. */
export function faultOf(row: Numbered): string | undefined {
  for (const field of ['revision', 'from', 'to'] as const) {
    if (typeof row[field] !== 'number')
      return `${placeOf(row)}: ${field}: expected a number up to 2^53 − 1, got ${row[field]}`
  }
  return isJson(row.body) ? undefined : `${placeOf(row)}: body: expected JSON, got "${shown(row.body)}"`
}

const placeOf = ({ seq, kind, id }: Numbered): string => `row ${seq}, fact ${kind} ${shown(id)}`

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The facts of rows, without those that cannot be read. */
export function* readableFacts(rows: Iterable<Numbered>, report: Report): Generator<Fact> {
  for (const row of rows) {
    const fact = readable(row)
    if (fact) yield fact
    else report(`${faultOf(row)}; it is passed over`)
  }
}

function readable(row: Numbered): Fact | undefined {
  if (typeof row.revision !== 'number' || typeof row.from !== 'number' || typeof row.to !== 'number') return undefined
  try {
    return factOf(row)
  } catch {
    return undefined
  }
}

/** The content of a record or an alert; `undefined`, and told, for a body that is none. */
export function readableBody<T>({ id, body }: { id: string; body: string }, report: Report): T | undefined {
  try {
    return JSON.parse(body) as T
  } catch {
    report(`${shown(id)}: body: expected JSON, got "${shown(body)}"; it is passed over`)
    return undefined
  }
}

/** So many rows that cannot be read are told of. */
const MOST_TOLD = 1_000

/** Each notice is passed on once, however often its row is met. */
export function once(report: Report): Report {
  const told = new Set<string>()
  return (notice) => {
    if (told.has(notice) || told.size >= MOST_TOLD) return
    told.add(notice)
    report(notice)
  }
}
