/** What is known about production, as single facts: jobs, steps of a signal or state, counts. */

import type { JobEvent, UnitRole } from '../records.ts'
import type { StepEvent } from './context.ts'
import type { CountReport } from './counts.ts'

export type StepFact = StepEvent & { type: 'step'; line: string }
export type CountFact = CountReport & { type: 'count'; line: string; role: UnitRole; corrects?: number }
export type ContextFact = JobEvent | StepFact | CountFact

/** A fact is what it says: the same one twice has the same id. */
export const factId = (fact: ContextFact): string =>
  JSON.stringify(Object.entries(fact).sort(([a], [b]) => (a < b ? -1 : 1)))
