/** Work that writes a ledger file beside Node-RED, through a second connection of its own. */

import { Deferred } from '../../shared/deferred.ts'
import { SqliteLedger } from '../../stores/sqlite.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { withLedger } from './command.ts'

/** How long another program may hold the file. */
const PATIENCE_MS = 30_000

/**
 * First looks at the file with `check`, which throws where the work is not to be done, then does it. Waits while another
 * program holds the file, and gives up with the reason when that takes too long.
 */
export async function writing<T>(
  path: string,
  check: (file: LedgerFile) => void,
  work: (ledger: SqliteLedger) => Promise<T>,
): Promise<T> {
  withLedger(path, (file) => (check(file), 0))
  const ledger = new SqliteLedger(path, {
    onFault: ({ message }) => console.error(`waits: ${message}`),
    onRecovered: () => undefined,
    onNotice: (notice) => console.error(notice),
    onConflicts: () => undefined,
  })
  // What waits then is tried once more, and rejects with the reason.
  const deferred = new Deferred(({ message }) => console.error(message))
  deferred.after(PATIENCE_MS, () => deferred.follow(ledger.close()))
  try {
    return await work(ledger)
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  } finally {
    deferred.stop()
    await ledger.close()
  }
}

/** Names and values in two columns. */
export function told(rows: Record<string, string | number>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length))
  return Object.entries(rows)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join('\n')
}
