/** The one writing connection of a SQLite ledger: opens or creates the file, and writes whole batches. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as sqlite from 'node:sqlite'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { GENESIS, sealOf, textOf, type FactRow } from './chain.ts'
import type { Conflict } from './ledger.ts'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts'

export type Sqlite = typeof sqlite

/** How long one write waits for another program that holds the file; the event loop stands still meanwhile. */
const BUSY_MS = 200

const INSERT_FACT = `INSERT INTO facts (seq, kind, id, revision, line, "from", "to", body, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id, revision) DO NOTHING`
const KEPT_FACT =
  'SELECT kind, id, revision, line, "from", "to", body FROM facts WHERE kind = ? AND id = ? AND revision = ?'
const HEAD = 'SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1'
const SAVE_RECORD = `INSERT INTO records (id, revision, view, line, "from", "to", status, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, revision) DO UPDATE
  SET view = excluded.view, line = excluded.line, "from" = excluded."from", "to" = excluded."to",
      status = excluded.status, body = excluded.body
  WHERE status = 'provisional'`
const KEPT_RECORD = 'SELECT body FROM records WHERE id = ? AND revision = ?'
const SAVE_ALERT = `INSERT OR REPLACE INTO alerts (id, revision, line, "from", state, severity, body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

export class SqliteWriter {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #head = { seq: 0, hash: GENESIS }
  #conflicts: Conflict[] = []

  /** Throws where the file cannot be opened or is something else. */
  constructor({ DatabaseSync }: Sqlite, path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#db = new DatabaseSync(path)
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      this.#prepareSchema()
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** Runs the batch in one transaction; gives what was refused as a conflict. Throws when nothing was written. */
  transaction(batch: readonly ((writer: SqliteWriter) => void)[]): Conflict[] {
    this.#conflicts = []
    this.#db.exec('BEGIN IMMEDIATE')
    // Read anew each time: another program may have appended since.
    this.#head = (this.#run(HEAD).get() as { seq: number; hash: string } | undefined) ?? { seq: 0, hash: GENESIS }
    for (const write of batch) write(this)
    this.#db.exec('COMMIT')
    return this.#conflicts
  }

  addFact(row: FactRow): void {
    const { kind, id, revision, line, from, to, body } = row
    const next = { seq: this.#head.seq + 1, hash: sealOf(this.#head.hash, row) }
    const { changes } = this.#run(INSERT_FACT).run(next.seq, kind, id, revision, line, from, to, body, next.hash)
    if (changes) {
      this.#head = next
      return
    }
    const kept = this.#run(KEPT_FACT).get(kind, id, revision) as unknown as FactRow
    this.#compare({ what: kind, id, revision, kept: textOf(kept), refused: textOf(row) })
  }

  saveRecord(record: Carbon, body: string): void {
    const { id, revision, view, line, from, to, status } = record
    const { changes } = this.#run(SAVE_RECORD).run(id, revision, view, line, from, to, status, body)
    if (changes) return
    const kept = this.#run(KEPT_RECORD).get(id, revision) as { body: string }
    this.#compare({ what: 'record', id, revision, kept: kept.body, refused: body })
  }

  saveAlert(alert: CarbonAlert, body: string): void {
    const { id, revision, line, from, state, severity } = alert
    this.#run(SAVE_ALERT).run(id, revision, line, from, state, severity, body)
  }

  close(): void {
    this.#db.close()
  }

  #compare(conflict: Conflict): void {
    if (conflict.kept !== conflict.refused) this.#conflicts.push(conflict)
  }

  #run(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #prepareSchema(): void {
    const pragma = (name: string): number => Number(Object.values(this.#db.prepare(`PRAGMA ${name}`).get()!)[0])
    const empty = this.#db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined
    if (empty) return this.#db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`)
    if (pragma('application_id') !== APPLICATION_ID) throw new Error('expected a carbon ledger, got another database')
    const version = pragma('user_version')
    if (version > SCHEMA_VERSION) {
      throw new Error(`expected schema version ${SCHEMA_VERSION} or lower, got ${version}: written by a newer release`)
    }
  }
}
