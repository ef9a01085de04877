/** Takes closed time out of a SQLite ledger: into an archive first, then out of the file, in one transaction. */

import { Archive } from './archive.ts'
import { addAnchor, lastAnchor, manifestsOf } from './anchors.ts'
import { Carried } from './carried.ts'
import { textOf, type ChainRow, type FactRow } from './chain.ts'
import type { Compacted, CompactOrder, Seal } from './ledger.ts'
import { hashOfRecords } from './seals.ts'
import { headOf } from './sqlite-facts.ts'
import type { Entry } from './journal.ts'
import { ALL_ENTRIES, beginAnew, stayingEntries } from './sqlite-journal.ts'
import { ALL_SEALS, coveredBodies } from './sqlite-seals.ts'
import type { Statements } from './statements.ts'
import { ROW_COLUMNS, faultOf } from './unreadable.ts'

/** A record of a later period, or of none, an order that nobody ended, holds facts back no longer than this. */
const HELD_BACK_MS = 31 * 86_400_000
/** The file is made smaller where this share of it is free; less is filled again by what comes. */
const FREE_SHARE = 0.25

/** What goes. */
interface Plan {
  seal: Seal
  /** The facts up to this one, after the last anchor. */
  toSeq: number
  head: string
  /** All measurements that go end before it. */
  until: number
  /** Where the time begins that stays: earlier, where a measurement that stays reaches back. */
  since: number
}

const MEASURED = `kind IN ('energy', 'production')`
const STAYING_FACTS = `SELECT min("from") AS at FROM facts WHERE ${MEASURED} AND "to" >= ?`
/** A shift or an order over the end of the period is closed later, if it is: it goes with all that it rests on. */
const STAYING_RECORDS = `SELECT min("from") AS at FROM records WHERE seal IS NULL OR seal > ?`
const OLD_RECORDS = `SELECT seal, body FROM records WHERE seal > ? AND seal <= ? ORDER BY id, revision`
const THIN_OUT = `DELETE FROM records AS r WHERE seal <= ? AND (view = 'window' AND adjusts IS NULL
  OR revision < (SELECT max(revision) FROM records WHERE id = r.id AND status <> 'provisional'))`
const CLEAR_POSTINGS = `DELETE FROM postings AS p WHERE "from" < ?
  AND NOT EXISTS (SELECT 1 FROM records WHERE id = p.record AND revision = p.revision)`

/**
 * Runs in a transaction of its own; `append` adds a fact to the end of the chain. Gives `null` where nothing is closed
 * that may go. Throws, and leaves all as it was, where anything fails.
 */
export function compact(
  db: Statements,
  { before, archive, at, onStep = () => undefined }: CompactOrder,
  append: (row: FactRow) => void,
): Compacted | null {
  const plan = planOf(db, before)
  if (!plan) return null
  onStep('planned')
  const from = lastAnchor(db)
  const newest = headOf(db).seq
  const carried = new Carried(plan.since)
  const folder = new Archive(archive, manifestsOf(db))
  folder.write('facts.jsonl', factLines(db, plan.toSeq, carried))
  folder.write('records.jsonl', recordLines(db, from.seal, plan.seal.n))
  folder.write('seals.jsonl', sealLines(db, from.seal, plan.seal.n))
  folder.write('journal.jsonl', journalLines(db))
  onStep('written')
  const chain = { fromSeq: from.seq + 1, start: from.hash, toSeq: plan.toSeq, head: plan.head }
  const manifest = folder.finish({ at, until: plan.seal.until, seal: plan.seal.n, chain })
  onStep('archived')

  const staying = stayingEntries(db, plan.seal.n)
  const guard = unguard(db)
  onStep('unguarded')
  const facts = db.run('DELETE FROM facts WHERE seq <= ?', plan.toSeq)
  onStep('facts out')
  const standing = carried.rows()
  standing.forEach(append)
  const copies = { carriedFrom: newest + 1, carriedTo: newest + standing.length }
  onStep('facts carried')
  const records = db.run(THIN_OUT, plan.seal.n)
  db.run(CLEAR_POSTINGS, plan.seal.until)
  onStep('records out')
  const left = hashOfRecords(coveredBodies(db, 1, plan.seal.n))
  const { seal, toSeq: seq, head: hash, until } = plan
  addAnchor(db, { at, until, seq, hash, ...copies, seal: seal.n, ...left, archive, manifest })
  onStep('anchored')
  beginAnew(db, headOf(db), staying)
  guard()
  onStep('guarded')
  return { until: plan.seal.until, facts, records, carried: standing.length, archive }
}

/** Gives the room back that compaction has left, where it is worth it. Not in a transaction. */
export function shrink(db: Statements): void {
  const pragma = (name: string): number => Number(Object.values(db.get<object>(`PRAGMA ${name}`)!)[0])
  if (pragma('freelist_count') < FREE_SHARE * pragma('page_count')) return
  db.exec('VACUUM')
}

function planOf(db: Statements, before: number): Plan | undefined {
  const anchor = lastAnchor(db)
  const seal = db.get<Seal>('SELECT * FROM seals WHERE until <= ? ORDER BY n DESC LIMIT 1', before)
  if (!seal || seal.n <= anchor.seal) return undefined
  const staying = db.get<{ at: number | null }>(STAYING_RECORDS, seal.n)?.at
  const until = Math.max(Math.min(seal.until, staying ?? Infinity), seal.until - HELD_BACK_MS)
  const toSeq = Math.max(anchor.seq, Math.min(lastGone(db, until), newestSealed(db)))
  const head = db.get<{ hash: string }>('SELECT hash FROM facts WHERE seq = ?', toSeq)?.hash ?? anchor.hash
  return {
    seal,
    toSeq,
    head,
    until,
    since: Math.min(until, db.get<{ at: number | null }>(STAYING_FACTS, until)?.at ?? until),
  }
}

/** The fact before the first measurement that reaches a time: all measurements up to it have ended. */
function lastGone(db: Statements, until: number): number {
  const reaching = `SELECT seq FROM facts WHERE ${MEASURED} AND "to" >= ? ORDER BY seq LIMIT 1`
  return (db.get<{ seq: number }>(reaching, until)?.seq ?? Infinity) - 1
}

const newestSealed = (db: Statements): number =>
  db.get<{ seq: number }>('SELECT seq FROM seals ORDER BY n DESC LIMIT 1')!.seq

function* factLines(db: Statements, toSeq: number, carried: Carried): Generator<string> {
  for (const row of db.walk<ChainRow>(`SELECT ${ROW_COLUMNS} FROM facts WHERE seq <= ? ORDER BY seq`, toSeq)) {
    if (faultOf(row) === undefined) carried.see(row)
    yield `{"seq":${row.seq},"hash":"${row.hash}","fact":${textOf(row)}}`
  }
}

function* recordLines(db: Statements, after: number, to: number): Generator<string> {
  for (const { seal, body } of db.walk<{ seal: number; body: string }>(OLD_RECORDS, after, to))
    yield `{"seal":${seal},"record":${body}}`
}

function* sealLines(db: Statements, after: number, to: number): Generator<string> {
  for (const seal of db.walk<Seal>(ALL_SEALS)) if (seal.n > after && seal.n <= to) yield JSON.stringify(seal)
}

function* journalLines(db: Statements): Generator<string> {
  for (const entry of db.walk<Entry>(ALL_ENTRIES)) yield JSON.stringify(entry)
}

/** Takes the guards off the tables; gives what puts them on again as they were. */
function unguard(db: Statements): () => void {
  const triggers = `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('facts', 'postings', 'journal')`
  const guards = [...db.walk<{ name: string; sql: string }>(triggers)]
  for (const { name } of guards) db.exec(`DROP TRIGGER "${name}"`)
  return () => guards.forEach(({ sql }) => db.exec(sql))
}
