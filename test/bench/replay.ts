/** From the facts of a ledger back to figures. */

import { replay } from '../../nodes/core/per-unit/replay.ts'
import { openFacts } from '../../nodes/shared/ledger-facts.ts'
import { replayLedger } from '../../nodes/shared/replay-ledger.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { LedgerFile } from '../../nodes/stores/ledger-file.ts'
import { calculatorOf } from './ledger-file.ts'
import { MINUTE, plant } from './plant.ts'

/** What a node does at a deploy: the open time back into memory. */
export function restart(ledger: Ledger, minutes: number): void {
  replay(openFacts(ledger, minutes * MINUTE), plant, calculatorOf(minutes * MINUTE))
}

/** What a replay cannot do without: every row of the measurements read and parsed once. */
export function parseAlone(path: string, since = 0): void {
  const file = new LedgerFile(path)
  for (const fact of file.facts({ kind: 'energy', since })) if (fact.to < fact.from) throw new Error(fact.id)
  file.close()
}

/** What `mes-carbon replay` does; gives how many records differ. */
export function replayAll(path: string): number {
  const file = new LedgerFile(path)
  let differing = 0
  for (const { disagreements } of replayLedger(file)) differing += disagreements.length
  file.close()
  return differing
}
