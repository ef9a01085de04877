/**
 * Who keeps a ledger file: one Node-RED at a time. Two would each reckon and save the same records. The lock is that of a
 * small database beside the file, so it ends with the process, however that ends. `mes-carbon` does not need it.
 */

import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Sqlite } from './sqlite-open.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS owner (only INTEGER PRIMARY KEY CHECK (only = 1), name, process, host)`
const WRITE = 'INSERT OR REPLACE INTO owner VALUES (1, ?, ?, ?)'

interface Row {
  name: string
  process: number
  host: string
}

export class Owner {
  readonly #db: DatabaseSync

  /** Throws where another process keeps the file, with who it is. */
  constructor({ DatabaseSync }: Sqlite, path: string, name: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#db = new DatabaseSync(`${path}-owner`)
    try {
      this.#db.exec(TABLE)
      this.#db.prepare(WRITE).run(name, process.pid, hostname())
      this.#db.exec('BEGIN IMMEDIATE')
    } catch (error) {
      const other = this.#other()
      this.#db.close()
      throw other ?? error
    }
  }

  release(): void {
    this.#db.close()
  }

  #other(): Error | undefined {
    try {
      const { name, process, host } = this.#db.prepare('SELECT * FROM owner').get() as unknown as Row
      return new Error(
        `it is kept by process ${process} on ${host}, the ledger "${name}"; one Node-RED may write it at a time`,
      )
    } catch {
      return undefined
    }
  }
}
