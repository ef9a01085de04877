/** Where facts are kept: the one interface in front of every database. */

import type { Carbon, CarbonAlert, View } from '../core/records.ts'
import type { Finding } from './findings.ts'
import type { Letter, NewLetter } from './outbox.ts'

/**
 * `energy`: meter intervals · `production`: counts · `factor`: factor rows · `context`: jobs, states, orders, SKUs ·
 * `plant`: a version of the plant model and of the calculator's settings.
 */
export const FACT_KINDS = ['energy', 'production', 'factor', 'context', 'plant'] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** The kinds that are measured, and so say how far time has come. */
export const MEASURED_KINDS: readonly FactKind[] = ['energy', 'production']

/** What came from outside, as it was understood. Never changed once written; a correction is another fact. */
export interface Fact {
  kind: FactKind
  /** With `kind` and `revision` the identity of the fact: the same one again is not written twice. */
  id: string
  revision: number
  /** Line id; empty for what belongs to no single line. */
  line: string
  from: number
  to: number
  body: object
}

export interface FactQuery {
  kind?: FactKind
  line?: string
  /** Facts that reach past this time: `to > since` (a fact of one instant: `to >= since`). */
  since?: number
  /** Facts that begin before this time. */
  until?: number
}

export interface RecordQuery {
  view?: View
  /** Of the newest revision; `provisional` finds what is still open. */
  status?: Carbon['status']
  line?: string
  /** Records whose interval lies in `[from, to)`. */
  from?: number
  to?: number
  /** Records that reach past this time: `to > since`. */
  since?: number
  /** Records that begin before this time. */
  until?: number
}

export interface Verification {
  ok: boolean
  /** How many facts are held. */
  facts: number
  /** The first fact (`seq`) that is held, where older ones were archived: from there on it holds. */
  from?: number
  /** SHA-256 of the newest fact, which seals all before it. */
  head: string
  /** The first row (`seq`) whose hash does not follow from its content and its forerunner. */
  firstBroken?: number
  seals: number
  /** The first seal (`n`) that does not hold: itself, the fact it names, or the records that it covers. */
  brokenSeal?: number
  /** What else was found, where anything was. */
  findings?: readonly Finding[]
}

/** A closed period: all time before `until`, back to the seal before. */
export interface Seal {
  /** 1, 2, 3 … without a gap. */
  n: number
  /** All time before it is closed, epoch ms. */
  until: number
  sealedAt: number
  /** The newest fact at closing and its hash: seals every fact up to it. */
  seq: number
  hash: string
  /** How many facts were written since the seal before. */
  facts: number
  /** How many records this seal covers. */
  records: number
  /** SHA-256 over the newest lasting revision of each covered record: their canonical JSON, a line each, by id. */
  recordsHash: string
  /** SHA-256 of the seal before (64 zeros for the first) and the canonical JSON of all other fields. */
  seal: string
}

/** What may leave a ledger. */
export interface CompactOrder {
  /** Closed periods that end by this time may go, epoch ms. */
  before: number
  /** The folder that they go to; a new one. */
  archive: string
  /** Now. */
  at: number
  /** Told of each step that is done; what it throws undoes all of them. */
  onStep?(step: string): void
}

/** What has left a ledger. */
export interface Compacted {
  /** The end of the newest period that went. */
  until: number
  facts: number
  records: number
  /** Facts of it that still matter, and were written again at the end of the chain. */
  carried: number
  archive: string
}

/** A fact or a settled record that came again with another content. The one that was there first is kept. */
export interface Conflict {
  what: FactKind | 'record'
  id: string
  revision: number
  kept: string
  refused: string
}

/** What a ledger has to say to whoever opened it. */
export interface LedgerEvents {
  /** The store cannot be written; what was appended waits. Told once per outage. */
  onFault(error: Error): void
  /** The store takes writes again. */
  onRecovered(): void
  /** Something about the file that a person should look at, and that holds nothing up. Each is told once. */
  onNotice?(notice: string): void
  /** At most once per committed batch. */
  onConflicts(conflicts: readonly Conflict[]): void
}

export interface Ledger {
  /**
   * Resolves when the store can be read: restore from it after that. Waits through an outage (a locked or damaged file);
   * rejects where no waiting helps, with the reason.
   */
  ready(): Promise<void>
  /**
   * Resolves when the facts are on disk, all of them or none. Calls resolve in the order they were made. While the store
   * cannot be written the call waits; it rejects with a `Refusal` for a fact that the store cannot take, and then no other
   * call is held up, and with another error when too many facts wait, and at close.
   */
  append(facts: readonly Fact[]): Promise<void>
  /** Facts in the order they were written, as of the moment of the first step; later writes do not disturb it. */
  facts(query: FactQuery): Iterable<Fact>
  /**
   * The latest source time that a measurement (energy or production) reaches; `null` where there is none. Factor rows do
   * not count: they hold far into the future.
   */
  newest(): number | null
  /** The end of the oldest measurement that is held; `null` where there is none. */
  oldest(): number | null
  /**
   * Keeps every revision; resolves when on disk. Only a provisional revision may be saved again with another content. A
   * record that the store cannot take is refused, and so is a new revision of one that a seal covers: write an adjusting
   * record. The call saves all others, and rejects with a `Refusal` that names those.
   */
  saveRecords(records: readonly Carbon[]): Promise<void>
  /** The newest revision of each record, by `from`, then id. */
  records(query: RecordQuery): Iterable<Carbon>
  /** The newest revision of one record. */
  record(id: string): Carbon | undefined
  /** The newest revision of each record that adjusts this one, by `from`. */
  adjustments(id: string): Iterable<Carbon>
  /**
   * Closes all time before `until`: its records no longer change. `at` is the time of closing. Rejects where it is
   * closed already.
   */
  seal(until: number, at: number): Promise<Seal>
  /** All seals, oldest first. */
  seals(): Iterable<Seal>
  /** All time before it is closed; `null` where none is. Quick, and sees what another process has closed. */
  sealedUntil(): number | null
  /** All measurements before it have gone to an archive; `null` where none have. */
  archivedUntil(): number | null
  /**
   * Moves closed periods to an archive: their facts, and their records but for the newest revision of what is no window.
   * Gives `null` where none may go; rejects, and all is as before, where anything fails.
   */
  compact(order: CompactOrder): Promise<Compacted | null>
  saveAlert(alert: CarbonAlert): Promise<void>
  /** The newest revision of each alert that began in `[from, to)`. */
  alerts(from: number, to: number): Iterable<CarbonAlert>
  /**
   * Keeps letters that are to be delivered; resolves when on disk. One of the same target and name that still waits is
   * replaced; the same one again is to be delivered again. Letters that were delivered long before go.
   */
  post(letters: readonly NewLetter[]): Promise<void>
  /** Letters to a target that have not been delivered, oldest first. */
  undelivered(target: string): Iterable<Letter>
  delivered(id: string, at: number): Promise<void>
  failed(id: string, reason: string): Promise<void>
  /** Walks the whole chain of facts and all seals. */
  verify(): Verification
  /** SHA-256 of the newest fact on disk; 64 zeros for an empty ledger. */
  head(): string
  /** How many facts and records were refused as conflicts since the ledger was opened. */
  readonly conflicts: number
  /** Writes what waits. What cannot be written rejects, so that nothing counts as kept that is not. */
  close(): Promise<void>
}
