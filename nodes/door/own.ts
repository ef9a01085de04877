/**
 * Records of our own types: taken only from stations of this package in the same process.
 *
 * A station marks what it makes with a symbol. JSON has no symbols, nor has any other format that data arrives in, so
 * nothing from outside can carry the mark; Node-RED's clone of a message for a second wire keeps it, and so does a node
 * that passes the message on, or a function node that copies its payload with a spread.
 */

import type { Carbon, CarbonAlert, ContextRevision, Energy, FactorRevision, Production } from '../core/records.ts'
import { isObject } from '../core/fields.ts'
import { Refused } from '../core/refused.ts'

export type OwnRecord = Energy | Production | FactorRevision | ContextRevision | Carbon | CarbonAlert

const OWN_TYPES: ReadonlySet<unknown> = new Set<OwnRecord['type']>([
  'energy',
  'production',
  'factor-revision',
  'context-revision',
  'carbon',
  'carbon-alert',
])

const MARK = Symbol('made by a carbon station')

/** Marks a record as made by a station; gives it back. */
export function own<T extends OwnRecord>(record: T): T {
  ;(record as T & { [MARK]?: true })[MARK] = true
  return record
}

/** The record in a message; `undefined` for any other message. Throws for one that no station of this process has made. */
export function recordOf(message: { payload?: unknown }): OwnRecord | undefined {
  const record = candidateOf(message)
  if (record && !isMarked(record)) throw foreign(record)
  return record
}

/** Why the record in a message is not taken: it came from outside, and would enter the figures unchecked. */
export function foreignReason(message: { payload?: unknown }): Refused | undefined {
  const record = candidateOf(message)
  return record && !isMarked(record) ? foreign(record) : undefined
}

const isMarked = (record: OwnRecord): boolean => (record as OwnRecord & { [MARK]?: true })[MARK] === true

const candidateOf = ({ payload }: { payload?: unknown }): OwnRecord | undefined =>
  isObject(payload) && OWN_TYPES.has(payload['type']) ? (payload as unknown as OwnRecord) : undefined

const foreign = ({ type }: OwnRecord): Refused =>
  new Refused('type', `expected "${type}" from a carbon station of this Node-RED, got one from outside; ${HINTS[type]}`)

const FACTS = 'send what it was made of: readings, signals, events or factors'
const HINTS: Record<OwnRecord['type'], string> = {
  energy: 'send readings, or let carbon-meter take energy of its meters from outside',
  production: FACTS,
  'factor-revision': FACTS,
  'context-revision': FACTS,
  carbon: FACTS,
  'carbon-alert': FACTS,
}
