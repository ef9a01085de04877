/** What was heard of sources that the plant model does not name: how often, the last value, and when. Bounded. */

import { LIMITS } from '../core/limits.ts'
import { plain } from '../core/shown.ts'
import type { Sample } from './sample.ts'

export interface HeardSource {
  source: string
  /** Messages since the plant was deployed. */
  count: number
  /** The last value, as a short text where it was no number; `null` with the reason where it could not be read. */
  value: number | string | boolean | null
  reason?: string
  /** Source time of the last value, and when it arrived, epoch ms. */
  at: number | null
  heardAt: number
}

export interface Heard {
  sources: (HeardSource & { ageSeconds: number })[]
  /** Messages of sources that found no place in the list. */
  others: number
}

/** Sources that were heard once, and more than once: a flood of new topics cannot push out those that come again. */
const MOST = { once: 1_000, often: 4_000 }

export class HeardSources {
  readonly #once = new Map<string, HeardSource>()
  readonly #often = new Map<string, HeardSource>()
  #others = 0

  /** Notes a sample that no source of the plant model matches. */
  note({ source, value, reason, at }: Sample, now: number): void {
    if (source.length > LIMITS.nameChars) return void this.#others++
    const known = this.#often.get(source) ?? this.#once.get(source)
    const entry = known ?? { source, count: 0, value: null, at: null, heardAt: now }
    entry.count++
    entry.value = typeof value === 'string' ? plain(value, 60) : value
    entry.at = at
    entry.heardAt = now
    if (reason === undefined) delete entry.reason
    else entry.reason = plain(reason)
    this.#keep(source, entry)
  }

  /** All of them, the most frequent first. */
  report(now: number): Heard {
    const all = [...this.#often.values(), ...this.#once.values()].sort((a, b) => b.count - a.count)
    return { sources: all.map((s) => ({ ...s, ageSeconds: (now - s.heardAt) / 1000 })), others: this.#others }
  }

  #keep(source: string, entry: HeardSource): void {
    if (this.#often.has(source)) return
    if (entry.count === 1) {
      this.#once.set(source, entry)
      if (this.#once.size > MOST.once) {
        this.#once.delete(this.#once.keys().next().value!)
        this.#others++
      }
    } else if (this.#often.size < MOST.often) {
      this.#once.delete(source)
      this.#often.set(source, entry)
    }
  }
}

const byPlant = new WeakMap<object, HeardSources>()

/** What was heard by all stations of a plant. */
export function heardOf(plant: object): HeardSources {
  let heard = byPlant.get(plant)
  if (!heard) byPlant.set(plant, (heard = new HeardSources()))
  return heard
}
