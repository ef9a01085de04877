/** How far back facts are still taken: with a ledger, as far as its open period reaches. */

import { Refused } from '../core/refused.ts'
import type { Ledger } from '../stores/ledger.ts'

/**
 * Refuses what is older than the ledger's open period, with the reason. It began with the last closing, or a horizon
 * before the first measurement that was written; a ledger without one refuses nothing.
 */
export function checkOpen(at: number, ledger: Ledger, horizonMs: number): void {
  const since = openSince(ledger, horizonMs)
  if (at >= since) return
  const [begins, got] = [since, at].map((ms) => new Date(ms).toISOString())
  throw new Refused('time', `expected no older than the open period of the ledger, ${begins}, got ${got}`)
}

function openSince(ledger: Ledger, horizonMs: number): number {
  const closed = ledger.sealedUntil()
  if (closed !== null) return closed
  return (ledger.oldest() ?? -Infinity) - horizonMs
}
