/** What a ledger does by itself, once an hour: closing time that is old enough. */

import { numberFrom } from '../shared/node-kit.ts'
import type { Ledger } from '../stores/ledger.ts'

export interface Habits {
  /** Time is closed this many days after it has passed; `null`: never by itself. */
  closeAfterDays: number | null
}

export interface Housekeeper {
  ledger: Ledger
  habits: Habits
  now(): number
  onDone(what: string): void
  onFault(error: Error): void
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Reads the dialog's fields; throws with the field, expected and got. */
export function readHabits({ closeAfterDays }: { closeAfterDays?: number | string }): Habits {
  return { closeAfterDays: daysFrom(closeAfterDays, 'closeAfterDays') }
}

/**
 * What can be closed now: the newest midnight (UTC) that is old enough and up to which measurements have come. `null`
 * where that is closed already, so a clock that goes back closes nothing.
 */
export function closingTime(ledger: Ledger, afterDays: number, now: number): number | null {
  const newest = ledger.newest()
  if (newest === null) return null
  const until = Math.floor(Math.min(now - afterDays * DAY_MS, newest) / DAY_MS) * DAY_MS
  return until > (ledger.sealedUntil() ?? -Infinity) ? until : null
}

/** Keeps house from the moment the ledger is open, and every hour. Gives what stops it. */
export function keepHouse(keeper: Housekeeper): () => void {
  const { ledger, habits } = keeper
  if (habits.closeAfterDays === null) return () => undefined
  let isBusy = false
  const look = (): void => {
    if (isBusy) return
    isBusy = true
    keep(keeper)
      .catch((error: Error) => keeper.onFault(error))
      .finally(() => (isBusy = false))
  }
  const timer = setInterval(look, HOUR_MS)
  timer.unref()
  // An outage is told by the ledger itself.
  ledger.ready().then(look, () => undefined)
  return () => clearInterval(timer)
}

async function keep({ ledger, habits, now, onDone }: Housekeeper): Promise<void> {
  const until = habits.closeAfterDays === null ? null : closingTime(ledger, habits.closeAfterDays, now())
  if (until === null) return
  const { n, records } = await ledger.seal(until, now())
  onDone(`closed until ${new Date(until).toISOString()} by seal ${n}: ${records} records`)
}

const daysFrom = (value: unknown, field: string): number | null =>
  value === undefined || value === null || value === '' ? null : numberFrom(value, 1, field, 1)
