/** Facts that are on their way to the ledger: who reads it back now must not miss them. */

import type { Fact, Ledger } from '../stores/ledger.ts'

export class Pending {
  readonly #ledger: Ledger
  readonly #batches = new Set<readonly Fact[]>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Appends facts to the ledger, as `Ledger.append` does. */
  append(facts: readonly Fact[]): Promise<void> {
    this.#batches.add(facts)
    return this.#ledger.append(facts).finally(() => this.#batches.delete(facts))
  }

  /** The bodies of the facts that wait, in the order they came. */
  *bodies(): Generator<object> {
    for (const facts of this.#batches) for (const { body } of facts) yield body
  }
}
