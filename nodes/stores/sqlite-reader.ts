/**
 * Reads a SQLite ledger. Each walk has a connection of its own, so that it sees one consistent state however long it
 * takes and whatever is written meanwhile; opening one costs less than a tenth of a millisecond.
 */

import type { Carbon } from '../core/records.ts'
import { FACT_KINDS, MEASURED_KINDS, type Fact, type FactQuery, type Seal, type Verification } from './ledger.ts'
import type { Letter } from './outbox.ts'
import { headOf } from './sqlite-facts.ts'
import { UNDELIVERED, letterOf } from './sqlite-outbox.ts'
import { ALL_SEALS, SEALED_UNTIL } from './sqlite-seals.ts'
import type { Sqlite } from './sqlite-open.ts'
import { verify } from './sqlite-verify.ts'
import { Statements } from './statements.ts'
import { FACT_COLUMNS, mostOf, readableBody, readableFacts, type Numbered, type Report } from './unreadable.ts'

type Value = string | number
/** A condition with one placeholder; it counts where its value is given. */
export type Condition = [sql: string, value: Value | undefined]

/** Node's SQLite. Throws where this Node has none. */
export function loadSqlite(): Sqlite {
  // Asked for at run time: an import would keep the whole package from loading on an older Node.
  const sqlite = process.getBuiltinModule?.('node:sqlite')
  if (!sqlite) {
    throw new Error(
      `store: expected Node.js 22.13 or newer for "sqlite", got ${process.version}; choose "memory" or update Node.js`,
    )
  }
  return sqlite
}

/** Looks through a ledger file without writing to it. Throws where the file is no ledger. */
export const verifyFile = (path: string): Verification => reading(path, verify, true)

/** The facts that a query asks for, in the order of writing. */
export function readFacts(path: string, query: FactQuery, report: Report): Iterable<Fact> {
  const { where, values } = factFilter(query, longestOf(path, query))
  const sql = `SELECT seq, ${FACT_COLUMNS} FROM facts ${where} ORDER BY seq`
  return readableFacts(readRows<Numbered>(path, sql, values), report)
}

/** The newest revision of each record or alert that meets the conditions, by `from`, then id. */
export function* readNewest<T>(
  path: string,
  { table, conditions, report }: { table: 'records' | 'alerts'; conditions: Condition[]; report: Report },
): Iterable<T> {
  const { where, values } = filter(conditions)
  const newest = `revision = (SELECT max(revision) FROM ${table} WHERE id = t.id)`
  const sql = `SELECT id, body FROM ${table} AS t ${where ? `${where} AND` : 'WHERE'} ${newest} ORDER BY "from", id`
  for (const row of readRows<{ id: string; body: string }>(path, sql, values)) {
    const item = readableBody<T>(row, report)
    if (item !== undefined) yield item
  }
}

const LONGEST = `SELECT ${mostOf('"to" - "from"')} AS ms FROM facts WHERE kind = ?`

/** The latest time that a measurement reaches. One look per kind: each is one step in the index. */
export const NEWEST_TIME = endOfAll('max')
const OLDEST_TIME = endOfAll('min')

function endOfAll(which: 'max' | 'min'): string {
  const most = Number.MAX_SAFE_INTEGER
  const each = MEASURED_KINDS.map(
    (kind) => `SELECT ${which}("to") AS at FROM facts WHERE kind = '${kind}' AND "to" BETWEEN -${most} AND ${most}`,
  )
  return `SELECT ${which}(at) AS at FROM (${each.join(' UNION ALL ')})`
}

/** `null` where nothing was measured. */
export const readOldestTime = (path: string): number | null =>
  reading(path, (db) => db.get<{ at: number | null }>(OLDEST_TIME))?.at ?? null

/** `null` where nothing was measured. */
export const readNewestTime = (path: string): number | null =>
  reading(path, (db) => db.get<{ at: number | null }>(NEWEST_TIME))?.at ?? null

/** The hash of the newest fact. */
export function readHead(path: string): string {
  return reading(path, (db) => headOf(db)).hash
}

/** The newest revision of one record. */
export function readRecord(path: string, id: string, report: Report): Carbon | undefined {
  const sql = 'SELECT id, body FROM records WHERE id = ? ORDER BY revision DESC LIMIT 1'
  const row = reading(path, (db) => db.get<{ id: string; body: string }>(sql, id))
  return row && readableBody<Carbon>(row, report)
}

export function* readSeals(path: string): Iterable<Seal> {
  for (const row of readRows<Seal>(path, ALL_SEALS, [])) yield { ...row }
}

/** Up to when measurements have gone to an archive. */
export const readArchivedUntil = (path: string): number | null =>
  reading(path, (db) => db.get<{ until: number | null }>('SELECT max(until) AS until FROM anchors'))?.until ?? null

export const readSealedUntil = (path: string): number | null =>
  reading(path, (db) => db.get<{ until: number }>(SEALED_UNTIL))?.until ?? null

function* readRows<T>(path: string, sql: string, values: Value[]): Iterable<T> {
  const db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
  try {
    yield* db.prepare(sql).iterate(...values) as Iterable<T>
  } finally {
    db.close()
  }
}

export function* readUndelivered(path: string, target: string): Iterable<Letter> {
  for (const row of readRows<Parameters<typeof letterOf>[0]>(path, UNDELIVERED, [target])) yield letterOf(row)
}

/** Several questions to one state of the file; of one that was cut off, too, where that is wanted. */
function reading<T>(path: string, ask: (db: Statements) => T, isTorn = false): T {
  const db = new (loadSqlite().DatabaseSync)(path, { readOnly: true, ...(isTorn && { defensive: false }) })
  try {
    // Only so SQLite reads what is left of a file; nothing can be written all the same.
    if (isTorn) db.exec('PRAGMA writable_schema = ON')
    db.exec('BEGIN')
    return ask(new Statements(db))
  } finally {
    db.close()
  }
}

/**
 * How long a fact of a kind can be, milliseconds. The index of time goes by the end of facts: without a bound of it, all
 * of the file after the beginning of a time would be looked through.
 */
function longestOf(path: string, { kind, until }: FactQuery): number | undefined {
  if (kind === undefined || until === undefined) return undefined
  return reading(path, (db) => db.get<{ ms: number | null }>(LONGEST, kind))?.ms ?? 0
}

function factFilter(
  { kind, line, since, until }: FactQuery,
  longest: number | undefined,
): { where: string; values: Value[] } {
  if (kind === undefined && line === undefined && since === undefined && until === undefined)
    return { where: '', values: [] }
  const kinds = kind === undefined ? FACT_KINDS : [kind]
  const { where, values } = filter([
    ['line = ?', line],
    ['"to" >= ?', since],
    ['("to" > ? OR "from" = "to")', since],
    ['"from" < ?', until],
    ['"to" <= ?', longest === undefined ? undefined : until! + longest],
  ])
  // The index leads with the kind, so all are named; the sub-query collects row numbers, which come out in order.
  const wanted = `kind IN (${kinds.map(() => '?').join(', ')})`
  return {
    where: `WHERE seq IN (SELECT seq FROM facts ${where ? `${where} AND` : 'WHERE'} ${wanted})`,
    values: [...values, ...kinds],
  }
}

/** The conditions whose value is given, joined. */
function filter(conditions: Condition[]): { where: string; values: Value[] } {
  const given = conditions.filter((c): c is [string, Value] => c[1] !== undefined)
  return {
    where: given.length > 0 ? `WHERE ${given.map(([sql]) => sql).join(' AND ')}` : '',
    values: given.map(([, value]) => value),
  }
}
