/** What SQLite alone takes for the same rows: no chain, no look for conflicts, one transaction per batch. */

import { DatabaseSync } from 'node:sqlite'
import { rowOf, type FactRow } from '../../nodes/stores/chain.ts'
import type { Fact } from '../../nodes/stores/ledger.ts'
import { timed } from './say.ts'

const BATCH = 5000

export async function insertAlone(path: string, facts: Iterable<Fact>): Promise<{ facts: number; ms: number }> {
  const rows = [...facts].map(rowOf)
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE facts (kind TEXT, id TEXT, revision INTEGER, line TEXT, "from" INTEGER, "to" INTEGER, body TEXT)`)
  const ms = await timed(() => insert(db, rows))
  db.close()
  return { facts: rows.length, ms }
}

function insert(db: DatabaseSync, rows: readonly FactRow[]): void {
  const statement = db.prepare('INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (let i = 0; i < rows.length; i += BATCH) {
    db.exec('BEGIN')
    for (const { kind, id, revision, line, from, to, body } of rows.slice(i, i + BATCH))
      statement.run(kind, id, revision, line, from, to, body)
    db.exec('COMMIT')
  }
}
