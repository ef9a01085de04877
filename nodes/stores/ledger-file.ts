/**
 * A SQLite ledger as a file to look at: nothing is written, and everything is read as of one moment, however long it
 * takes and whatever Node-RED writes meanwhile.
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Carbon, View } from '../core/records.ts'
import { ALL_ANCHORS, ORIGIN, type Anchor } from './anchors.ts'
import { NEWEST_OF_OLD, layBeside } from './beside.ts'
import { GENESIS, type ChainRow } from './chain.ts'
import type { Fact, FactKind, FactQuery, Ledger, RecordQuery, Seal } from './ledger.ts'
import {
  factExtents,
  recordExtents,
  waitingLetters,
  type FactExtent,
  type RecordExtent,
  type WaitingLetters,
} from './ledger-extents.ts'
import { APPLICATION_ID } from './schema.ts'
import { NEWEST_TIME, loadSqlite } from './sqlite-reader.ts'
import { ALL_SEALS } from './sqlite-seals.ts'
import { Statements } from './statements.ts'
import {
  FACT_COLUMNS,
  ROW_COLUMNS,
  once,
  readableBody,
  readableFacts,
  type Numbered,
  type Report,
} from './unreadable.ts'

type Value = string | number

export interface KeptRecord {
  record: Carbon
  /** Its facts are those up to this row, where its period was closed; later ones are told by adjusting records. */
  upTo: number | undefined
}

interface RecordRow {
  id: string
  body: string
  seal: number | null
}

const NEWEST = 'revision = (SELECT max(revision) FROM main.records WHERE id = r.id)'

export class LedgerFile implements Pick<Ledger, 'facts' | 'head' | 'newest'> {
  /** Closed periods, oldest first. */
  readonly seals: readonly Seal[] = []
  /** Where older facts are, oldest first. */
  readonly anchors: readonly Anchor[] = []
  readonly #db: DatabaseSync
  readonly #statements: Statements
  /** The anchors whose archives are read, too. */
  readonly #laid: readonly Anchor[] = []
  readonly #report: Report
  #extents: FactExtent[] | undefined

  /** Throws where the file is no ledger, or `archive` no folder of its archives: what is in those is read, too. */
  constructor(path: string, archive?: string, report: Report = () => undefined) {
    this.#report = once(report)
    this.#db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
    this.#statements = new Statements(this.#db)
    try {
      this.#db.exec('BEGIN')
      const id = this.#one<{ application_id: number }>('PRAGMA application_id')!.application_id
      if (id !== APPLICATION_ID) throw new Error('expected a carbon ledger, got another database')
      if (this.#closesPeriods) {
        this.seals = [...this.#all<Seal>(ALL_SEALS)]
        this.anchors = [...this.#all<Anchor>(ALL_ANCHORS)]
      }
      if (archive !== undefined) this.#laid = layBeside(this.#statements, archive, this.anchors)
      this.#showNewest()
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
    yield* readableFacts(this.#rows<Numbered>(`seq, ${FACT_COLUMNS}`, query, upTo), this.#report)
  }

  /** Facts as the rows they are, with their seals. */
  rows(query: FactQuery): Iterable<ChainRow> {
    return this.#rows<ChainRow>(ROW_COLUMNS, query)
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
      // What was carried forward was there long before.
      [`(seq <= ? ${this.#carried})`, upTo],
    ])
    const found = `SELECT seq FROM facts ${where}`
    return this.#all(`SELECT ${columns} FROM facts WHERE seq IN (${found}) ORDER BY seq`, values)
  }

  head(): string {
    const last = this.#one<{ hash: string }>('SELECT hash FROM main.facts ORDER BY seq DESC LIMIT 1')
    return last?.hash ?? this.#newestAnchor.hash
  }

  newest(): number | null {
    return this.#one<{ at: number | null }>(NEWEST_TIME)?.at ?? null
  }

  /** What facts there are, by kind and line; counted once, with one walk over the file. */
  extents(): readonly FactExtent[] {
    return (this.#extents ??= factExtents(this.#statements))
  }

  recordExtents(): RecordExtent[] {
    return recordExtents(this.#statements)
  }

  /** Letters that wait for a target; none in a file of a release that had no outbox. */
  waitingLetters(): WaitingLetters[] {
    return this.#closesPeriods ? waitingLetters(this.#statements) : []
  }

  /** Where the facts of a time are that are not read here: the folders of the archives, as they were when they were made. */
  archivesOf({ from, to }: { from: number; to: number }): string[] {
    let before = -Infinity
    return this.anchors.flatMap((anchor) => {
      const holds = from < anchor.until && to > before && !this.#laid.includes(anchor)
      before = Math.max(before, anchor.until)
      return holds ? [anchor.archive] : []
    })
  }

  /** The newest revision of each record of a view that meets the query, by `from`, then id. */
  *records(view: View, { from, since, until }: Pick<RecordQuery, 'from' | 'since' | 'until'>): Generator<KeptRecord> {
    const { where, values } = conditions([
      ['view = ?', view],
      ['"from" >= ?', from],
      ['"to" > ?', since],
      ['"from" < ?', until],
    ])
    const sql = `SELECT id, body, seal FROM newest ${where} ORDER BY "from", id`
    for (const row of this.#all<RecordRow>(sql, values)) {
      const kept = this.#kept(row)
      if (kept) yield kept
    }
  }

  /** The hash that the chain had before a row. */
  hashBefore(seq: number): string {
    const before = this.#one<{ hash: string }>('SELECT hash FROM facts WHERE seq = ?', seq - 1)
    return before?.hash ?? this.anchors.find((anchor) => anchor.seq === seq - 1)?.hash ?? GENESIS
  }

  /** The newest revision of one record. */
  record(id: string): KeptRecord | undefined {
    const row = this.#one<RecordRow>('SELECT id, body, seal FROM newest WHERE id = ?', id)
    return row && this.#kept(row)
  }

  /** False in a file of the first release. */
  get #closesPeriods(): boolean {
    return this.#one(`SELECT 1 FROM sqlite_master WHERE name = 'seals'`) !== undefined
  }

  get #newestAnchor(): typeof ORIGIN {
    return this.anchors.at(-1) ?? ORIGIN
  }

  /** The rows that count whatever `upTo` is. */
  get #carried(): string {
    const carried = this.anchors.filter((anchor) => !this.#laid.includes(anchor))
    return carried.map(({ carriedFrom, carriedTo }) => `OR seq BETWEEN ${carriedFrom} AND ${carriedTo}`).join(' ')
  }

  #showNewest(): void {
    const seal = this.#closesPeriods ? 'seal' : 'NULL'
    const kept = `SELECT id, revision, view, line, "from", "to", status, body, ${seal} AS seal FROM main.records AS r`
    const old = this.#laid.length > 0 ? NEWEST_OF_OLD : ''
    this.#db.exec(`CREATE TEMP VIEW newest AS ${kept} WHERE ${NEWEST} ${old}`)
  }

  #kept(row: RecordRow): KeptRecord | undefined {
    const record = readableBody<Carbon>(row, this.#report)
    const upTo = row.seal === null ? undefined : this.seals.find(({ n }) => n === row.seal)?.seq
    return record && { record, upTo }
  }

  #longest(kind: FactKind | undefined): number {
    const known = this.extents().filter((e) => kind === undefined || e.kind === kind)
    // One more, as a fact of one instant that lies just before the time counts.
    return known.reduce((most, { longest }) => Math.max(most, longest), 0) + 1
  }

  #one<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#statements.get<T>(sql, ...values)
  }

  #all<T>(sql: string, values: Value[] = []): Iterable<T> {
    return this.#statements.walk<T>(sql, ...values)
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
