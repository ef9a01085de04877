/** When records leave: at most every `emitSeconds` of source time per line, and at once when a view closes. */

import { SITE } from '../core/allocation/ownership.ts'
import { isSoundClock } from '../core/clock.ts'
import type { Calculator } from '../core/per-unit/per-unit.ts'
import type { Carbon } from '../core/records.ts'
import { Deferred } from '../shared/deferred.ts'

export interface EmissionOptions {
  /** Least source time between two emissions of open records; 0 emits at every change. */
  emitMs: number
  latenessMs: number
  /** Sends records; calls come one after the other. */
  publish(records: Carbon[]): Promise<void>
  onFault(error: Error): void
}

interface LineClock {
  latenessMs: number
  /** Source time of the last emission of open records. */
  emittedAt: number
  /** When the last message came, by a clock that nobody sets. */
  heardAt: number
}

const TICK_MS = 1000
/** Records that are made in one turn. */
const PORTION = 50

export class Emission {
  readonly #calculator: Calculator
  readonly #options: EmissionOptions
  readonly #lines = new Map<string, LineClock>()
  readonly #waiting = new Set<string>()
  readonly #deferred: Deferred
  #isScheduled = false
  readonly #leaving: Carbon[] = []
  #lane: Promise<void> = Promise.resolve()

  constructor(calculator: Calculator, options: EmissionOptions) {
    this.#calculator = calculator
    this.#options = options
    this.#deferred = new Deferred(options.onFault)
    this.#deferred.every(TICK_MS, () => this.#tick())
  }

  /** Takes up the lines that a restored calculator knows. */
  start(): void {
    for (const line of this.#calculator.lines()) this.soon(line)
  }

  /**
   * Looks at a line when the messages at hand have all been taken: the two halves of a reading that was cut in two
   * come one after the other, and no record must show the state between them.
   */
  soon(line: string = SITE, latenessSeconds?: unknown): void {
    const clock = this.#clock(line)
    if (typeof latenessSeconds === 'number') clock.latenessMs = latenessSeconds * 1000
    clock.heardAt = performance.now()
    const known = this.#calculator.lines()
    // Lines that share a meter with this one move with it, though nothing was heard of themselves.
    for (const moved of this.#calculator.alongside(line)) if (known.includes(moved)) this.#waiting.add(moved)
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#deferred.soon(() => this.#look())
  }

  soonAll(): void {
    for (const line of this.#calculator.lines()) this.soon(line)
  }

  stop(): void {
    this.#deferred.stop()
  }

  #look(): void {
    this.#isScheduled = false
    const lines = [...this.#waiting]
    this.#waiting.clear()
    for (const line of lines) this.#deferred.run(() => this.#lookAt(line))
  }

  #lookAt(line: string): void {
    const clock = this.#clock(line)
    const newest = this.#calculator.newest(line)
    const isDue = newest - clock.emittedAt >= this.#options.emitMs || this.#options.emitMs === 0
    if (isDue) clock.emittedAt = newest
    this.#emit(line, newest - clock.latenessMs, isDue)
  }

  /** A line that has fallen silent closes by our own clock where that is sound, and what `emitMs` held back is told. */
  #tick(): void {
    const now = Date.now()
    for (const [line, clock] of this.#lines) {
      const quietMs = performance.now() - clock.heardAt
      if (quietMs < Math.max(TICK_MS, this.#options.emitMs)) continue
      const newest = this.#calculator.newest(line)
      const isSilent = quietMs > clock.latenessMs && isSoundClock(now, newest - clock.latenessMs)
      this.#emit(line, (isSilent ? now : newest) - clock.latenessMs, true)
    }
  }

  #emit(line: string, watermark: number, all: boolean): void {
    const records = this.#calculator.due(line, watermark, all, PORTION)
    if (records.length > 0) this.send(records)
    // One fact may change very many records: others have their turn between them.
    if (records.length === PORTION) this.#deferred.soon(() => this.#emit(line, watermark, all))
  }

  /** Sends records after those that are on their way; what comes meanwhile leaves together. */
  send(records: Carbon[]): void {
    this.#leaving.push(...records)
    this.#lane = this.#lane
      .then(() => {
        const all = this.#leaving.splice(0)
        return all.length > 0 ? this.#options.publish(all) : undefined
      })
      .catch((error: Error) => this.#options.onFault(error))
  }

  #clock(line: string): LineClock {
    let clock = this.#lines.get(line)
    if (!clock)
      this.#lines.set(
        line,
        (clock = { latenessMs: this.#options.latenessMs, emittedAt: 0, heardAt: performance.now() }),
      )
    return clock
  }
}
