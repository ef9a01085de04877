/**
 * One writer with group commit: work that arrives within a few milliseconds shares one transaction, because the disk's
 * confirmation is what costs. Work is acknowledged after the commit, in the order it came. When the store cannot be
 * written the work waits and is tried again, with growing pauses, until it can.
 */

import { Deferred, type Cancel } from '../shared/deferred.ts'
import { LedgerClosed } from './refusal.ts'

export interface LaneStore<T> {
  /** Writes a batch, all of it or nothing; throws when it could not. Gives the work that it refused, by its place. */
  commit(batch: readonly T[]): ReadonlyMap<number, Error>
  onFault(error: Error): void
  onRecovered(): void
}

interface Job<T> {
  work: T
  size: number
  resolve: () => void
  reject: (error: Error) => void
}

const FLUSH_MS = 20
const BATCH = 5_000
export const MOST_WAITING = 200_000
const RETRY_MS = { first: 100, most: 10_000 }

export class Lane<T> {
  readonly #store: LaneStore<T>
  #queue: Job<T>[] = []
  #waiting = 0
  readonly #deferred: Deferred
  #timer: Cancel | undefined
  /** The pause before the next attempt of an outage; 0 while all is well. */
  #pause = 0
  #closed = false

  constructor(store: LaneStore<T>) {
    this.#store = store
    this.#deferred = new Deferred((error) => store.onFault(error))
  }

  /** Resolves when the work is on disk. `size` is what it counts for against the limits. */
  put(work: T, size: number): Promise<void> {
    if (this.#closed) return Promise.reject(new LedgerClosed('ledger: closed'))
    if (this.#waiting + size > MOST_WAITING) {
      return Promise.reject(
        new Error(`ledger: expected at most ${MOST_WAITING} entries to wait for the disk, got ${this.#waiting + size}`),
      )
    }
    this.#waiting += size
    const promise = new Promise<void>((resolve, reject) => this.#queue.push({ work, size, resolve, reject }))
    if (this.#pause === 0 && this.#waiting >= BATCH) this.#flush()
    else if (!this.#timer) this.#flushIn(FLUSH_MS)
    return promise
  }

  /** Tries to write everything now; what cannot be written rejects. */
  close(): void {
    this.#closed = true
    this.#deferred.stop()
    try {
      while (this.#queue.length > 0) this.#commitNext()
    } catch (error) {
      const reason = new LedgerClosed(`ledger: closed before it could be written: ${(error as Error).message}`)
      this.#queue.splice(0).forEach((job) => job.reject(reason))
    }
  }

  #flush(): void {
    this.#timer?.()
    this.#timer = undefined
    try {
      this.#commitNext()
      if (this.#pause > 0) {
        this.#pause = 0
        this.#store.onRecovered()
      }
      if (this.#queue.length > 0) this.#flushIn(0)
    } catch (error) {
      if (this.#pause === 0) this.#store.onFault(error as Error)
      this.#pause = Math.min(this.#pause * 2 || RETRY_MS.first, RETRY_MS.most)
      this.#flushIn(this.#pause)
    }
  }

  #flushIn(ms: number): void {
    this.#timer = this.#deferred.after(ms, () => this.#flush())
  }

  #commitNext(): void {
    let size = 0
    const end = this.#queue.findIndex((job) => (size += job.size) >= BATCH) + 1 || this.#queue.length
    const jobs = this.#queue.slice(0, end)
    const refused = this.#store.commit(jobs.map((job) => job.work))
    this.#queue = this.#queue.slice(end)
    for (const [i, job] of jobs.entries()) {
      this.#waiting -= job.size
      const refusal = refused.get(i)
      if (refusal) job.reject(refusal)
      else job.resolve()
    }
  }
}
