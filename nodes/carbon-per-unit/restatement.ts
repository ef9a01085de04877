/**
 * Restates records whose facts are no longer held in memory: as far back as the ledger's facts reach, they are reckoned
 * anew from them. Facts of old time come in bursts (a gateway that was offline, a count that was corrected in the MES), so
 * their records are reckoned when the burst is through.
 */

import type { Calculator } from '../core/per-unit/per-unit.ts'
import { saysTheSame } from '../core/per-unit/rendering.ts'
import type { RecordName } from '../core/per-unit/views.ts'
import type { Carbon } from '../core/records.ts'
import type { Plant } from '../shared/plant-version.ts'
import { rebuild } from '../shared/recompute.ts'
import type { Ledger } from '../stores/ledger.ts'

export interface RestatementOptions {
  ledger: Ledger
  plant: Plant
  /** Holds the records that still move. */
  calculator: Calculator
  /** Looks at a line's records again. */
  look: (line: string) => void
  publish: (records: Carbon[]) => void
  onFault: (error: Error) => void
}

/** A stretch of old time of a line in which facts have changed. */
interface Want {
  line: string
  from: number
  to: number
  reasons: Set<string>
}

/** A burst is through when nothing came for so long, or at the latest after so long. */
const QUIET_MS = 500
const PATIENCE_MS = 30_000

export class Restatement {
  readonly #options: RestatementOptions
  readonly #wants = new Map<string, Want>()
  #timer: NodeJS.Timeout | undefined
  #since = 0

  constructor(options: RestatementOptions) {
    this.#options = options
  }

  /** Facts of a line have changed in this time, which is no longer held; `orders` are those that they name. */
  want(
    line: string | undefined,
    time: { from: number; to: number },
    why: { reason: string; orders?: Set<string> },
  ): void {
    const { calculator } = this.#options
    for (const moved of calculator.alongside(line)) {
      calculator.stale(moved, time, why.orders ?? NONE)
      const want = this.#wants.get(moved) ?? { line: moved, ...time, reasons: new Set() }
      this.#wants.set(moved, want)
      want.from = Math.min(want.from, time.from)
      want.to = Math.max(want.to, time.to)
      want.reasons.add(why.reason)
    }
    const now = Date.now()
    if (!this.#timer) this.#since = now
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(QUIET_MS, this.#since + PATIENCE_MS - now)))
  }

  /** A calculator with the facts of a record of old time, to explain it; `undefined` where the ledger has no such record. */
  pastOf(id: string): Calculator | undefined {
    const { ledger, plant } = this.#options
    const record = ledger.record(id)
    if (!record || record.adjusts) return undefined
    const past = rebuild(ledger, [record], plant)
    past.restoreRecord(record, 0)
    return past
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#timer = undefined
    const wants = [...this.#wants.values()]
    this.#wants.clear()
    try {
      for (const want of wants) {
        const records = this.#restated(want)
        if (records.length > 0) this.#options.publish(records)
      }
    } catch (error) {
      // Told, and tried again with the next fact: the facts themselves are on disk.
      for (const want of wants) this.#wants.set(want.line, want)
      this.#options.onFault(error as Error)
    }
  }

  #restated({ line, from, to, reasons }: Want): Carbon[] {
    const { ledger, plant, calculator } = this.#options
    const known = [...ledger.records({ line, since: from, until: to })].filter((r) => !r.adjusts)
    const lasting = known.filter((r) => r.status !== 'provisional')
    const whole: RecordName = {
      id: '',
      view: 'day',
      line,
      from: plant.calendar.day(from).from,
      to: plant.calendar.day(to - 1).to,
    }
    const past = rebuild(ledger, [...lasting, ...calculator.staleNames(line), whole], plant)
    calculator.takeOver(line, past, reasons)
    this.#options.look(line)
    // A record that is still held is told from there.
    const held = new Set(calculator.names(line).map((name) => name.id))
    const told = new Map(lasting.filter((r) => !held.has(r.id)).map((r) => [r.id, r]))
    const news = past
      .names(line)
      .filter((n) => n.from >= whole.from && n.to <= whole.to && !told.has(n.id) && !held.has(n.id))
    const why = [...reasons].sort()
    const again = [...told.values()].map((before) => ({ ...past.closed(before), revision: before.revision + 1 }))
    return [
      ...again
        .filter((now) => !saysTheSame(told.get(now.id)!, now))
        .map((now): Carbon => ({ ...now, status: 'restated', reasons: why })),
      ...news
        .map((name): Carbon => ({ ...past.closed(name), status: 'final', reasons: [] }))
        .filter((r) => r.buckets.length > 0),
    ]
  }
}

const NONE: ReadonlySet<string> = new Set()
