/**
 * A SQLite ledger as a file to look at: nothing is written, and everything is read as of one moment, however long it
 * takes and whatever Node-RED writes meanwhile.
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Carbon, View } from '../core/records.ts'
import { GENESIS, factOf, type FactRow } from './chain.ts'
import type { Fact, FactKind, FactQuery, Ledger, RecordQuery } from './ledger.ts'
import { APPLICATION_ID } from './schema.ts'
import { loadSqlite } from './sqlite-reader.ts'

type Value = string | number

/** The facts of one kind and line. */
export interface FactExtent {
  kind: FactKind
  line: string
  facts: number
  from: number
  to: number
  /** The longest time that one of them is about, milliseconds. */
  longest: number
}

/** The records of a view: the newest revision of each. */
export interface RecordExtent {
  view: View
  status: Carbon['status']
  records: number
  from: number
  to: number
}

/** A closed period: the row of a seal, as the store wrote it. */
export type SealRow = { n: number; until: number; seq: number } & Record<string, Value | null>

export type SealedRow = FactRow & { seq: number; hash: string }

export interface KeptRecord {
  record: Carbon
  /** Its facts are those up to this row, where its period was closed; later ones are told by adjusting records. */
  upTo: number | undefined
}

interface RecordRow {
  body: string
  seal: number | null
}

const NEWEST = 'revision = (SELECT max(revision) FROM records WHERE id = r.id)'

export class LedgerFile implements Pick<Ledger, 'facts' | 'head'> {
  readonly #db: DatabaseSync
  #extents: FactExtent[] | undefined
  #seals: SealRow[] | undefined

  /** Throws where the file is no ledger. */
  constructor(path: string) {
    this.#db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
    try {
      this.#db.exec('BEGIN')
      const id = this.#one<{ application_id: number }>('PRAGMA application_id')!.application_id
      if (id !== APPLICATION_ID) throw new Error('expected a carbon ledger, got another database')
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  close(): void {
    this.#db.close()
  }

  /** Facts in the order of writing; `upTo` leaves out those that were written after a row. */
  *facts(query: FactQuery, upTo?: number): Generator<Fact> {
    const columns = 'kind, id, revision, line, "from", "to", body'
    for (const row of this.#rows<FactRow>(columns, query, upTo)) yield factOf(row)
  }

  /** Facts as the rows they are, with their seals. */
  rows(query: FactQuery): Iterable<SealedRow> {
    return this.#rows<SealedRow>('*', query)
  }

  #rows<T>(columns: string, { kind, line, since, until }: FactQuery, upTo?: number): Iterable<T> {
    const { where, values } = conditions([
      ['kind = ?', kind],
      ['line = ?', line],
      ['"to" >= ?', since],
      ['("to" > ? OR "from" = "to")', since],
      ['"from" < ?', until],
      // The index goes by the end of a fact: without a bound of its end, all of the file after `since` is looked at.
      ['"to" < ?', until === undefined ? undefined : until + this.#longest(kind)],
      ['seq <= ?', upTo],
    ])
    const found = `SELECT seq FROM facts ${where}`
    return this.#all(`SELECT ${columns} FROM facts WHERE seq IN (${found}) ORDER BY seq`, values)
  }

  head(): string {
    return this.#one<{ hash: string }>('SELECT hash FROM facts ORDER BY seq DESC LIMIT 1')?.hash ?? GENESIS
  }

  /** What facts there are, by kind and line; counted once, with one walk over the file. */
  extents(): readonly FactExtent[] {
    const columns = 'count(*) AS facts, min("from") AS "from", max("to") AS "to", max("to" - "from") AS longest'
    this.#extents ??= [
      ...this.#all<FactExtent>(`SELECT kind, line, ${columns} FROM facts GROUP BY kind, line ORDER BY kind, line`, []),
    ]
    return this.#extents
  }

  recordExtents(): RecordExtent[] {
    const columns = 'view, status, count(*) AS records, min("from") AS "from", max("to") AS "to"'
    const sql = `SELECT ${columns} FROM records AS r WHERE ${NEWEST} GROUP BY view, status ORDER BY view, status`
    return [...this.#all<RecordExtent>(sql, [])]
  }

  /** The newest revision of each record of a view that meets the query, by `from`, then id. */
  *records(view: View, { from, since, until }: Pick<RecordQuery, 'from' | 'since' | 'until'>): Generator<KeptRecord> {
    const { where, values } = conditions([
      ['view = ?', view],
      ['"from" >= ?', from],
      ['"to" > ?', since],
      ['"from" < ?', until],
    ])
    const sql = `SELECT body, ${this.#seal} AS seal FROM records AS r ${where} AND ${NEWEST} ORDER BY "from", id`
    for (const row of this.#all<RecordRow>(sql, values)) yield this.#kept(row)
  }

  /** The hash that the chain had before a row. */
  hashBefore(seq: number): string {
    return this.#one<{ hash: string }>('SELECT hash FROM facts WHERE seq = ?', seq - 1)?.hash ?? GENESIS
  }

  /** The newest revision of one record. */
  record(id: string): KeptRecord | undefined {
    const sql = `SELECT body, ${this.#seal} AS seal FROM records WHERE id = ? ORDER BY revision DESC LIMIT 1`
    const row = this.#one<RecordRow>(sql, id)
    return row && this.#kept(row)
  }

  /** The closed periods, oldest first; none in a file of a release that had no seals. */
  seals(): readonly SealRow[] {
    this.#seals ??= this.#hasSeals ? [...this.#all<SealRow>('SELECT * FROM seals ORDER BY n', [])] : []
    return this.#seals
  }

  get #hasSeals(): boolean {
    return this.#one(`SELECT 1 FROM sqlite_master WHERE name = 'seals'`) !== undefined
  }

  /** The column of a record that says which seal covers it. */
  get #seal(): string {
    return this.#hasSeals ? 'seal' : 'NULL'
  }

  #kept({ body, seal }: RecordRow): KeptRecord {
    const upTo = seal === null ? undefined : this.seals().find(({ n }) => n === seal)?.seq
    return { record: JSON.parse(body) as Carbon, upTo }
  }

  #longest(kind: FactKind | undefined): number {
    const known = this.extents().filter((e) => kind === undefined || e.kind === kind)
    // One more, as a fact of one instant that lies just before the time counts.
    return known.reduce((most, { longest }) => Math.max(most, longest), 0) + 1
  }

  #one<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#db.prepare(sql).get(...values) as T | undefined
  }

  #all<T>(sql: string, values: Value[]): Iterable<T> {
    return this.#db.prepare(sql).iterate(...values) as Iterable<T>
  }
}

/** The conditions whose value is given, joined. */
function conditions(all: [sql: string, value: Value | undefined][]): { where: string; values: Value[] } {
  const given = all.filter((c): c is [string, Value] => c[1] !== undefined)
  return {
    where: given.length > 0 ? `WHERE ${given.map(([sql]) => sql).join(' AND ')}` : '',
    values: given.map(([, value]) => value),
  }
}
