/** Asks a provider again and again for the time in which energy passes; waits longer while it does not answer. */

import { Deferred, type Cancel } from '../shared/deferred.ts'
import { ProviderFault, type FactorProvider, type Fetched } from './provider.ts'

export interface Outage {
  since: number
  error: Error
}

export interface PollerOptions {
  pollMs: number
  onFetched: (fetched: Fetched) => void
  /** The beginning and each retry of an outage; `undefined` when the provider answers again. */
  onOutage: (outage: Outage | undefined) => void
  now: () => number
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** However old the energy is: no more than this is asked for at once. */
const MAX_SPAN_MS = 92 * 24 * HOUR_MS
/** Between two questions that energy outside of the known time brings about. */
const LEAST_PAUSE_MS = 1000

export class Poller {
  readonly #provider: FactorProvider
  readonly #options: PollerOptions
  readonly #abort = new AbortController()
  readonly #deferred: Deferred
  #timer: Cancel | undefined
  #busy = false
  #outage: Outage | undefined
  #attempts = 0
  /** The energy that has passed, and the time already asked for. */
  #energy: { from: number; to: number } | undefined
  #known: { from: number; to: number } | undefined

  constructor(provider: FactorProvider, options: PollerOptions) {
    this.#provider = provider
    this.#options = options
    this.#deferred = new Deferred((error) => this.#fail(error))
  }

  start(): void {
    this.#in(0)
  }

  /** Energy passes in this time; where its factors were never asked for, they are now. */
  want(from: number, to: number): void {
    const energy = this.#energy
    this.#energy = { from: Math.min(from, energy?.from ?? from), to: Math.max(to, energy?.to ?? to) }
    if (!this.#busy && !this.#outage && this.#lacks()) this.#in(this.#pause(LEAST_PAUSE_MS))
  }

  /** Ends the timer and the question under way. */
  stop(): void {
    this.#abort.abort(new Error('closed'))
    this.#deferred.stop()
  }

  #lacks(): boolean {
    const [energy, known] = [this.#energy, this.#known]
    return energy !== undefined && (!known || energy.from < known.from || energy.to > known.to)
  }

  #pause(ms: number): number {
    return Math.min(ms, this.#options.pollMs)
  }

  #in(ms: number): void {
    if (this.#abort.signal.aborted) return
    this.#timer?.()
    this.#timer = this.#deferred.after(ms, () => this.#poll())
  }

  #poll(): void {
    const range = this.#range()
    // Energy outside of what a provider can be asked for counts as asked for too, or it would be asked for ever.
    const asked = {
      from: Math.min(range.from, this.#energy?.from ?? range.from),
      to: Math.max(range.to, this.#energy?.to ?? 0),
    }
    this.#busy = true
    const answered = this.#provider
      .fetch(range, this.#abort.signal)
      .then((fetched) => this.#succeed(asked, fetched))
      .finally(() => (this.#busy = false))
    this.#deferred.follow(answered)
  }

  /** From where corrections, or energy not asked for yet, may begin, to the end of the forecast. */
  #range(): { from: number; to: number } {
    const { now } = this.#options
    const { revisionWindowMs, forecastMs } = this.#provider
    const newest = Math.min(this.#energy?.to ?? now(), now() + forecastMs)
    const to = newest + forecastMs
    const oldest = this.#lacks() ? this.#energy!.from : newest
    return { from: Math.max(Math.min(newest - revisionWindowMs, oldest), to - MAX_SPAN_MS), to }
  }

  #succeed({ from, to }: { from: number; to: number }, fetched: Fetched): void {
    if (this.#abort.signal.aborted) return
    this.#known = { from: Math.min(from, this.#known?.from ?? from), to: Math.max(to, this.#known?.to ?? to) }
    this.#attempts = 0
    if (this.#outage) this.#options.onOutage((this.#outage = undefined))
    this.#in(this.#lacks() ? this.#pause(LEAST_PAUSE_MS) : this.#options.pollMs)
    this.#options.onFetched(fetched)
  }

  #fail(error: Error): void {
    if (this.#abort.signal.aborted) return
    this.#attempts++
    this.#outage = { since: this.#outage?.since ?? this.#options.now(), error }
    this.#in(this.#wait(error))
    this.#options.onOutage(this.#outage)
  }

  /** 1, 3, 6, 10 … minutes, spread by a quarter so that many plants do not come back at one moment. */
  #wait(error: Error): number {
    const { kind, retryAfterMs } = error instanceof ProviderFault ? error : { kind: 'down', retryAfterMs: undefined }
    if (kind === 'refused' || kind === 'asked-wrongly') return HOUR_MS
    if (kind === 'busy') return retryAfterMs ?? 2 * this.#options.pollMs
    const steps = (this.#attempts * (this.#attempts + 1)) / 2
    return Math.min(steps * this.#pause(MINUTE_MS), HOUR_MS) * (0.75 + Math.random() / 2)
  }
}
