/** The journal and the head of a SQLite ledger. */

import { lastAnchor, type ORIGIN } from './anchors.ts'
import type { Seal } from './ledger.ts'
import { BEGINNING, entryHash, headHash, sha256, type Entry, type JournalEnd, type LedgerHead } from './journal.ts'
import { headOf, type Head } from './sqlite-facts.ts'
import type { Statements } from './statements.ts'

const COLUMNS = 'n, what, id, revision, seq, sha256, hash'
export const ALL_ENTRIES = `SELECT ${COLUMNS} FROM journal ORDER BY n`
const LAST = 'SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1'
const ADD = `INSERT INTO journal (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`
const HEAD = 'SELECT commits, seq, fact, n, entry, head FROM head'
const MOVE_HEAD = `INSERT OR REPLACE INTO head (only, commits, seq, fact, n, entry, head) VALUES (1, ?, ?, ?, ?, ?, ?)`
/** The anchor stands for the records of archived seals. */
const STAYING = `SELECT what, id, revision, sha256 FROM journal AS j WHERE what = 'record'
  AND NOT EXISTS (SELECT 1 FROM records WHERE id = j.id AND seal <= ?) ORDER BY n`
/** The records that have entries: an anchor stands for those of archived periods, and what cannot be read has none. */
export const ENTERED = `status <> 'provisional' AND (seal IS NULL OR seal > ?)
  AND revision BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`
const FOUND = `SELECT id, revision, body FROM records WHERE ${ENTERED} ORDER BY id, revision`
const LAST_SEAL = 'SELECT n, seal FROM seals ORDER BY n DESC LIMIT 1'

export type NewEntry = Pick<Entry, 'what' | 'id' | 'revision' | 'sha256'>

export const lastEntry = (db: Statements): JournalEnd => ({ ...(db.get<JournalEnd>(LAST) ?? BEGINNING) })

/** Writes an entry behind the last one; gives where the journal stands then. */
export function addEntry(db: Statements, last: JournalEnd, { seq, hash: fact }: Head, entry: NewEntry): JournalEnd {
  const { what, id, revision, sha256 } = entry
  const row = { n: last.n + 1, what, id, revision, seq, sha256 }
  const end = { n: row.n, hash: entryHash(last.hash, fact, row) }
  db.run(ADD, row.n, what, id, revision, seq, sha256, end.hash)
  return end
}

export const entryOfRecord = ({ id, revision }: { id: string; revision: number }, body: string): NewEntry => ({
  ...{ what: 'record', id, revision },
  sha256: sha256(body),
})

export const entryOfSeal = ({ n, seal }: Pick<Seal, 'n' | 'seal'>): NewEntry => ({
  ...{ what: 'seal', id: '', revision: n, sha256: seal },
})

export const readLedgerHead = (db: Statements): LedgerHead | undefined => db.get<LedgerHead>(HEAD)

/** Writes the head of what the tables hold now; gives it. */
export function moveHead(db: Statements, commits: number, fact: Head, entry: JournalEnd): LedgerHead {
  const state = { commits, seq: fact.seq, fact: fact.hash, n: entry.n, entry: entry.hash }
  const head = headHash(state)
  db.run(MOVE_HEAD, commits, state.seq, state.fact, state.n, state.entry, head)
  return { ...state, head }
}

/** Takes over what was saved before there was a journal, as it is found. */
export function takeOver(db: Statements): void {
  const [head, anchor] = [headOf(db), lastAnchor(db)]
  let end: JournalEnd = BEGINNING
  const add = (entry: NewEntry): void => void (end = addEntry(db, end, head, entry))
  if (anchor.n > 0) add(entryOfAnchor(anchor, end.hash))
  for (const row of db.walk<{ id: string; revision: number; body: string }>(FOUND, anchor.seal))
    add(entryOfRecord(row, row.body))
  const seal = db.get<Pick<Seal, 'n' | 'seal'>>(LAST_SEAL)
  if (seal) add(entryOfSeal(seal))
  moveHead(db, 0, head, end)
}

/** What of the journal goes on to matter when the seals up to one go to an archive. */
export const stayingEntries = (db: Statements, seal: number): NewEntry[] => [...db.walk<NewEntry>(STAYING, seal)]

/** Begins the journal anew behind an anchor that was just written: what stays is entered again, with the hashes that it had. */
export function beginAnew(db: Statements, head: Head, staying: readonly NewEntry[]): void {
  const [anchor, last] = [lastAnchor(db), lastEntry(db)]
  const seal = db.get<Pick<Seal, 'n' | 'seal'>>(LAST_SEAL)
  db.run('DELETE FROM journal')
  let end = addEntry(db, last, head, entryOfAnchor(anchor, last.hash))
  for (const entry of [...staying, ...(seal ? [entryOfSeal(seal)] : [])]) end = addEntry(db, end, head, entry)
}

const entryOfAnchor = ({ n, anchor }: typeof ORIGIN, previous: string): NewEntry => ({
  ...{ what: 'anchor', id: previous, revision: n, sha256: anchor },
})
