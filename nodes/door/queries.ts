/** `{type: 'query', ask, …}` messages to the calculator. */

import { checkPeriod, type Json } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import { ASKS, type Query } from '../core/per-unit/query.ts'
import { TOTAL_KEYS, type TotalKey } from '../core/per-unit/totals.ts'
import { refusal } from '../core/refused.ts'
import { timeFrom } from '../core/time.ts'

/** Throws with the field, what was expected and what was got. */
export function readQuery(content: Json): Query {
  const { ask, id } = content
  switch (ask) {
    case 'totals':
      return readTotals(content)
    case 'explain':
      if (typeof id !== 'string' || id.length > LIMITS.textChars) throw refusal('query id', 'the id of a record', id)
      return { ask, id }
    case 'verify':
      return { ask }
    default:
      throw refusal('query ask', `one of ${ASKS.join(', ')}`, ask)
  }
}

function readTotals(content: Json): Query {
  const by = content['by'] ?? ['line']
  const isList =
    Array.isArray(by) && by.length <= TOTAL_KEYS.length && by.every((k) => TOTAL_KEYS.includes(k as TotalKey))
  if (!isList) throw refusal('query by', `a list of ${TOTAL_KEYS.join(', ')}`, by)
  const [from, to] = [timeFrom(content['from'], 'query from'), timeFrom(content['to'], 'query to')]
  if (from !== undefined && to !== undefined) checkPeriod(from, to, 'query to')
  return { ask: 'totals', from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER, by: by as TotalKey[] }
}
