/** The one writing connection of a SQLite ledger: opens or creates the file, and writes whole batches. */

import type { DatabaseSync } from 'node:sqlite'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { GENESIS, type FactRow } from './chain.ts'
import type { CompactOrder, Compacted, Conflict, Seal } from './ledger.ts'
import type { NewLetter } from './outbox.ts'
import { Place } from './place.ts'
import { Refusal, isOfTheRow, refusalOf } from './refusal.ts'
import { compact, shrink } from './sqlite-compact.ts'
import { addFact, headOf, type Head } from './sqlite-facts.ts'
import { BEGINNING, type LedgerHead } from './journal.ts'
import {
  addEntry,
  entryOfRecord,
  entryOfSeal,
  lastEntry,
  moveHead,
  readLedgerHead,
  type NewEntry,
} from './sqlite-journal.ts'
import { openForWriting, type Sqlite } from './sqlite-open.ts'
import { letterDelivered, letterFailed, postLetters } from './sqlite-outbox.ts'
import { saveRecord } from './sqlite-records.ts'
import { SEALED_UNTIL, checkOpen, sealPeriod } from './sqlite-seals.ts'
import { Statements } from './statements.ts'
import { Witness } from './witness.ts'

export type Write = (writer: SqliteWriter) => void

/** How one batch went: what came again with another content, and which work was refused, by its place. */
export interface Outcome {
  conflicts: Conflict[]
  refused: Map<number, Error>
}

const SAVE_ALERT = `INSERT OR REPLACE INTO alerts (id, revision, line, "from", state, severity, body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

export class SqliteWriter {
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #place: Place
  readonly #witness: Witness
  readonly #onNotice: (notice: string) => void
  #head: Head = { seq: 0, hash: GENESIS }
  #entry = BEGINNING
  /** What the last transaction left. */
  #written: LedgerHead | undefined
  #isAnyClosed = false
  #conflicts: Conflict[] = []

  /** Throws where the file cannot be opened or is something else; `onNotice` is told of what something else has written. */
  constructor(sqlite: Sqlite, path: string, onNotice: (notice: string) => void) {
    this.#onNotice = onNotice
    this.#db = openForWriting(sqlite, path)
    this.#statements = new Statements(this.#db)
    this.#place = new Place(path)
    this.#witness = new Witness(sqlite, path)
  }

  /** True while nothing but the ledger has written into the file itself. */
  isUntouched(): boolean {
    return this.#witness.isUntouched()
  }

  /** Throws where the file does not hold what was written to it last. */
  checkFile(): void {
    this.#witness.checkFile(this.#written)
  }

  /** Throws where another process would not read what was just written. */
  checkWritten(): void {
    if (this.#written) this.#witness.checkWritten(this.#written)
  }

  /** Moves the log into the file when it has grown. */
  checkpoint(): void {
    if (this.#witness.isLogLong()) this.#moveLog()
  }

  #moveLog(): void {
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    this.#witness.adopt()
  }

  /** Leaves a file that was overwritten as it is; gives where the log lies that belonged to it. */
  abandon(): string {
    return this.#witness.abandon(this.#db)
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
    const [head, entry, conflicts] = [this.#head, this.#entry, this.#conflicts.length]
    this.#db.exec('SAVEPOINT one')
    try {
      write(this)
    } catch (error) {
      if (!isOfTheRow(error)) throw error
      this.#db.exec('ROLLBACK TO one')
      this.#head = head
      this.#entry = entry
      this.#conflicts.length = conflicts
      throw refusalOf(error)
    } finally {
      if (this.#db.isTransaction) this.#db.exec('RELEASE one')
    }
  }

  /** Moves closed time to an archive; throws, and all is as before, where anything fails. */
  compact(order: CompactOrder): Compacted | null {
    const done = this.#inTransaction(() => {
      const gone = compact(this.#statements, order, (row) => this.addFact(row))
      this.#entry = lastEntry(this.#statements)
      return gone
    })
    if (!done) return null
    order.onStep?.('committed')
    try {
      shrink(this.#statements)
      this.#moveLog()
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
      this.#entry = lastEntry(this.#statements)
      this.#isAnyClosed = this.#statements.get(SEALED_UNTIL) !== undefined
      const before = this.#headBefore()
      const result = work()
      this.#written = moveHead(this.#statements, (before?.commits ?? 0) + 1, this.#head, this.#entry)
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** What the last transaction left; what something else has done since is told, and the chain goes on from it. */
  #headBefore(): LedgerHead | undefined {
    const before = readLedgerHead(this.#statements)
    const isFact = before?.seq === this.#head.seq && before.fact === this.#head.hash
    const isOurs = isFact && before.n === this.#entry.n && before.entry === this.#entry.hash
    if (!isOurs) {
      const [rows, entries] = [`row ${this.#head.seq}`, `entry ${this.#entry.n}`]
      const expected = before ? `row ${before.seq} and entry ${before.n}` : 'a head'
      this.#onNotice(`something else has written to it: expected ${expected} as the newest, got ${rows} and ${entries}`)
    }
    return before
  }

  addFact(row: FactRow): void {
    const { head, conflict } = addFact(this.#statements, this.#head, row)
    if (head) this.#head = head
    if (conflict) this.#conflicts.push(conflict)
  }

  saveRecord(record: Carbon, body: string): void {
    if (this.#isAnyClosed) checkOpen(this.#statements, record)
    const { isWritten, conflict } = saveRecord(this.#statements, record, body)
    if (isWritten && record.status !== 'provisional') this.#enter(entryOfRecord(record, body))
    if (conflict) this.#conflicts.push(conflict)
  }

  saveAlert(alert: CarbonAlert, body: string): void {
    const { id, revision, line, from, state, severity } = alert
    this.#statements.run(SAVE_ALERT, id, revision, line, from, state, severity, body)
  }

  seal(until: number, at: number): Seal {
    const seal = sealPeriod(this.#statements, { until, at, head: this.#head })
    this.#enter(entryOfSeal(seal))
    return seal
  }

  #enter(entry: NewEntry): void {
    this.#entry = addEntry(this.#statements, this.#entry, this.#head, entry)
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
    // First, so that the other one is the last, which moves the log into the file.
    this.#witness.close()
    this.#db.close()
  }
}
