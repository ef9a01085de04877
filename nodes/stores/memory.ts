/** A ledger in memory: for trials and tests. Everything is lost when Node-RED stops, and it grows with each fact. */

import type { Carbon, CarbonAlert } from '../core/records.ts'
import {
  GENESIS,
  alertBody,
  factOf,
  recordBody,
  rowOf,
  sealOf,
  textOf,
  verifyChain,
  type ChainRow,
  type FactRow,
} from './chain.ts'
import {
  MEASURED_KINDS,
  type Conflict,
  type Fact,
  type FactQuery,
  type Ledger,
  type LedgerEvents,
  type RecordQuery,
  type Seal,
  type Verification,
} from './ledger.ts'
import { MemoryOutbox } from './memory-outbox.ts'
import type { Letter, NewLetter } from './outbox.ts'
import { eachSaved, refusalOf } from './refusal.ts'
import { checkUntil, hashOfRecords, nextSeal, sealedRecord, verifySeals } from './seals.ts'

/** Revisions of one record or alert: its JSON text by revision. */
type Revisions = Map<number, string>

export class MemoryLedger implements Ledger {
  conflicts = 0
  readonly #events: LedgerEvents
  readonly #rows: ChainRow[] = []
  readonly #known = new Map<string, FactRow>()
  readonly #records = new Map<string, Revisions>()
  readonly #seals: Seal[] = []
  /** Records that a seal covers, by its number. */
  readonly #covered = new Map<string, number>()
  readonly #outbox = new MemoryOutbox()
  readonly #alerts = new Map<string, Revisions>()
  #newest: number | null = null
  #oldest: number | null = null

  constructor(events: LedgerEvents) {
    this.#events = events
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  append(facts: readonly Fact[]): Promise<void> {
    return this.#write((conflicts) => {
      for (const row of facts.map(rowOf)) this.#add(row, conflicts)
    })
  }

  *facts(query: FactQuery): Iterable<Fact> {
    const { kind, line, since = -Infinity, until = Infinity } = query
    const length = this.#rows.length
    for (let i = 0; i < length; i++) {
      const row = this.#rows[i]!
      if (kind !== undefined && row.kind !== kind) continue
      if (line !== undefined && row.line !== line) continue
      const reaches = row.to > since || (row.from === row.to && row.to >= since)
      if (reaches && row.from < until) yield factOf(row)
    }
  }

  newest(): number | null {
    return this.#newest
  }

  oldest(): number | null {
    return this.#oldest
  }

  saveRecords(records: readonly Carbon[]): Promise<void> {
    const saved = records.map((record) =>
      this.#write((conflicts) => {
        const body = recordBody(record)
        this.#checkOpen(record)
        this.#saveRecord(record, body, conflicts)
      }),
    )
    return eachSaved(records, saved)
  }

  *records({ view, status, line, from = -Infinity, to = Infinity, since = -Infinity, until = Infinity }: RecordQuery) {
    const wanted = (r: Carbon): boolean =>
      (view === undefined || r.view === view) &&
      (status === undefined || r.status === status) &&
      (line === undefined || r.line === line) &&
      r.from >= from &&
      r.to <= to &&
      r.to > since &&
      r.from < until
    yield* newestOf<Carbon>(this.#records).filter(wanted)
  }

  record(id: string): Carbon | undefined {
    const revisions = this.#records.get(id)
    return revisions && newestIn<Carbon>(revisions)
  }

  *adjustments(id: string): Iterable<Carbon> {
    yield* newestOf<Carbon>(this.#records).filter((r) => r.adjusts?.id === id)
  }

  seal(until: number, at: number): Promise<Seal> {
    return this.#write(() => {
      checkUntil(until, this.sealedUntil())
      const last = this.#seals.at(-1)
      const n = this.#seals.length + 1
      for (const [id, revisions] of this.#records) {
        const newest = lastingIn(revisions)
        if (newest && newest.to <= until && !this.#covered.has(id)) this.#covered.set(id, n)
      }
      const head = { seq: this.#rows.length, hash: this.head() }
      const seal = nextSeal(last, { until, sealedAt: at, ...head, ...hashOfRecords(this.#bodiesOf(n)) })
      this.#seals.push(seal)
      return seal
    })
  }

  *seals(): Iterable<Seal> {
    yield* this.#seals
  }

  archivedUntil(): number | null {
    return null
  }

  sealedUntil(): number | null {
    return this.#seals.at(-1)?.until ?? null
  }

  compact(): Promise<null> {
    return Promise.reject(new Error('compact: expected a ledger in a file, got one in memory'))
  }

  saveAlert(alert: CarbonAlert): Promise<void> {
    return this.#write(() => {
      const body = alertBody(alert)
      revisionsOf(this.#alerts, alert.id).set(alert.revision, body)
    })
  }

  *alerts(from: number, to: number): Iterable<CarbonAlert> {
    yield* newestOf<CarbonAlert>(this.#alerts).filter((a) => a.from >= from && a.from < to)
  }

  post(letters: readonly NewLetter[]): Promise<void> {
    return this.#write(() => this.#outbox.post(letters))
  }

  undelivered(target: string): Iterable<Letter> {
    return this.#outbox.undelivered(target)
  }

  delivered(id: string, at: number): Promise<void> {
    return this.#write(() => this.#outbox.delivered(id, at))
  }

  failed(id: string, reason: string): Promise<void> {
    return this.#write(() => this.#outbox.failed(id, reason))
  }

  verify(): Verification {
    const chain = verifyChain(this.#rows)
    const hashAt = (seq: number): string | undefined => this.#rows[seq - 1]?.hash
    const seals = verifySeals(this.#seals, { hashAt, bodiesOf: (n) => this.#bodiesOf(n) })
    return { ...chain, ...seals, ok: chain.ok && !('brokenSeal' in seals) }
  }

  head(): string {
    return this.#rows.at(-1)?.hash ?? GENESIS
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #write<T>(work: (conflicts: Conflict[]) => T): Promise<T> {
    const conflicts: Conflict[] = []
    let result: T
    try {
      result = work(conflicts)
    } catch (error) {
      return Promise.reject(refusalOf(error))
    }
    this.conflicts += conflicts.length
    if (conflicts.length > 0) this.#events.onConflicts(conflicts)
    return Promise.resolve(result)
  }

  #add(row: FactRow, conflicts: Conflict[]): void {
    const { kind, id, revision } = row
    const key = JSON.stringify([kind, id, revision])
    const kept = this.#known.get(key)
    if (kept) {
      const [was, is] = [textOf(kept), textOf(row)]
      if (was !== is) conflicts.push({ what: kind, id, revision, kept: was, refused: is })
      return
    }
    this.#known.set(key, row)
    this.#rows.push({ ...row, seq: this.#rows.length + 1, hash: sealOf(this.head(), row) })
    if (!MEASURED_KINDS.includes(row.kind)) return
    this.#newest = Math.max(this.#newest ?? row.to, row.to)
    this.#oldest = Math.min(this.#oldest ?? row.to, row.to)
  }

  #checkOpen({ id, revision }: Carbon): void {
    const seal = this.#covered.get(id)
    if (seal !== undefined && !this.#records.get(id)!.has(revision)) throw sealedRecord(id, seal)
  }

  *#bodiesOf(seal: number): Generator<string> {
    const ids = [...this.#covered].filter(([, n]) => n === seal).map(([id]) => id)
    for (const id of ids.sort(byBytes)) yield recordBody(lastingIn(this.#records.get(id)!)!)
  }

  #saveRecord(record: Carbon, refused: string, conflicts: Conflict[]): void {
    const revisions = revisionsOf(this.#records, record.id)
    const kept = revisions.get(record.revision)
    const settled = kept !== undefined && (JSON.parse(kept) as Carbon).status !== 'provisional'
    if (!settled) revisions.set(record.revision, refused)
    else if (kept !== refused)
      conflicts.push({ what: 'record', id: record.id, revision: record.revision, kept, refused })
  }
}

function revisionsOf(all: Map<string, Revisions>, id: string): Revisions {
  const revisions = all.get(id) ?? new Map<number, string>()
  all.set(id, revisions)
  return revisions
}

const newestIn = <T>(revisions: Revisions): T => JSON.parse(revisions.get(Math.max(...revisions.keys()))!) as T

function lastingIn(revisions: Revisions): Carbon | undefined {
  const lasting = [...revisions.values()].map((body) => JSON.parse(body) as Carbon)
  return lasting.filter((r) => r.status !== 'provisional').reduce<Carbon | undefined>(newerOf, undefined)
}

const newerOf = (a: Carbon | undefined, b: Carbon): Carbon => (a && a.revision > b.revision ? a : b)

/** The order that SQLite sorts texts in, so that both stores hash alike. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The newest revision of each, by `from`, then id. */
function newestOf<T extends { id: string; from: number }>(all: Map<string, Revisions>): T[] {
  const newest = [...all.values()].map((r) => newestIn<T>(r))
  return newest.sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
}
