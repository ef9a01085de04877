/** The one writing connection of a SQLite ledger: opens or creates the file, and writes whole batches. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as sqlite from 'node:sqlite'
import type { DatabaseSync } from 'node:sqlite'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { GENESIS, type FactRow } from './chain.ts'
import type { CompactOrder, Compacted, Conflict, Seal } from './ledger.ts'
import type { NewLetter } from './outbox.ts'
import { Place } from './place.ts'
import { Refusal, isOfTheRow, refusalOf } from './refusal.ts'
import { APPLICATION_ID, SCHEMA_VERSION, stepsFrom } from './schema.ts'
import { compact, shrink } from './sqlite-compact.ts'
import { addFact, headOf, type Head } from './sqlite-facts.ts'
import { letterDelivered, letterFailed, postLetters } from './sqlite-outbox.ts'
import { saveRecord } from './sqlite-records.ts'
import { SEALED_UNTIL, checkOpen, sealPeriod } from './sqlite-seals.ts'
import { Statements } from './statements.ts'

export type Sqlite = typeof sqlite
export type Write = (writer: SqliteWriter) => void

/** How one batch went: what came again with another content, and which work was refused, by its place. */
export interface Outcome {
  conflicts: Conflict[]
  refused: Map<number, Error>
}

/** How long one write waits for another program that holds the file; the event loop stands still meanwhile. */
const BUSY_MS = 200

const SAVE_ALERT = `INSERT OR REPLACE INTO alerts (id, revision, line, "from", state, severity, body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

export class SqliteWriter {
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #place: Place
  #head: Head = { seq: 0, hash: GENESIS }
  #isAnyClosed = false
  #conflicts: Conflict[] = []

  /** Throws where the file cannot be opened or is something else. */
  constructor({ DatabaseSync }: Sqlite, path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#db = new DatabaseSync(path)
    this.#statements = new Statements(this.#db)
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      this.#prepareSchema()
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
      this.#place = new Place(path)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** True while the path leads to the file that is open. */
  isInPlace(): boolean {
    return this.#place.isKept()
  }

  /** Saves what is in the open file when it is no longer in its place; gives what happened, in words. */
  save(): string {
    return this.#place.save((path) => this.#statements.run('VACUUM INTO ?', path))
  }

  /** Runs the batch in one transaction; what is refused is left out of it. Throws when nothing was written. */
  transaction(batch: readonly Write[]): Outcome {
    try {
      return this.#tried(batch, (write) => write(this))
    } catch (error) {
      if (!isOfTheRow(error)) throw error
      // Seldom, so that only then each pays for a savepoint of its own.
      return this.#tried(batch, (write) => this.#alone(write))
    }
  }

  #tried(batch: readonly Write[], run: (write: Write) => void): Outcome {
    this.#conflicts = []
    const refused = new Map<number, Error>()
    this.#inTransaction(() => {
      for (const [i, write] of batch.entries()) {
        try {
          run(write)
        } catch (error) {
          // Thrown before anything of it was written, or taken back.
          if (!(error instanceof Refusal)) throw error
          refused.set(i, error)
        }
      }
    })
    return { conflicts: this.#conflicts, refused }
  }

  #alone(write: Write): void {
    const [head, conflicts] = [this.#head, this.#conflicts.length]
    this.#db.exec('SAVEPOINT one')
    try {
      write(this)
    } catch (error) {
      if (!isOfTheRow(error)) throw error
      this.#db.exec('ROLLBACK TO one')
      this.#head = head
      this.#conflicts.length = conflicts
      throw refusalOf(error)
    } finally {
      if (this.#db.isTransaction) this.#db.exec('RELEASE one')
    }
  }

  /** Moves closed time to an archive; throws, and all is as before, where anything fails. */
  compact(order: CompactOrder): Compacted | null {
    const done = this.#inTransaction(() => compact(this.#statements, order, (row) => this.addFact(row)))
    if (!done) return null
    order.onStep?.('committed')
    try {
      shrink(this.#statements)
    } catch {
      // The file stays as large as it was, and what comes fills it.
    }
    return done
  }

  #inTransaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      // Read anew each time: another program may have appended or closed a period since.
      this.#head = headOf(this.#statements)
      this.#isAnyClosed = this.#statements.get(SEALED_UNTIL) !== undefined
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  addFact(row: FactRow): void {
    const { head, conflict } = addFact(this.#statements, this.#head, row)
    if (head) this.#head = head
    if (conflict) this.#conflicts.push(conflict)
  }

  saveRecord(record: Carbon, body: string): void {
    if (this.#isAnyClosed) checkOpen(this.#statements, record)
    const conflict = saveRecord(this.#statements, record, body)
    if (conflict) this.#conflicts.push(conflict)
  }

  saveAlert(alert: CarbonAlert, body: string): void {
    const { id, revision, line, from, state, severity } = alert
    this.#statements.run(SAVE_ALERT, id, revision, line, from, state, severity, body)
  }

  seal(until: number, at: number): Seal {
    return sealPeriod(this.#statements, { until, at, head: this.#head })
  }

  post(letters: readonly NewLetter[]): void {
    postLetters(this.#statements, letters)
  }

  delivered(id: string, at: number): void {
    letterDelivered(this.#statements, id, at)
  }

  failed(id: string, reason: string): void {
    letterFailed(this.#statements, id, reason)
  }

  close(): void {
    this.#db.close()
  }

  #prepareSchema(): void {
    const pragma = (name: string): number => Number(Object.values(this.#db.prepare(`PRAGMA ${name}`).get()!)[0])
    const isEmpty = this.#db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined
    if (isEmpty) return this.#db.exec(stepsFrom(0))
    if (pragma('application_id') !== APPLICATION_ID) throw new Error('expected a carbon ledger, got another database')
    const version = pragma('user_version')
    if (version > SCHEMA_VERSION) {
      throw new Error(`expected schema version ${SCHEMA_VERSION} or lower, got ${version}: written by a newer release`)
    }
    if (version < SCHEMA_VERSION) this.#db.exec(stepsFrom(version))
  }
}
