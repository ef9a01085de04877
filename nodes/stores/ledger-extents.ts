/** What a ledger file holds, counted. */

import type { Carbon, View } from '../core/records.ts'
import type { FactKind } from './ledger.ts'
import type { Statements } from './statements.ts'
import { leastOf, mostOf } from './unreadable.ts'

/** The facts of one kind and line. */
export interface FactExtent {
  kind: FactKind
  line: string
  facts: number
  from: number
  to: number
  /** The longest time that one of them is about, milliseconds. */
  longest: number
}

/** The records of a view: the newest revision of each. */
export interface RecordExtent {
  view: View
  status: Carbon['status']
  records: number
  from: number
  to: number
}

/** Letters of the outbox that wait for a target. */
export interface WaitingLetters {
  target: string
  letters: number
  oldest: number
  /** Why the one that was tried most often did not arrive. */
  lastError: string | null
}

const FACTS = `SELECT kind, line, count(*) AS facts, ${leastOf('"from"')} AS "from", ${mostOf('"to"')} AS "to",
  ${mostOf('"to" - "from"')} AS longest FROM facts GROUP BY kind, line ORDER BY kind, line`
const RECORDS = `SELECT view, status, count(*) AS records, ${leastOf('"from"')} AS "from", ${mostOf('"to"')} AS "to"
  FROM newest GROUP BY view, status ORDER BY view, status`
// With a single max() SQLite takes the other columns from the row that has it.
const WAITING = `SELECT target, count(*) AS letters, (SELECT min(created) FROM outbox AS o
    WHERE o.target = outbox.target AND delivered_at IS NULL) AS oldest, last_error AS lastError, max(attempts)
  FROM outbox WHERE delivered_at IS NULL GROUP BY target ORDER BY target`

export const factExtents = (db: Statements): FactExtent[] => [...db.walk<FactExtent>(FACTS)]

export const recordExtents = (db: Statements): RecordExtent[] => [...db.walk<RecordExtent>(RECORDS)]

export const waitingLetters = (db: Statements): WaitingLetters[] =>
  [...db.walk<WaitingLetters>(WAITING)].map(({ target, letters, oldest, lastError }) => {
    return { target, letters, oldest, lastError }
  })
