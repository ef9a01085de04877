/** The energy intervals and production pieces a calculator holds, found by id, and by meter and time. */

interface Fact {
  id: string
  revision: number
  from: number
  to: number
  replaces?: string[]
}

/** Facts of one kind; those of one group (a meter, a line) are kept by time. */
export class FactStore<T extends Fact> {
  readonly #byId = new Map<string, T>()
  readonly #groups = new Map<string, T[]>()
  /** Facts that were withdrawn: a late duplicate must not bring them back. */
  readonly #withdrawn = new Map<string, { group: string; revision: number; to: number }>()
  readonly #groupOf: (fact: T) => string

  constructor(groupOf: (fact: T) => string) {
    this.#groupOf = groupOf
  }

  /**
   * Takes a fact in. `gone` are the facts it replaces; `isNew` is false for a duplicate, for one that is older than what
   * is held, and for one that was withdrawn.
   */
  put(fact: T): { gone: T[]; isNew: boolean } {
    const gone = this.withdraw(fact)
    const held = this.#byId.get(fact.id)
    const newest = held?.revision ?? this.#withdrawn.get(fact.id)?.revision ?? -1
    if (fact.revision <= newest) return { gone, isNew: false }
    if (held) {
      this.#remove(held)
      gone.push(held)
    }
    this.#byId.set(fact.id, fact)
    this.#insert(fact)
    return { gone, isNew: true }
  }

  /** Facts of a group that touch `[from, to)`, by time. */
  touching(group: string, from: number, to: number): T[] {
    const facts = this.#groups.get(group) ?? []
    const result: T[] = []
    for (let i = facts.length - 1; i >= 0; i--) {
      const fact = facts[i]!
      if (fact.from < to && fact.to > from) result.push(fact)
      // Facts of a meter do not overlap; those of a line may, by no more than a day.
      if (fact.to < from - MAX_OVERLAP_MS) break
    }
    return result.reverse()
  }

  all(): IterableIterator<T> {
    return this.#byId.values()
  }

  /** Forgets the facts of a group that ended before a time. */
  prune(group: string, before: number): void {
    const facts = this.#groups.get(group) ?? []
    let n = 0
    while (n < facts.length && facts[n]!.to < before) this.#byId.delete(facts[n++]!.id)
    if (n > 0) facts.splice(0, n)
    for (const [id, gone] of this.#withdrawn) if (gone.group === group && gone.to < before) this.#withdrawn.delete(id)
  }

  /** Takes out what a fact replaces, and gives it. */
  withdraw(fact: T): T[] {
    const gone: T[] = []
    for (const id of fact.replaces ?? []) {
      if (id === fact.id) continue
      const old = this.#byId.get(id)
      this.#withdrawn.set(id, { group: this.#groupOf(fact), revision: old?.revision ?? 0, to: old?.to ?? fact.to })
      if (!old) continue
      this.#remove(old)
      this.#byId.delete(id)
      gone.push(old)
    }
    return gone
  }

  #insert(fact: T): void {
    const group = this.#groupOf(fact)
    let facts = this.#groups.get(group)
    if (!facts) this.#groups.set(group, (facts = []))
    let i = facts.length
    while (i > 0 && facts[i - 1]!.from > fact.from) i--
    facts.splice(i, 0, fact)
  }

  #remove(fact: T): void {
    const facts = this.#groups.get(this.#groupOf(fact))
    const i = facts?.lastIndexOf(fact) ?? -1
    if (i >= 0) facts!.splice(i, 1)
  }
}

const MAX_OVERLAP_MS = 86_400_000
