/** Postings against the records that they were written from, both walked along in the same order. */

import type { Bucket, Carbon } from '../core/records.ts'
import type { Findings } from './findings.ts'
import { shown } from './refusal.ts'
import type { Statements } from './statements.ts'
import { isJson } from './unreadable.ts'

/** Where a record lies in the order of the postings. */
interface Place {
  view: string
  from: number
  record: string
  revision: number
}
type RecordRow = Place & { body: string }
type PostingRow = Place & Omit<Bucket, 'signal'> & { bucket: number; line: string; to: number }

const SAFE = `BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`
const ORDER = `ORDER BY view, "from", record, revision`
const RECORDS = `SELECT view, "from", id AS record, revision, body FROM records
  WHERE status <> 'provisional' AND revision ${SAFE} ORDER BY view, "from", id, revision`
const POSTINGS = `SELECT * FROM postings WHERE revision ${SAFE} ${ORDER}, bucket`
const FIELDS = ['state', 'meter', 'machine', 'carrier', 'kWh', 'kgCO2e', 'hours'] as const

export function checkPostings(db: Statements, findings: Findings): void {
  const postings = db.walk<PostingRow>(POSTINGS)[Symbol.iterator]()
  let next = postings.next()
  const of = (record: RecordRow | undefined): PostingRow[] => {
    const own: PostingRow[] = []
    for (; !next.done && (!record || order(next.value, record) <= 0); next = postings.next()) {
      if (record && order(next.value, record) === 0) own.push(next.value)
      else
        findings.add(
          'posting',
          `posting ${nameOf(next.value)}, bucket ${next.value.bucket} was put in: it has no such record`,
        )
    }
    return own
  }
  for (const row of db.walk<RecordRow>(RECORDS)) {
    const own = of(row)
    const fault = isJson(row.body) ? difference(JSON.parse(row.body) as Carbon, own) : undefined
    if (fault) findings.add('posting', `postings of ${nameOf(row)}: ${fault}`)
  }
  of(undefined)
}

const nameOf = ({ record, revision }: Place): string => `record ${shown(record)} revision ${revision}`

function difference({ buckets, line, to }: Carbon, postings: readonly PostingRow[]): string | undefined {
  if (postings.length !== buckets.length)
    return `expected ${buckets.length}, one for each bucket, got ${postings.length}`
  for (const [i, bucket] of buckets.entries()) {
    const posting = postings[i]!
    const whole = { ...bucket, line, to }
    for (const field of [...FIELDS, 'line', 'to'] as const) {
      const [expected, got] = [whole[field] ?? null, posting[field]]
      if (expected !== got) return `bucket ${i}: ${field}: expected ${shown(expected)}, got ${shown(got)}`
    }
    if (posting.bucket !== i) return `expected bucket ${i}, got ${posting.bucket}`
  }
  return undefined
}

/** As SQLite sorts them. */
function order(a: Place, b: Place): number {
  if (a.view !== b.view) return bytes(a.view, b.view)
  if (a.from !== b.from) return a.from - b.from
  if (a.record !== b.record) return bytes(a.record, b.record)
  return a.revision - b.revision
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
