/** A ledger in memory: for trials and tests. Everything is lost when Node-RED stops, and it grows with each fact. */

import type { Carbon, CarbonAlert } from '../core/records.ts'
import { GENESIS, alertBody, factOf, recordBody, rowOf, sealOf, textOf, verifyChain, type FactRow } from './chain.ts'
import {
  MEASURED_KINDS,
  type Conflict,
  type Fact,
  type FactQuery,
  type Ledger,
  type LedgerEvents,
  type RecordQuery,
  type Verification,
} from './ledger.ts'

/** Revisions of one record or alert: its JSON text by revision. */
type Revisions = Map<number, string>

export class MemoryLedger implements Ledger {
  conflicts = 0
  readonly #events: LedgerEvents
  readonly #rows: (FactRow & { seq: number; hash: string })[] = []
  readonly #known = new Map<string, FactRow>()
  readonly #records = new Map<string, Revisions>()
  readonly #alerts = new Map<string, Revisions>()
  #newest: number | null = null

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

  saveRecords(records: readonly Carbon[]): Promise<void> {
    return this.#write((conflicts) => {
      const bodies = records.map(recordBody)
      records.forEach((record, i) => this.#saveRecord(record, bodies[i]!, conflicts))
    })
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

  saveAlert(alert: CarbonAlert): Promise<void> {
    return this.#write(() => {
      const body = alertBody(alert)
      revisionsOf(this.#alerts, alert.id).set(alert.revision, body)
    })
  }

  *alerts(from: number, to: number): Iterable<CarbonAlert> {
    yield* newestOf<CarbonAlert>(this.#alerts).filter((a) => a.from >= from && a.from < to)
  }

  verify(): Verification {
    return verifyChain(this.#rows)
  }

  head(): string {
    return this.#rows.at(-1)?.hash ?? GENESIS
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #write(work: (conflicts: Conflict[]) => void): Promise<void> {
    const conflicts: Conflict[] = []
    try {
      work(conflicts)
    } catch (error) {
      return Promise.reject(error as Error)
    }
    this.conflicts += conflicts.length
    if (conflicts.length > 0) this.#events.onConflicts(conflicts)
    return Promise.resolve()
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
    if (MEASURED_KINDS.includes(row.kind)) this.#newest = Math.max(this.#newest ?? row.to, row.to)
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

/** The newest revision of each, by `from`, then id. */
function newestOf<T extends { id: string; from: number }>(all: Map<string, Revisions>): T[] {
  const newest = [...all.values()].map((r) => JSON.parse(r.get(Math.max(...r.keys()))!) as T)
  return newest.sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
}
