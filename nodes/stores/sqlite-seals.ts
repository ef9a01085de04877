/** Closing a period in a SQLite ledger, and checking what was closed. */

import { checkUntil, hashOfRecords, nextSeal, sealedRecord, type Sealed } from './seals.ts'
import type { Anchor, ORIGIN } from './anchors.ts'
import type { Seal } from './ledger.ts'
import type { Statements } from './statements.ts'

const COLUMNS = 'n, until, sealedAt, seq, hash, facts, records, recordsHash, seal'
const LAST = `SELECT ${COLUMNS} FROM seals ORDER BY n DESC LIMIT 1`
export const ALL_SEALS = `SELECT ${COLUMNS} FROM seals ORDER BY n`
export const SEALED_UNTIL = 'SELECT until FROM seals ORDER BY n DESC LIMIT 1'

const isNewest = `revision = (SELECT max(revision) FROM records WHERE id = r.id AND status <> 'provisional')`
const ENDED = `SELECT id FROM records AS r
  WHERE seal IS NULL AND status <> 'provisional' AND "to" <= ? AND ${isNewest}`
/** All revisions of a record are covered, so that none of them is looked at again by the next closing. */
const COVER = 'UPDATE records SET seal = ? WHERE id = ?'
const BODIES = `SELECT body FROM records AS r WHERE seal BETWEEN ? AND ? AND ${isNewest} ORDER BY id`
/** A body that is no JSON, or a column that says something else, breaks the seal: its record counts as an empty text. */
const TRUE_BODIES = BODIES.replace(
  'body',
  `CASE WHEN NOT json_valid(body) THEN ''
     WHEN (id, revision, view, line, "from", "to", status) IS (body ->> 'id', body ->> 'revision', body ->> 'view',
       body ->> 'line', body ->> 'from', body ->> 'to', body ->> 'status') THEN body ELSE '' END AS body`,
)
const COVERED_BY = `SELECT seal FROM records WHERE id = ? AND seal IS NOT NULL LIMIT 1`
const IS_KEPT = 'SELECT 1 FROM records WHERE id = ? AND revision = ?'

/** Closes all time before `until`; runs inside the writer's transaction. */
export function sealPeriod(
  db: Statements,
  { until, at, head }: { until: number; at: number; head: { seq: number; hash: string } },
): Seal {
  const last = db.get<Seal>(LAST)
  checkUntil(until, last?.until ?? null)
  const n = (last?.n ?? 0) + 1
  for (const { id } of [...db.walk<{ id: string }>(ENDED, until)]) db.run(COVER, n, id)
  const seal = nextSeal(last, { until, sealedAt: at, ...head, ...hashOfRecords(coveredBodies(db, n, n)) })
  db.run(
    `INSERT INTO seals (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[seal.n, seal.until, seal.sealedAt, seal.seq, seal.hash, seal.facts, seal.records, seal.recordsHash, seal.seal],
  )
  return seal
}

/** Refuses a new revision of a record that a seal covers. */
export function checkOpen(db: Statements, { id, revision }: { id: string; revision: number }): void {
  const covered = db.get<{ seal: number }>(COVERED_BY, id)
  if (covered && !db.get(IS_KEPT, id, revision)) throw sealedRecord(id, covered.seal)
}

/** The records that the seals from one to another cover: the newest lasting revisions, by id. */
export const coveredBodies = (db: Statements, from: number, to: number): Iterable<string> =>
  bodies(db, BODIES, from, to)

/** What the seals of a file are checked against. Before its anchor, what remains of all of them is one. */
export function sealedIn(db: Statements, anchor: Partial<Anchor> & typeof ORIGIN): Sealed {
  const { seq: from, seal, records, recordsHash } = anchor
  return {
    hashAt: (seq) => db.get<{ hash: string }>('SELECT hash FROM facts WHERE seq = ?', seq)?.hash,
    bodiesOf: (n) => bodies(db, TRUE_BODIES, n, n),
    archived: { seq: from, hash: anchor.hash, seal },
    isLeft: () => {
      const left = hashOfRecords(bodies(db, TRUE_BODIES, 1, seal))
      return left.records === records && left.recordsHash === recordsHash
    },
  }
}

function* bodies(db: Statements, sql: string, from: number, to: number): Generator<string> {
  for (const { body } of db.walk<{ body: string }>(sql, from, to)) yield body
}
