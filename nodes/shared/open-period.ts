/** How far back facts are still taken: with a ledger, as far as its open period reaches. */

import type { Ledger } from '../stores/ledger.ts'

/**
 * Since when the ledger's period is open, epoch ms: since the last closing, or since a horizon before its first
 * measurement. `undefined` where nothing was measured yet.
 */
export function openSince(ledger: Ledger, horizonMs: number): number | undefined {
  const closed = ledger.sealedUntil()
  if (closed !== null) return closed
  for (const { from } of ledger.facts({ kind: 'energy' })) return from - horizonMs
  return undefined
}

/** Refuses what is older than the open period, with the reason. */
export function checkOpen(at: number, since: number | undefined): void {
  if (since !== undefined && at >= since) return
  const begins = since === undefined ? 'not begun' : new Date(since).toISOString()
  throw new Error(
    `time: expected no older than the open period of the ledger, ${begins}, got ${new Date(at).toISOString()}`,
  )
}
