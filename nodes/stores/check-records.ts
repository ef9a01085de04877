/** The columns of records against their bodies. */

import type { Findings } from './findings.ts'
import { shown } from './refusal.ts'
import type { Statements } from './statements.ts'

const COLUMNS = ['id', 'revision', 'view', 'line', 'from', 'to', 'status', 'plant'] as const
const OF_BODY = [...COLUMNS.map((name) => [name, name]), ['adjusts', 'adjusts.id']] as [string, string][]
const isOff = OF_BODY.map(([column, path]) => `"${column}" IS NOT (body ->> '$.${path}')`).join(' OR ')
const OFF = `SELECT id, CAST(revision AS TEXT) AS revision FROM records WHERE json_valid(body) AND (${isOff})`
const NO_JSON = `SELECT id, CAST(revision AS TEXT) AS revision, body FROM records WHERE NOT json_valid(body)`
/** A seal covers all revisions of a record. */
const TORN = `SELECT id FROM records GROUP BY id HAVING count(DISTINCT ifnull(seal, 0)) > 1`

type Row = Record<'id' | 'revision' | 'body', string>

export function checkRecords(db: Statements, findings: Findings): void {
  for (const { id, revision } of db.walk<Row>(OFF))
    findings.add('record', `record ${shown(id)} revision ${revision}: a column says something else than its body`)
  for (const { id, revision, body } of db.walk<Row>(NO_JSON))
    findings.add(
      'unreadable',
      `record ${shown(id)} revision ${revision}: body: expected JSON, got "${shown(body)}"; all else is read`,
    )
  for (const { id } of db.walk<Row>(TORN))
    findings.add('record', `record ${shown(id)}: its revisions name different seals`)
}
