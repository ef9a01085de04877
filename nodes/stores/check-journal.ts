/** The journal against what it names, and the head against both chains. */

import { lastAnchor } from './anchors.ts'
import { GENESIS } from './chain.ts'
import type { Findings } from './findings.ts'
import { BEGINNING, entryHash, headHash, sha256, type Entry } from './journal.ts'
import { headOf } from './sqlite-facts.ts'
import { ALL_ENTRIES, ENTERED, lastEntry, readLedgerHead } from './sqlite-journal.ts'
import { shown } from './refusal.ts'
import type { Statements } from './statements.ts'

const RECORD = 'SELECT body, status FROM records WHERE id = ? AND revision = ?'
/** Lasting revisions that have no entry. */
const UNKNOWN = `SELECT id, revision FROM records WHERE ${ENTERED}
  EXCEPT SELECT id, revision FROM journal WHERE what = 'record'`

export function checkJournal(db: Statements, findings: Findings, archivedSeal: number): void {
  checkHead(db, findings)
  const facts = factHashes(db)
  const newest: Partial<Record<Entry['what'], Entry>> = {}
  let last = BEGINNING
  let isBroken = false
  for (const entry of db.walk<Entry>(ALL_ENTRIES)) {
    isBroken ||= !follows(entry, last, { facts, findings })
    last = entry
    newest[entry.what] = entry
    checkContent(db, findings, entry)
  }
  for (const { id, revision } of db.walk<Entry>(UNKNOWN, archivedSeal))
    findings.add('record', `record ${shown(id)} revision ${revision} was put in: no entry of the journal knows it`)
  checkNewest(db, findings, newest)
}

interface Chains {
  facts: (seq: number) => string | undefined
  findings: Findings
}

/** True where an entry follows from the one before it; what does not is told once, as nothing after it can follow either. */
function follows(entry: Entry, last: { n: number; hash: string }, { facts, findings }: Chains): boolean {
  const begins = last.n === 0 && entry.what === 'anchor'
  const [previous, n] = begins ? [entry.id, entry.n] : [last.hash, last.n + 1]
  const fact = facts(entry.seq)
  if (entry.n === n && fact !== undefined && entry.hash === entryHash(previous, fact, entry)) return true
  const what = `it was changed, put in or taken out, or the fact that it names (row ${entry.seq}) was`
  findings.add('journal', `entry ${entry.n} of the journal does not follow from the one before it: ${what}`)
  return false
}

function checkContent(db: Statements, findings: Findings, { what, id, revision, sha256: entered }: Entry): void {
  if (what !== 'record') return
  const name = `record ${shown(id)} revision ${revision}`
  const kept = db.get<{ body: string; status: string }>(RECORD, id, revision)
  if (!kept) findings.add('record', `${name} is missing: it was deleted after it was saved`)
  else if (sha256(kept.body) !== entered) findings.add('record', `${name} was changed after it was saved`)
  else if (kept.status === 'provisional')
    findings.add('record', `${name} was lasting when it was saved, and is provisional now`)
}

/** The newest seal and the newest anchor are those that were entered last: the others hang on them. */
function checkNewest(db: Statements, findings: Findings, newest: Partial<Record<Entry['what'], Entry>>): void {
  const seal = db.get<{ n: number; hash: string }>('SELECT n, seal AS hash FROM seals ORDER BY n DESC LIMIT 1')
  const anchor = lastAnchor(db)
  const pairs = [
    ['seal', seal, newest.seal],
    ['anchor', anchor.n > 0 ? { n: anchor.n, hash: anchor.anchor } : undefined, newest.anchor],
  ] as const
  for (const [what, kept, entered] of pairs) {
    if (kept?.n === entered?.revision && kept?.hash === entered?.sha256) continue
    if (entered && (kept?.n ?? 0) < entered.revision)
      findings.add(what, `${what} ${entered.revision} is missing: it was deleted`)
    else if (kept && kept.n > (entered?.revision ?? 0))
      findings.add(what, `${what} ${kept.n} was put in: no entry of the journal knows it`)
    else findings.add(what, `${what} ${kept?.n} is not the one that was entered in the journal`)
  }
}

function checkHead(db: Statements, findings: Findings): void {
  const head = readLedgerHead(db)
  if (!head) return findings.add('head', 'the head is missing: the row that says where the ledger stands was deleted')
  if (head.head !== headHash(head)) findings.add('head', 'the head was changed: its hash does not follow from it')
  const [fact, entry] = [headOf(db), lastEntry(db)]
  compare(findings, 'fact', { kept: { n: fact.seq, hash: fact.hash }, head: { n: head.seq, hash: head.fact } })
  compare(findings, 'journal', { kept: entry, head: { n: head.n, hash: head.entry } })
}

type End = { n: number; hash: string }
const NAMES = {
  fact: (n: number) => `the fact in row ${n}`,
  journal: (n: number) => `entry ${n} of the journal`,
}

function compare(findings: Findings, kind: keyof typeof NAMES, { kept, head }: { kept: End; head: End }): void {
  const name = NAMES[kind]
  if (kept.n < head.n)
    findings.add(kind, `${name(head.n)} is missing: the end was cut off, the last that is there is ${kept.n}`)
  else if (kept.n > head.n) findings.add(kind, `${name(kept.n)} was put in: the head names ${head.n} as the newest`)
  else if (kept.hash !== head.hash) findings.add(kind, `${name(kept.n)} is not the one that the head names`)
}

/** The hash of a fact by its row; entries one after the other mostly name the same. */
function factHashes(db: Statements): (seq: number) => string | undefined {
  const anchor = lastAnchor(db)
  const known = { seq: 0, hash: GENESIS as string | undefined }
  return (seq) => {
    if (seq === known.seq) return known.hash
    known.seq = seq
    known.hash =
      seq === anchor.seq ? anchor.hash : db.get<{ hash: string }>('SELECT hash FROM facts WHERE seq = ?', seq)?.hash
    return known.hash
  }
}
