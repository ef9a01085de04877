/** Carbon records and their postings in a SQLite ledger. */

import type { Carbon } from '../core/records.ts'
import type { Conflict } from './ledger.ts'
import type { Statements } from './statements.ts'

const SAVE = `INSERT INTO records (id, revision, view, line, "from", "to", status, body, plant, adjusts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, revision) DO UPDATE
  SET view = excluded.view, line = excluded.line, "from" = excluded."from", "to" = excluded."to",
      status = excluded.status, body = excluded.body, plant = excluded.plant, adjusts = excluded.adjusts
  WHERE status = 'provisional'`
const KEPT = 'SELECT body FROM records WHERE id = ? AND revision = ?'
const POST = `INSERT INTO postings
  (view, "from", record, revision, bucket, line, "to", state, meter, machine, carrier, kWh, kgCO2e, hours)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Saves one revision; gives whether it was written, or the conflict where another content is kept under it. */
export function saveRecord(db: Statements, record: Carbon, body: string): { isWritten?: boolean; conflict?: Conflict } {
  const { id, revision, view, line, from, to, status, plant, adjusts } = record
  const values = [id, revision, view, line, from, to, status, body, plant ?? null, adjusts?.id ?? null]
  if (db.run(SAVE, ...values)) {
    if (status !== 'provisional') post(db, record)
    return { isWritten: true }
  }
  const kept = db.get<{ body: string }>(KEPT, id, revision)!.body
  return kept === body ? {} : { conflict: { what: 'record', id, revision, kept, refused: body } }
}

/** One row for each bucket of a lasting revision; it is saved once, and so are these. */
function post(db: Statements, { id, revision, view, line, from, to, buckets }: Carbon): void {
  for (const [n, { state, meter, machine, carrier, kWh, kgCO2e, hours }] of buckets.entries()) {
    const of = [view, from, id, revision, n, line, to]
    db.run(POST, ...of, state, meter, machine ?? null, carrier, kWh, kgCO2e, hours ?? null)
  }
}
