/** What a ledger does by itself: once an hour it closes time that is old enough, once a day it archives what is older still. */

import { Deferred } from '../shared/deferred.ts'
import { numberFrom } from '../shared/node-kit.ts'
import type { Ledger } from '../stores/ledger.ts'

export interface Habits {
  /** Time is closed this many days after it has passed; `null`: never by itself. */
  closeAfterDays: number | null
  /** Closed time is archived when it is this many days old; `null`: it is kept for ever. */
  keepDays: number | null
}

export interface Housekeeper {
  ledger: Ledger
  habits: Habits
  /** A new folder for an archive that is made now. */
  archive(now: number): string
  now(): number
  onDone(what: string): void
  onFault(error: Error): void
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What still stands in open time may have been told a month before. */
export const LEAST_KEEP_DAYS = 31

/** Reads the dialog's fields; throws with the field, expected and got. */
export function readHabits(config: { closeAfterDays?: number | string; keepDays?: number | string }): Habits {
  return {
    closeAfterDays: daysFrom(config.closeAfterDays, 'closeAfterDays', 1),
    keepDays: daysFrom(config.keepDays, 'keepDays', LEAST_KEEP_DAYS),
  }
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
  if (habits.closeAfterDays === null && habits.keepDays === null) return () => undefined
  const deferred = new Deferred((error) => keeper.onFault(error))
  let isBusy = false
  let archivedOn = NaN
  const keep = async (): Promise<void> => {
    await close(keeper)
    const today = Math.floor(keeper.now() / DAY_MS)
    if (today === archivedOn) return
    await archive(keeper)
    archivedOn = today
  }
  const look = (): void => {
    if (isBusy) return
    isBusy = true
    deferred.follow(keep().finally(() => (isBusy = false)))
  }
  deferred.every(HOUR_MS, look)
  // An outage is told by the ledger itself.
  ledger.ready().then(look, () => undefined)
  return () => deferred.stop()
}

async function close({ ledger, habits, now, onDone }: Housekeeper): Promise<void> {
  const until = habits.closeAfterDays === null ? null : closingTime(ledger, habits.closeAfterDays, now())
  if (until === null) return
  const { n, records } = await ledger.seal(until, now())
  onDone(`closed until ${new Date(until).toISOString()} by seal ${n}: ${records} records`)
}

async function archive({ ledger, habits, now, archive, onDone }: Housekeeper): Promise<void> {
  if (habits.keepDays === null) return
  const at = now()
  const done = await ledger.compact({ before: at - habits.keepDays * DAY_MS, archive: archive(at), at })
  if (!done) return
  const { until, facts, records } = done
  onDone(`${facts} facts and ${records} records until ${new Date(until).toISOString()} went to ${done.archive}`)
}

const daysFrom = (value: unknown, field: string, least: number): number | null =>
  value === undefined || value === null || value === '' ? null : numberFrom(value, least, field, least)
