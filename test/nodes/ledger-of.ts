/** What the nodes would have written of facts that a pipeline took. */

import { factOf as factorFact } from '../../nodes/carbon-factor/restore.ts'
import { factId } from '../../nodes/core/context/context-fact.ts'
import type { Fact as LedgerFact } from '../../nodes/stores/ledger.ts'
import type { Fact, Pipeline } from '../core/pipeline.ts'

export const silent = { onFault: () => undefined, onRecovered: () => undefined, onConflicts: () => undefined }

export function ledgerFacts(facts: readonly Fact[], line: Pipeline): LedgerFact[] {
  const told = facts.flatMap((fact): LedgerFact[] => {
    if ('factor' in fact) return [factorFact(fact.factor)]
    if ('meter' in fact) return []
    const { context } = fact
    const kind = context.type === 'count' ? 'production' : 'context'
    const { at, line, revision = 0 } = context
    return [{ kind, id: factId(context), revision, line, from: at, to: at, body: context }]
  })
  const measured = line.energies.map((body): LedgerFact => ({
    ...body,
    kind: 'energy',
    line: body.line ?? '',
    body: body as object,
  }))
  return [...told, ...measured]
}
