/** Looks through a ledger file for whatever was not written by a ledger. Nothing is written. */

import { ORIGIN, checkedAnchor } from './anchors.ts'
import { verifyChain, type ChainRow } from './chain.ts'
import { Findings } from './findings.ts'
import type { Seal, Verification } from './ledger.ts'
import { shown } from './refusal.ts'
import { verifySeals } from './seals.ts'
import { checkJournal } from './check-journal.ts'
import { checkPostings } from './check-postings.ts'
import { checkRecords } from './check-records.ts'
import { ALL_SEALS, sealedIn } from './sqlite-seals.ts'
import type { Statements } from './statements.ts'
import { ROW_COLUMNS, faultOf } from './unreadable.ts'

/** Walks the chain, the journal, the records with their postings, and the seals. */
export function verify(db: Statements): Verification {
  const has = (table: string): boolean => db.get('SELECT 1 FROM sqlite_master WHERE name = ?', table) !== undefined
  const findings = new Findings()
  // A file of the first release has no seals, one of the second no journal.
  const closes = has('seals')
  const anchor = closes ? anchorOf(db, findings) : ORIGIN
  const chain = walkFacts(db, findings, anchor)
  const seals = closes ? walkSeals(db, findings, anchor ?? ORIGIN) : { seals: 0 }
  const checks = [
    ...(has('journal') ? [checkJournal] : []),
    ...(closes ? [checkRecords, checkPostings] : []),
    checkPages,
  ]
  for (const check of checks) guarded(findings, () => check(db, findings, anchor?.seal ?? 0))
  if (findings.has('file'))
    findings.add(
      'file',
      `of the facts that are left, ${chain.facts} hold; the last good one is sealed by ${chain.head}`,
    )
  const isOk = chain.ok && seals.brokenSeal === undefined && findings.isOk
  const found = findings.list()
  return { ...chain, ...seals, ok: isOk, ...(found.length > 0 && { findings: found }) }
}

function anchorOf(db: Statements, findings: Findings): typeof ORIGIN | undefined {
  const found = { anchor: ORIGIN as typeof ORIGIN | undefined }
  guarded(findings, () => {
    found.anchor = checkedAnchor(db)
    if (found.anchor) return
    findings.add('anchor', 'what says where older facts went was changed: it does not follow from what lies before')
  })
  return found.anchor
}

function walkFacts(db: Statements, findings: Findings, anchor: typeof ORIGIN | undefined): Omit<Verification, 'seals'> {
  const last = { seq: anchor?.seq ?? 0 }
  const rows = noted(db.walk<ChainRow>(`SELECT ${ROW_COLUMNS} FROM facts ORDER BY seq`), (row) => {
    last.seq = row.seq
    const fault = faultOf(row)
    if (fault !== undefined) findings.add('unreadable', `${fault}; all else is read`)
  })
  // Without an anchor that holds, nothing says what the first row follows from.
  return verifyChain(guardedRows(rows, findings, last), anchor ?? { seq: 0, hash: '' })
}

function* noted<T>(rows: Iterable<T>, note: (row: T) => void): Generator<T> {
  for (const row of rows) {
    note(row)
    yield row
  }
}

/** Rows as far as the file can be read. */
function* guardedRows<T>(rows: Iterable<T>, findings: Findings, last: { seq: number }): Generator<T> {
  try {
    yield* rows
  } catch (error) {
    const where = last.seq > 0 ? `after row ${last.seq}, the last good one` : 'before its first row'
    findings.add('file', `the file is damaged or cut off ${where}: ${(error as Error).message}`)
  }
}

function walkSeals(db: Statements, findings: Findings, anchor: typeof ORIGIN): { seals: number; brokenSeal?: number } {
  const found: { seals: number; brokenSeal?: number } = { seals: 0 }
  guarded(findings, () => Object.assign(found, verifySeals(db.walk<Seal>(ALL_SEALS), sealedIn(db, anchor))))
  return found
}

/** A part that cannot be read is a finding, and the other parts are looked through all the same. */
function guarded(findings: Findings, check: () => void): void {
  try {
    check()
  } catch (error) {
    findings.add('file', `the file is damaged or cut off: ${(error as Error).message}`)
  }
}

/** What lies in no row that was read: pages that are damaged, and indexes that do not fit their tables. */
function checkPages(db: Statements, findings: Findings): void {
  for (const row of db.walk<Record<string, string>>('PRAGMA quick_check(5)')) {
    const says = Object.values(row)[0]!
    if (says !== 'ok') findings.add('file', `the file is damaged: ${shown(says)}`)
  }
}
