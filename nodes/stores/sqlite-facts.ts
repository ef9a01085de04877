/** The end of the chain in a SQLite ledger, and one more fact on it. */

import { lastAnchor } from './anchors.ts'
import { sealOf, textOf, type FactRow } from './chain.ts'
import type { Conflict } from './ledger.ts'
import type { Statements } from './statements.ts'
import { FACT_COLUMNS } from './unreadable.ts'

export interface Head {
  seq: number
  hash: string
}

const HEAD = 'SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1'
const INSERT = `INSERT INTO facts (seq, kind, id, revision, line, "from", "to", body, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id, revision) DO NOTHING`
const KEPT = `SELECT ${FACT_COLUMNS} FROM facts WHERE kind = ? AND id = ? AND revision = ?`

/** The newest fact, or the newest archived one where none is held. */
export function headOf(db: Statements): Head {
  const { seq, hash } = db.get<Head>(HEAD) ?? lastAnchor(db)
  return { seq, hash }
}

/** Puts a fact behind the head; gives the new head, or the conflict with what is kept, or nothing for the same again. */
export function addFact(db: Statements, head: Head, row: FactRow): { head?: Head; conflict?: Conflict } {
  const { kind, id, revision, line, from, to, body } = row
  const next = { seq: head.seq + 1, hash: sealOf(head.hash, row) }
  if (db.run(INSERT, next.seq, kind, id, revision, line, from, to, body, next.hash)) return { head: next }
  const [kept, refused] = [textOf(db.get<FactRow>(KEPT, kind, id, revision)!), textOf(row)]
  return kept === refused ? {} : { conflict: { what: kind, id, revision, kept, refused } }
}
