/**
 * Reads a SQLite ledger. Each walk has a connection of its own, so that it sees one consistent state however long it
 * takes and whatever is written meanwhile; opening one costs less than a tenth of a millisecond.
 */

import { GENESIS, factOf, verifyChain, type FactRow } from './chain.ts'
import { FACT_KINDS, MEASURED_KINDS, type Fact, type FactQuery, type Verification } from './ledger.ts'
import type { Sqlite } from './sqlite-writer.ts'

type Value = string | number
/** A condition with one placeholder; it counts where its value is given. */
export type Condition = [sql: string, value: Value | undefined]

const ROW = 'seq, kind, id, revision, line, "from", "to", body, hash'

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

/** Walks the chain of a ledger file without writing to it. Throws where the file is no ledger. */
export function verifyFile(path: string): Verification {
  return verifyChain(
    readRows<FactRow & { seq: number; hash: string }>(path, `SELECT ${ROW} FROM facts ORDER BY seq`, []),
  )
}

/** The facts that a query asks for, in the order of writing. */
export function* readFacts(path: string, query: FactQuery): Iterable<Fact> {
  const { where, values } = factFilter(query)
  for (const row of readRows<FactRow>(path, `SELECT ${ROW} FROM facts ${where} ORDER BY seq`, values)) yield factOf(row)
}

/** The newest revision of each record or alert that meets the conditions, by `from`, then id. */
export function* readNewest<T>(path: string, table: 'records' | 'alerts', conditions: Condition[]): Iterable<T> {
  const { where, values } = filter(conditions)
  const newest = `revision = (SELECT max(revision) FROM ${table} WHERE id = t.id)`
  const sql = `SELECT body FROM ${table} AS t ${where ? `${where} AND` : 'WHERE'} ${newest} ORDER BY "from", id`
  for (const { body } of readRows<{ body: string }>(path, sql, values)) yield JSON.parse(body) as T
}

/** The latest time that a measurement reaches; `null` where there is none. One look per kind: each is one step in the index. */
export function readNewestTime(path: string): number | null {
  const each = MEASURED_KINDS.map(() => 'SELECT max("to") AS at FROM facts WHERE kind = ?').join(' UNION ALL ')
  const [row] = readRows<{ at: number | null }>(path, `SELECT max(at) AS at FROM (${each})`, [...MEASURED_KINDS])
  return row?.at ?? null
}

/** The hash of the newest fact. */
export function readHead(path: string): string {
  const [row] = readRows<{ hash: string }>(path, 'SELECT hash FROM facts ORDER BY seq DESC LIMIT 1', [])
  return row?.hash ?? GENESIS
}

function* readRows<T>(path: string, sql: string, values: Value[]): Iterable<T> {
  const db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
  try {
    yield* db.prepare(sql).iterate(...values) as Iterable<T>
  } finally {
    db.close()
  }
}

function factFilter({ kind, line, since, until }: FactQuery): { where: string; values: Value[] } {
  if (kind === undefined && line === undefined && since === undefined && until === undefined)
    return { where: '', values: [] }
  const kinds = kind === undefined ? FACT_KINDS : [kind]
  const { where, values } = filter([
    ['line = ?', line],
    ['"to" >= ?', since],
    ['("to" > ? OR "from" = "to")', since],
    ['"from" < ?', until],
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
