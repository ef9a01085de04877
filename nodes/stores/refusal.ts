/** What the store refuses for what it is: no waiting helps. All else is written. */

import type { Carbon } from '../core/records.ts'

/** A row that is refused, or several of one call. */
export class Refusal extends Error {
  /** The records that were refused, where the call was one of records. */
  readonly records: readonly Revision[]

  constructor(message: string, { records = [], cause }: { records?: readonly Revision[]; cause?: unknown } = {}) {
    super(message, { cause })
    this.records = records
  }
}

export type Revision = Pick<Carbon, 'id' | 'revision'>

/** Primary result codes of SQLite that say that a row cannot be taken: too big, against a constraint, of another type. */
const OF_THE_ROW = [18, 19, 20, 25]
/** A trigger that is none of ours says what is wrong with the file, not with the row. */
const TRIGGER = 1811

/** True where a write failed by what was to be written. Anything else (disk full, locked, malformed) is an outage. */
export function isOfTheRow(error: unknown): boolean {
  if (error instanceof Refusal) return true
  const { code, errcode = 0 } = error as { code?: string; errcode?: number }
  if (code === 'ERR_SQLITE_ERROR') return errcode !== TRIGGER && OF_THE_ROW.includes(errcode & 0xff)
  // What cannot be bound to a column, or is no record at all; a connection that was closed is neither.
  return code !== 'ERR_INVALID_STATE'
}

/** The refusal of what failed before it was queued. */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal((error as Error).message, { cause: error })

/** Waits until each record is saved or not; throws one refusal that names all that were refused. Another error counts for all. */
export async function eachSaved(records: readonly Revision[], saved: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(saved)
  const failed = ends.flatMap((end, i) =>
    end.status === 'rejected' ? [{ record: records[i]!, reason: end.reason as Error }] : [],
  )
  const [first] = failed
  if (!first) return
  const other = failed.find(({ reason }) => !(reason instanceof Refusal))
  if (other) throw other.reason
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''
  throw new Refusal(`${first.reason.message}${more}`, {
    records: failed.map(({ record: { id, revision } }) => ({ id, revision })),
    cause: first.reason,
  })
}

/** What was to be written was not: the ledger was closed before. The node that comes in the place of the writer may do it. */
export class LedgerClosed extends Error {}

const LONGEST_SHOWN = 200

/** A text from outside as an error may show it: without control characters, and not without end. */
export function shown(text: unknown): string {
  const clean = String(text)
    .slice(0, LONGEST_SHOWN + 1)
    .replace(/\p{Cc}/gu, '\ufffd')
  return clean.length > LONGEST_SHOWN ? `${clean.slice(0, LONGEST_SHOWN)}…` : clean
}
