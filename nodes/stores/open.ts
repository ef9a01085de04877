/** Opens a ledger by the name of its store. A new store is one new file and one line here. */

import { plain } from '../core/shown.ts'
import type { Conflict, Ledger, LedgerEvents } from './ledger.ts'
import { MemoryLedger } from './memory.ts'
import { SqliteLedger } from './sqlite.ts'

export interface LedgerSettings {
  store: string
  /** Absolute path of the file; the memory store has none. */
  path: string
  /** Who opens it, for the message to the next one. */
  owner: string
  events: LedgerEvents
}

const STORES: Record<string, (settings: LedgerSettings) => Ledger> = {
  sqlite: openSqlite,
  memory: ({ events }) => new MemoryLedger(events),
}

/** Files that are open in this process, by who opened them: two writers would disturb each other. */
const owners = new Map<string, string>()

/** Opens the store at once. Throws for what no waiting helps: an unknown store, an old Node, a file that is taken. */
export function openLedger(settings: LedgerSettings): Ledger {
  const open = STORES[settings.store]
  if (!open) throw new Error(`store: expected one of ${Object.keys(STORES).join(', ')}, got "${settings.store}"`)
  return open(settings)
}

function openSqlite({ path, owner, events }: LedgerSettings): Ledger {
  const taken = owners.get(path)
  if (taken) throw new Error(`path: ${path} is already open by the ledger "${taken}"; choose that one in the nodes`)
  const ledger = new SqliteLedger(path, events, owner)
  owners.set(path, owner)
  const close = ledger.close.bind(ledger)
  ledger.close = () => close().finally(() => owners.delete(path))
  return ledger
}

/** One short line about conflicts, for a log. */
export function conflictText(conflicts: readonly Conflict[]): string {
  const { what, id, revision, kept, refused } = conflicts[0]!
  const others = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : ''
  return `${what} ${plain(id)} revision ${revision} came again with another content${others}: kept ${plain(kept)}, refused ${plain(refused)}`
}
