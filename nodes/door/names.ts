/**
 * How many different names a plant may use. Each order, SKU or machine that is named costs memory for as long as its
 * time can change, so a source that names a new one with every message would fill it.
 */

import type { ContextFact } from '../core/context/context-fact.ts'
import { LIMITS } from '../core/limits.ts'
import { Refused } from '../core/refused.ts'

/** A name that nobody uses for one to two of these counts no more. */
const PERIOD_MS = 2 * 86_400_000

interface Kind {
  since: number
  /** Names of this period, and of the one before, by their hashes. */
  now: Set<number>
  before: Set<number>
}

export class NameCount {
  readonly #kinds = new Map<string, Kind>()
  readonly #most: number

  constructor(most: number = LIMITS.distinctNames) {
    this.#most = most
  }

  /** Throws for a fact with a name that is one too many of its kind; `now` is the wall clock. */
  admit(fact: ContextFact, now: number): void {
    if (fact.type === 'count') return
    // States and machines are those of the plant model, which are few.
    if (fact.type === 'step') {
      if (fact.role !== 'state' && fact.value !== null) this.#count(fact.role, fact.value, now)
      return
    }
    for (const key of NAMED) if (fact[key] !== undefined) this.#count(key, fact[key], now)
  }

  #count(kind: string, name: string, now: number): void {
    let names = this.#kinds.get(kind)
    if (!names) this.#kinds.set(kind, (names = { since: now, now: new Set(), before: new Set() }))
    if (now - names.since > PERIOD_MS) Object.assign(names, { since: now, before: names.now, now: new Set() })
    const hash = hashOf(name)
    if (names.now.has(hash)) return
    if (!names.before.has(hash) && names.now.size + names.before.size >= this.#most)
      throw new Refused(kind, `expected at most ${this.#most} different names within two days, got one more`)
    names.now.add(hash)
  }
}

const NAMED = ['order', 'lane', 'sku', 'recipe', 'batch'] as const

/** Two rounds of FNV-1a as one whole number: two names with the same hash only count as one. */
function hashOf(name: string): number {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x85ebca6b)
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11)
}

const counts = new WeakMap<object, NameCount>()

/** The count of a plant, shared by all stations that take events of it. */
export function namesOf(plant: object): NameCount {
  let count = counts.get(plant)
  if (!count) counts.set(plant, (count = new NameCount()))
  return count
}
