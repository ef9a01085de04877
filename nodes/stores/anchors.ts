/**
 * Anchors: where the chain of facts begins after older ones went to an archive. Chained like seals:
 *
 * anchor(n) = SHA-256( anchor(n − 1) + canonical JSON of the other fields of anchor n )
 */

import { hash } from 'node:crypto'
import { GENESIS, canonicalJson } from './chain.ts'
import type { Statements } from './statements.ts'

export interface Anchor {
  n: number
  /** When the archive was made. */
  at: number
  /** Measurements that end before it may be in the archive, all others are in the file. */
  until: number
  /** The newest fact in the archive; the chain goes on from its hash. */
  seq: number
  hash: string
  /** The rows that were written again because they still mattered: from this `seq` to that one, none where it is lower. */
  carriedFrom: number
  carriedTo: number
  /** The newest seal whose records were thinned out. */
  seal: number
  /** What remains of the records of all seals up to it, hashed like the records of one seal. */
  records: number
  recordsHash: string
  /** The folder of the archive, and SHA-256 of its manifest. */
  archive: string
  manifest: string
  anchor: string
}

const NAMES = 'n at until seq hash carriedFrom carriedTo seal records recordsHash archive manifest anchor'
const COLUMNS = NAMES.split(' ') as (keyof Anchor)[]
export const ALL_ANCHORS = `SELECT ${COLUMNS.join(', ')} FROM anchors ORDER BY n`

/** The chain before its first fact. */
export const ORIGIN = { n: 0, seq: 0, hash: GENESIS, seal: 0, anchor: GENESIS }

export const lastAnchor = (db: Statements): typeof ORIGIN =>
  db.get<Anchor>(`SELECT ${COLUMNS.join(', ')} FROM anchors ORDER BY n DESC LIMIT 1`) ?? ORIGIN

/** The hashes of the manifests of all archives. */
export function manifestsOf(db: Statements): Set<string> {
  return new Set([...db.walk<Anchor>(ALL_ANCHORS)].map((a) => a.manifest))
}

export function addAnchor(db: Statements, state: Omit<Anchor, 'n' | 'anchor'>): void {
  const last = lastAnchor(db)
  const row = { n: last.n + 1, ...state }
  const whole: Anchor = { ...row, anchor: anchorHash(last.anchor, row) }
  const places = COLUMNS.map(() => '?').join(', ')
  db.run(`INSERT INTO anchors (${COLUMNS.join(', ')}) VALUES (${places})`, ...COLUMNS.map((column) => whole[column]))
}

/** The newest anchor; `undefined` where the anchors do not follow from each other. */
export function checkedAnchor(db: Statements): (typeof ORIGIN & Partial<Anchor>) | undefined {
  let last: typeof ORIGIN & Partial<Anchor> = ORIGIN
  for (const row of db.walk<Anchor>(ALL_ANCHORS)) {
    if (row.n !== last.n + 1 || row.anchor !== anchorHash(last.anchor, row)) return undefined
    last = row
  }
  return last
}

function anchorHash(previous: string, { anchor: _, ...row }: Omit<Anchor, 'anchor'> & { anchor?: string }): string {
  return hash('sha256', previous + canonicalJson(row, 'anchor'))
}
