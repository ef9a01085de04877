/** Answers to `{type: 'query', ask, …}` messages. */

import { timeFrom } from '../time.ts'
import { explain } from './explain.ts'
import type { Calculator, CalculatorOptions } from './per-unit.ts'
import { TOTAL_KEYS, totalsOf, type TotalKey } from './totals.ts'

export interface QuerySource {
  calculator: Calculator
  options: CalculatorOptions
  /** A calculator with the facts of a record that is no longer held; `undefined` where no ledger has it. */
  past(id: string): Calculator | undefined
  /** The ledger's word on its hash chain; `undefined` where there is no ledger. */
  verify(): object | undefined
}

type Json = Record<string, unknown>

const ASKS = ['totals', 'explain', 'verify']

/** The answer's payload. Throws with the field, what was expected and what was got. */
export function answer(query: Json, source: QuerySource): Json {
  const { ask } = query
  switch (ask) {
    case 'totals':
      return { ...query, type: 'answer', ...totals(query, source) }
    case 'explain': {
      const id = query['id']
      if (typeof id !== 'string') throw fault('id', 'the id of a record', id)
      const past = source.calculator.holds(id) ? undefined : source.past(id)
      const chain = explain(past ?? source.calculator, id)
      return { ...query, type: 'answer', ...(chain ?? { missing: `no facts of ${id} are held` }) }
    }
    case 'verify':
      return { ...query, type: 'answer', ...(source.verify() ?? { ok: null, missing: 'this node has no ledger' }) }
    default:
      throw fault('ask', `one of ${ASKS.join(', ')}`, ask)
  }
}

function totals(query: Json, { calculator, options }: QuerySource): Json {
  const by = query['by'] ?? ['line']
  if (!Array.isArray(by) || !by.every((k) => TOTAL_KEYS.includes(k as TotalKey))) {
    throw fault('by', `a list of ${TOTAL_KEYS.join(', ')}`, by)
  }
  const from = timeFrom(query['from'], 'query from') ?? 0
  const to = timeFrom(query['to'], 'query to') ?? Number.MAX_SAFE_INTEGER
  const { model, calendar, minCoverage } = options
  const facts = calculator.held(from, to)
  return { rows: totalsOf({ facts, from, to, by: by as TotalKey[], model, calendar, minCoverage }) }
}

function fault(field: string, expected: string, got: unknown): Error {
  return new Error(`query ${field}: expected ${expected}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`)
}
