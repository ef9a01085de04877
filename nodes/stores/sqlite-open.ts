/** Opens a SQLite ledger for writing: creates the file or brings its tables up to date. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as sqlite from 'node:sqlite'
import type { DatabaseSync } from 'node:sqlite'
import { APPLICATION_ID, SCHEMA_VERSION, stepsFrom } from './schema.ts'
import { takeOver } from './sqlite-journal.ts'
import { Statements } from './statements.ts'

export type Sqlite = typeof sqlite

/** How long one write waits for another program that holds the file; the event loop stands still meanwhile. */
const BUSY_MS = 200

/**
 * What was committed lies in the log beside the file until a checkpoint of ours, so that any other change of the file itself
 * was made by something else.
 */
const SETTINGS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0'

/** Throws where the file cannot be opened or is something else. */
export function openForWriting({ DatabaseSync }: Sqlite, path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    prepareSchema(db)
    db.exec(SETTINGS)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareSchema(db: DatabaseSync): void {
  const pragma = (name: string): number => Number(Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0])
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined
  if (isEmpty) return bringUp(db, 0)
  if (pragma('application_id') !== APPLICATION_ID) throw new Error('expected a carbon ledger, got another database')
  const version = pragma('user_version')
  if (version > SCHEMA_VERSION) {
    throw new Error(`expected schema version ${SCHEMA_VERSION} or lower, got ${version}: written by a newer release`)
  }
  if (version < SCHEMA_VERSION) bringUp(db, version)
}

/** In one transaction. */
function bringUp(db: DatabaseSync, version: number): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(stepsFrom(version))
    takeOver(new Statements(db))
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
