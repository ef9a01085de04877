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
  /** The lines whose records a fact of a line may move. */
  alongside: (line: string | undefined) => Iterable<string>
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

  /** Facts of a line have changed in this time. */
  want(line: string | undefined, { from, to }: { from: number; to: number }, reason: string): void {
    for (const moved of this.#options.alongside(line)) {
      const want = this.#wants.get(moved)
      if (want) {
        want.from = Math.min(want.from, from)
        want.to = Math.max(want.to, to)
        want.reasons.add(reason)
      } else this.#wants.set(moved, { line: moved, from, to, reasons: new Set([reason]) })
    }
    const now = Date.now()
    if (!this.#timer) this.#since = now
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(QUIET_MS, this.#since + PATIENCE_MS - now)))
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
    const { ledger, plant } = this.#options
    const known = [...ledger.records({ line, since: from, until: to })].filter((r) => !r.adjusts)
    // A record that still moves is held in memory, and told from there.
    const lasting = known.filter((r) => r.status !== 'provisional')
    const moving = new Set(known.filter((r) => r.status === 'provisional').map((r) => r.id))
    const day = plant.calendar.day(from)
    const names: RecordName[] = [
      ...lasting,
      { id: '', view: 'day', line, from: day.from, to: plant.calendar.day(to - 1).to },
    ]
    const calculator = rebuild(ledger, names, plant)
    const told = new Map(lasting.map((r) => [r.id, r]))
    const affected = [
      ...lasting,
      ...newOnes(calculator, names.at(-1)!).filter((n) => !told.has(n.id) && !moving.has(n.id)),
    ]
    return affected.flatMap((name) => {
      const before = told.get(name.id)
      const now = calculator.closed(name)
      if (before && saysTheSame(before, { ...now, status: before.status })) return []
      if (!before && now.buckets.length === 0) return []
      const status = before ? ('restated' as const) : ('final' as const)
      return [
        { ...now, revision: before ? before.revision + 1 : 0, status, reasons: before ? [...reasons].sort() : [] },
      ]
    })
  }
}

/** Records that lie wholly in a time. */
const newOnes = (calculator: Calculator, { line, from, to }: RecordName): RecordName[] =>
  calculator.names(line).filter((name) => name.from >= from && name.to <= to)
