/**
 * The ledger in one SQLite file, through Node's own `node:sqlite`.
 *
 * One connection writes; each walk over facts or records reads through a connection of its own, so that it sees one
 * consistent state however long it takes and whatever is written meanwhile.
 */

import { Deferred } from '../shared/deferred.ts'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { alertBody, recordBody, rowOf } from './chain.ts'
import { Lane } from './lane.ts'
import type { CompactOrder, Compacted, Fact, Ledger, LedgerEvents, Seal } from './ledger.ts'
import type { NewLetter } from './outbox.ts'
import { eachSaved, refusalOf } from './refusal.ts'
import { loadSqlite } from './sqlite-reader.ts'
import { SqliteReads } from './sqlite-reads.ts'
import { Owner } from './owner.ts'
import type { Sqlite } from './sqlite-open.ts'
import { SqliteWriter, type Write } from './sqlite-writer.ts'
import { Overwritten } from './witness.ts'

const WATCH_MS = 2_000

export class SqliteLedger extends SqliteReads implements Ledger {
  conflicts = 0
  readonly #sqlite: Sqlite
  readonly #events: LedgerEvents
  readonly #lane: Lane<Write>
  readonly #ready: Promise<void>
  readonly #deferred: Deferred
  readonly #ownedBy: string | undefined
  #owner: Owner | undefined
  #writer: SqliteWriter | undefined
  #isWatching = false

  /** `owner` is who keeps the file and lets no other process keep it; without one it is written beside who does. */
  constructor(path: string, events: LedgerEvents, owner?: string) {
    super(path, (notice) => events.onNotice?.(`ledger ${path}: ${notice}`))
    this.#sqlite = loadSqlite()
    this.#ownedBy = owner
    this.#events = events
    this.#lane = new Lane<Write>({
      commit: (batch) => this.#commit(batch),
      onFault: (error) => this.#events.onFault(error),
      onRecovered: () => this.#events.onRecovered(),
    })
    this.#deferred = new Deferred((error) => events.onFault(error))
    this.#deferred.every(WATCH_MS, () => this.#watch())
    this.#ready = this.#openNow() ? Promise.resolve() : this.#lane.put(() => undefined, 0)
    this.#ready.catch(() => undefined)
  }

  ready(): Promise<void> {
    return this.#ready
  }

  append(facts: readonly Fact[]): Promise<void> {
    return this.#put(() => {
      const rows = facts.map(rowOf)
      return (writer) => rows.forEach((row) => writer.addFact(row))
    }, facts.length)
  }

  saveRecords(records: readonly Carbon[]): Promise<void> {
    return eachSaved(
      records,
      records.map((record) => this.#saveRecord(record)),
    )
  }

  #saveRecord(record: Carbon): Promise<void> {
    return this.#put(() => {
      const [kept, body] = [{ ...record }, recordBody(record)]
      return (writer) => writer.saveRecord(kept, body)
    }, 1)
  }

  async seal(until: number, at: number): Promise<Seal> {
    let seal: Seal | undefined
    await this.#put(() => (writer) => void (seal = writer.seal(until, at)), 1)
    return seal!
  }

  /** Not in the lane: what fails here is told to who asked, and holds nothing up. */
  async compact(order: CompactOrder): Promise<Compacted | null> {
    await this.#ready
    this.#keepPlace()
    const writer = this.#open()
    writer.checkFile()
    return writer.compact(order)
  }

  saveAlert(alert: CarbonAlert): Promise<void> {
    return this.#put(() => {
      const [kept, body] = [{ ...alert }, alertBody(alert)]
      return (writer) => writer.saveAlert(kept, body)
    }, 1)
  }

  post(letters: readonly NewLetter[]): Promise<void> {
    return this.#put(() => {
      const kept = structuredClone(letters)
      return (writer) => writer.post(kept)
    }, letters.length)
  }

  delivered(id: string, at: number): Promise<void> {
    return this.#put(() => (writer) => writer.delivered(id, at), 1)
  }

  failed(id: string, reason: string): Promise<void> {
    return this.#put(() => (writer) => writer.failed(id, reason), 1)
  }

  close(): Promise<void> {
    this.#deferred.stop()
    this.#lane.close()
    try {
      this.#keepPlace()
    } catch (error) {
      this.#events.onFault(new Error(`ledger ${this.path}: ${(error as Error).message}`, { cause: error }))
    }
    this.#closeWriter()
    this.#owner?.release()
    this.#owner = undefined
    return Promise.resolve()
  }

  #put(prepare: () => Write, size: number): Promise<void> {
    try {
      return this.#lane.put(prepare(), size)
    } catch (error) {
      return Promise.reject(refusalOf(error))
    }
  }

  #commit(batch: readonly Write[]): ReadonlyMap<number, Error> {
    let outcome
    try {
      this.#keepPlace()
      const writer = this.#open()
      writer.checkFile()
      outcome = writer.transaction(batch)
      this.#keepPlace()
      writer.checkWritten()
      writer.checkpoint()
    } catch (error) {
      throw new Error(`ledger ${this.path}: ${this.#letGo(error as Error)}`, { cause: error })
    }
    const { conflicts, refused } = outcome
    this.conflicts += conflicts.length
    if (conflicts.length > 0) this.#events.onConflicts(conflicts)
    return refused
  }

  /** A fresh connection for the next attempt, but what could not be saved is nowhere else. Gives what happened, in words. */
  #letGo(error: Error): string {
    if (!(error instanceof Overwritten)) {
      if (this.#writer?.isInPlace()) this.#closeWriter()
      return error.message
    }
    const kept = this.#writer!.abandon()
    this.#writer = undefined
    return `${error.message}; something else has written into it while it was open. The ledger goes on in what is there, where \
that is a ledger; the log of what was committed last lies in ${kept}`
  }

  /** Saves what is in a file that is no longer in its place, and throws: what is to be written goes into the one there. */
  #keepPlace(): void {
    if (!this.#writer || this.#writer.isInPlace()) return
    const told = this.#writer.save()
    this.#closeWriter()
    throw new Error(told)
  }

  /** A ledger that has nothing to write looks for its file now and then. */
  #watch(): void {
    if (this.#isWatching || !this.#writer || (this.#writer.isInPlace() && this.#writer.isUntouched())) return
    this.#isWatching = true
    const done = (): void => void (this.#isWatching = false)
    this.#lane.put(() => undefined, 0).then(done, done)
  }

  #open(): SqliteWriter {
    if (this.#ownedBy !== undefined) this.#owner ??= new Owner(this.#sqlite, this.path, this.#ownedBy)
    const notice = (text: string): void => this.#events.onNotice?.(`ledger ${this.path}: ${text}`)
    return (this.#writer ??= new SqliteWriter(this.#sqlite, this.path, notice))
  }

  /** The first attempt; where it fails the lane makes the next ones, and tells. */
  #openNow(): boolean {
    try {
      return Boolean(this.#open())
    } catch {
      return false
    }
  }

  #closeWriter(): void {
    this.#writer?.close()
    this.#writer = undefined
  }
}
