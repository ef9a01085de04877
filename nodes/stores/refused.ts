/** Stands in for a ledger that could not be opened: every call says why, so that no node goes on as if it had one. */

import type { Fact, Ledger, Seal, Verification } from './ledger.ts'

export class RefusedLedger implements Ledger {
  readonly conflicts = 0
  readonly #reason: Error

  constructor(reason: Error) {
    this.#reason = reason
  }

  ready = (): Promise<void> => Promise.reject(this.#reason)
  append = (): Promise<void> => Promise.reject(this.#reason)
  saveRecords = (): Promise<void> => Promise.reject(this.#reason)
  saveAlert = (): Promise<void> => Promise.reject(this.#reason)
  seal = (): Promise<Seal> => Promise.reject(this.#reason)
  compact = (): Promise<null> => Promise.reject(this.#reason)
  post = (): Promise<void> => Promise.reject(this.#reason)
  delivered = (): Promise<void> => Promise.reject(this.#reason)
  failed = (): Promise<void> => Promise.reject(this.#reason)
  undelivered = (): Iterable<never> => this.#refuse()
  facts = (): Iterable<Fact> => this.#refuse()
  newest = (): number | null => this.#refuse()
  oldest = (): number | null => this.#refuse()
  records = (): Iterable<never> => this.#refuse()
  record = (): undefined => this.#refuse()
  adjustments = (): Iterable<never> => this.#refuse()
  seals = (): Iterable<Seal> => this.#refuse()
  sealedUntil = (): number | null => this.#refuse()
  archivedUntil = (): number | null => this.#refuse()
  alerts = (): Iterable<never> => this.#refuse()
  verify = (): Verification => this.#refuse()
  head = (): string => this.#refuse()
  close = (): Promise<void> => Promise.resolve()

  #refuse(): never {
    throw this.#reason
  }
}
