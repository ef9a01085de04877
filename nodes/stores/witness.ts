/**
 * Sees a ledger file as the next process would. SQLite goes on with what it holds in memory when the content of its file is
 * replaced, cut off or damaged, and all that it acknowledges from then on is lost: here it is noticed before that.
 */

import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { LedgerHead } from './journal.ts'
import { readLedgerHead } from './sqlite-journal.ts'
import type { Sqlite } from './sqlite-open.ts'
import { Log } from './log.ts'
import { Statements } from './statements.ts'

/** The content of the file is not what was written to it. */
export class Overwritten extends Error {}

export class Witness {
  readonly #sqlite: Sqlite
  readonly #path: string
  /** A second connection, which sees what the first has committed, as any other does. */
  readonly #db: DatabaseSync
  readonly #statements: Statements
  /** The file itself as the ledger left it; what is committed lies in the log beside it. */
  #left: string
  readonly #log: Log

  /** For a file that has just been opened. */
  constructor(sqlite: Sqlite, path: string) {
    this.#sqlite = sqlite
    this.#path = path
    this.#db = new sqlite.DatabaseSync(path, { readOnly: true })
    this.#statements = new Statements(this.#db)
    this.#log = new Log(path)
    this.#left = stateOf(path)
  }

  /** True while nothing but the ledger has written into the file itself. */
  isUntouched(): boolean {
    return stateOf(this.#path) === this.#left
  }

  /** To be called when the ledger itself has written into the file. */
  adopt(): void {
    this.#left = stateOf(this.#path)
  }

  /** Throws where something else has written into the file, and it does not hold what was written last. */
  checkFile(written: LedgerHead | undefined): void {
    checking(() => this.#log.check())
    const now = stateOf(this.#path)
    if (now === this.#left) return
    // To open an empty file would take its log away.
    if (now.startsWith('0 ')) throw new Overwritten('the file does not hold what was written to it: it is empty')
    const db = new this.#sqlite.DatabaseSync(this.#path, { readOnly: true })
    checking(() => {
      const statements = new Statements(db)
      const says = String(Object.values([...statements.walk<object>('PRAGMA quick_check(1)')][0]!)[0])
      if (says !== 'ok') throw new Error(`it is malformed, ${says.split('\n').at(-1)}`)
      compare(readLedgerHead(statements), written)
    }, db)
    // Its date was changed, or another program has moved the log into it.
    this.#left = now
  }

  /** Throws where another process does not read what was written last. */
  checkWritten(written: LedgerHead): void {
    this.checkFile(written)
    checking(() => compare(readLedgerHead(this.#statements), written))
  }

  /** True when the log has grown so far that it is worth moving into the file. */
  isLogLong(): boolean {
    return this.#log.isLong()
  }

  /**
   * Closes the connection to a file that was overwritten, without moving its log into what is there now. The log is kept
   * beside it: what was committed last is nowhere else. Gives its place.
   */
  abandon(db: DatabaseSync): string {
    const kept = `${this.#path}.overwritten-${new Date().toISOString().replaceAll(':', '')}-wal`
    if (existsSync(`${this.#path}-wal`)) copyFileSync(`${this.#path}-wal`, kept)
    // While another connection is there, closing does not move the log; this one cannot.
    db.close()
    for (const end of ['-wal', '-shm']) rmSync(this.#path + end, { force: true })
    this.close()
    return kept
  }

  close(): void {
    this.#db.close()
  }
}

function checking(check: () => void, db?: DatabaseSync): void {
  try {
    check()
  } catch (error) {
    const reason = (error as Error).message
    throw new Overwritten(`the file does not hold what was written to it: ${reason}`, { cause: error })
  } finally {
    db?.close()
  }
}

/** Another process may have committed more since, but nothing else in the same place. */
function compare(found: LedgerHead | undefined, written: LedgerHead | undefined): void {
  if (!written) return
  const isThere = found && (found.commits > written.commits || found.head === written.head)
  if (isThere) return
  const got = found ? `transaction ${found.commits}, row ${found.seq}` : 'no head'
  throw new Error(`expected transaction ${written.commits}, row ${written.seq}, got ${got}`)
}

function stateOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : 'missing'
}
