/** What a SQLite ledger is asked. Nothing here writes: an outage of writing does not stop it. */

import type { Carbon, CarbonAlert } from '../core/records.ts'
import type { Fact, FactQuery, RecordQuery, Seal, Verification } from './ledger.ts'
import type { Letter } from './outbox.ts'
import {
  type Condition,
  readFacts,
  readHead,
  readNewest,
  readNewestTime,
  readOldestTime,
  readRecord,
  readArchivedUntil,
  readSealedUntil,
  readSeals,
  readUndelivered,
  verifyFile,
} from './sqlite-reader.ts'
import { once, type Report } from './unreadable.ts'

export class SqliteReads {
  protected readonly path: string
  #sealedUntil: number | null | undefined
  #archivedUntil: number | null | undefined

  readonly #report: Report

  constructor(path: string, onNotice: Report) {
    this.path = path
    this.#report = once(onNotice)
  }

  facts(query: FactQuery): Iterable<Fact> {
    return readFacts(this.path, query, this.#report)
  }

  newest(): number | null {
    return readNewestTime(this.path)
  }

  oldest(): number | null {
    return readOldestTime(this.path)
  }

  records({ view, status, line, from, to, since, until }: RecordQuery): Iterable<Carbon> {
    return this.#newestRecords([
      ['view = ?', view],
      ['status = ?', status],
      ['line = ?', line],
      ['"from" >= ?', from],
      ['"to" <= ?', to],
      ['"to" > ?', since],
      ['"from" < ?', until],
    ])
  }

  record(id: string): Carbon | undefined {
    return readRecord(this.path, id, this.#report)
  }

  adjustments(id: string): Iterable<Carbon> {
    return this.#newestRecords([['adjusts = ?', id]])
  }

  seals(): Iterable<Seal> {
    return readSeals(this.path)
  }

  /** In an outage what was known last, as below. */
  archivedUntil(): number | null {
    try {
      return (this.#archivedUntil = readArchivedUntil(this.path))
    } catch (error) {
      if (this.#archivedUntil === undefined) throw error
      return this.#archivedUntil
    }
  }

  /** In an outage what was known last: the emission goes on, and a record of a closed period is refused when it is saved. */
  sealedUntil(): number | null {
    try {
      return (this.#sealedUntil = readSealedUntil(this.path))
    } catch (error) {
      if (this.#sealedUntil === undefined) throw error
      return this.#sealedUntil
    }
  }

  alerts(from: number, to: number): Iterable<CarbonAlert> {
    const conditions: Condition[] = [
      ['"from" >= ?', from],
      ['"from" < ?', to],
    ]
    return readNewest<CarbonAlert>(this.path, { table: 'alerts', conditions, report: this.#report })
  }

  undelivered(target: string): Iterable<Letter> {
    return readUndelivered(this.path, target)
  }

  verify(): Verification {
    return verifyFile(this.path)
  }

  head(): string {
    return readHead(this.path)
  }

  #newestRecords(conditions: Condition[]): Iterable<Carbon> {
    return readNewest<Carbon>(this.path, { table: 'records', conditions, report: this.#report })
  }
}
