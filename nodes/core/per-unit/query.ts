/** Answers to `{type: 'query', ask, …}` messages. */

import { explain } from './explain.ts'
import type { Calculator, CalculatorOptions } from './per-unit.ts'
import { totalsOf, type TotalKey } from './totals.ts'

export interface QuerySource {
  calculator: Calculator
  options: CalculatorOptions
  /** A calculator with the facts of a record that is no longer held; `undefined` where no ledger has it. */
  past(id: string): Calculator | undefined
  /** The ledger's word on its hash chain; `undefined` where there is no ledger. */
  verify(): object | undefined
}

export const ASKS = ['totals', 'explain', 'verify'] as const

/** A question to the calculator, read and checked. */
export type Query =
  | { ask: 'totals'; from: number; to: number; by: readonly TotalKey[] }
  | { ask: 'explain'; id: string }
  | { ask: 'verify' }

/** What the answer says beside the question. */
export function answer(query: Query, source: QuerySource): object {
  switch (query.ask) {
    case 'totals':
      return totals(query, source)
    case 'explain': {
      const past = source.calculator.holds(query.id) ? undefined : source.past(query.id)
      return explain(past ?? source.calculator, query.id) ?? { missing: `no facts of ${query.id} are held` }
    }
    case 'verify':
      return source.verify() ?? { ok: null, missing: 'this node has no ledger' }
  }
}

function totals({ from, to, by }: Query & { ask: 'totals' }, { calculator, options }: QuerySource): object {
  const { model, calendar, minCoverage } = options
  const facts = calculator.held(from, to)
  return { rows: totalsOf({ facts, from, to, by, model, calendar, minCoverage }) }
}
