/**
 * Restates records whose facts are no longer held in memory: as far back as the ledger's facts reach, they are reckoned
 * anew from them. Facts of old time come in bursts (a gateway that was offline, a count that was corrected in the MES), so
 * their records are reckoned when the burst is through, a portion at a time, between other messages.
 */

import type { Calculator } from '../core/per-unit/per-unit.ts'
import type { Carbon } from '../core/records.ts'
import { Deferred, type Cancel } from '../shared/deferred.ts'
import { rebuild } from '../shared/recompute.ts'
import { portionsOf, restated, type Changed, type OldTime, type Portion } from './old-records.ts'

export interface RestatementOptions extends Pick<OldTime, 'ledger' | 'plant'> {
  /** Holds the records that still move. */
  calculator: Calculator
  /** Looks at a line's records again. */
  look: (line: string) => void
  publish: (records: Carbon[]) => void
  onFault: (error: Error) => void
}

type Want = Changed & { reasons: Set<string> }

/** A burst is through when nothing came for so long, or at the latest after so long. */
const QUIET_MS = 500
const PATIENCE_MS = 30_000

export class Restatement {
  readonly #options: RestatementOptions
  readonly #time: OldTime
  readonly #wants = new Map<string, Want>()
  /** Steps that are left of the changes at work. */
  #steps: (() => void)[] = []
  readonly #deferred: Deferred
  #timer: Cancel | undefined
  #since = 0

  constructor(options: RestatementOptions) {
    this.#options = options
    this.#deferred = new Deferred(options.onFault)
    this.#time = { ...options, isHeld: ({ id }) => options.calculator.knows(id) }
  }

  /** Facts of a line have changed in this time, which is no longer held; `orders` are those that they name. */
  want(line: string | undefined, { from, to }: { from: number; to: number }, { reason, orders = NONE }: Why): void {
    const { calculator, ledger } = this.#options
    // What is archived can not be reckoned: the figures that were told of it stand.
    const since = Math.max(from, ledger.archivedUntil() ?? -Infinity)
    if (since >= to) return
    for (const moved of calculator.alongside(line)) {
      calculator.stale(moved, { from: since, to }, orders)
      const want = this.#wants.get(moved) ?? { line: moved, from: since, to, reasons: new Set() }
      this.#wants.set(moved, want)
      want.from = Math.min(want.from, since)
      want.to = Math.max(want.to, to)
      want.reasons.add(reason)
    }
    const now = Date.now()
    if (!this.#timer) this.#since = now
    this.#begin(Math.max(0, Math.min(QUIET_MS, this.#since + PATIENCE_MS - now)))
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
    this.#deferred.stop()
    this.#steps = []
  }

  #begin(waitMs: number): void {
    this.#timer?.()
    this.#timer = this.#deferred.after(waitMs, () => this.#plan())
  }

  #plan(): void {
    this.#timer = undefined
    // What came while others are at work waits for them.
    if (this.#steps.length > 0) return this.#begin(QUIET_MS)
    const wants = [...this.#wants.values()]
    this.#wants.clear()
    this.#try(wants, () => {
      for (const want of wants) {
        for (const portion of portionsOf(want, this.#time)) this.#steps.push(() => this.#restate(portion, want))
        this.#steps.push(() => this.#takeOver(want))
      }
      this.#next(wants)
    })
  }

  #next(wants: readonly Want[]): void {
    const step = this.#steps.shift()
    if (!step) return
    this.#try(wants, step)
    this.#deferred.soon(() => this.#next(wants))
  }

  /** A fault is told, and all of it tried again later: the facts themselves are on disk. */
  #try(wants: readonly Want[], work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#steps = []
      for (const want of wants) this.#wants.set(want.line, want)
      this.#begin(PATIENCE_MS)
      this.#options.onFault(error as Error)
    }
  }

  #restate(portion: Portion, want: Want): void {
    const records = restated(portion, want, this.#time)
    if (records.length > 0) this.#options.publish(records)
  }

  /** Records that reach from old time into what is held go on from both. */
  #takeOver({ line, from, to, reasons }: Want): void {
    const { ledger, plant, calculator, look } = this.#options
    const known = calculator.staleNames(line)
    // A corrected context may have brought an order time that nothing told of it before.
    const moves = known.length === 0 || reasons.has('context-changed')
    const names = moves ? [...known, { id: '', view: 'day' as const, line, from, to }] : known
    calculator.takeOver(line, rebuild(ledger, names, plant), reasons)
    look(line)
  }
}

interface Why {
  reason: string
  orders?: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()
