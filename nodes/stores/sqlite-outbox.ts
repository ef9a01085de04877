/** Letters in a SQLite ledger. */

import { canonicalJson } from './chain.ts'
import { DELIVERED_KEPT_MS, letterId, type Letter, type NewLetter } from './outbox.ts'
import type { Statements } from './statements.ts'

/** The same one again is to be delivered again. */
const POST = `INSERT INTO outbox (id, target, created, filename, document, about) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET created = excluded.created, about = excluded.about, attempts = 0, last_error = NULL,
    delivered_at = NULL`
/** A newer letter of the same name takes the place of one that waits: it must not come after it. */
const REPLACE = 'DELETE FROM outbox WHERE target = ? AND filename = ? AND id <> ? AND delivered_at IS NULL'
export const UNDELIVERED = `SELECT id, target, created, filename, document, about, attempts, last_error AS lastError
  FROM outbox WHERE target = ? AND delivered_at IS NULL ORDER BY created, filename`

export function postLetters(db: Statements, letters: readonly NewLetter[]): void {
  for (const letter of letters) {
    const { target, created, filename, document, about } = letter
    const id = letterId(letter)
    db.run('DELETE FROM outbox WHERE delivered_at < ?', created - DELIVERED_KEPT_MS)
    db.run(REPLACE, target, filename, id)
    db.run(POST, id, target, created, filename, document, canonicalJson(about, `letter ${filename}`))
  }
}

export function letterDelivered(db: Statements, id: string, at: number): void {
  db.run('UPDATE outbox SET delivered_at = ?, last_error = NULL WHERE id = ?', at, id)
}

export function letterFailed(db: Statements, id: string, reason: string): void {
  db.run('UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE id = ?', reason, id)
}

export const letterOf = (row: Omit<Letter, 'about'> & { about: string }): Letter => ({
  ...row,
  about: JSON.parse(row.about) as object,
})
