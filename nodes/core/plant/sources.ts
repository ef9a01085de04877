/** Which plant entry a message belongs to: an index from sources (topics, node ids) to entries. */

import { LIMITS } from '../limits.ts'

/** Exact sources are looked up in a map; only patterns with `+` or `#` are tried one by one, and the answer is kept. */
export class SourceIndex<T> {
  readonly #exact = new Map<string, T[]>()
  readonly #patterns: { parts: string[]; entry: T }[] = []
  readonly #seen = new Map<string, T[]>()

  constructor(entries: readonly T[], sourceOf: (entry: T) => string) {
    for (const entry of entries) {
      const source = sourceOf(entry)
      if (/(^|\/)[+#](\/|$)/.test(source)) this.#patterns.push({ parts: source.split('/'), entry })
      else this.#exact.set(source, [...(this.#exact.get(source) ?? []), entry])
    }
  }

  /** Every entry whose source names this topic; empty where none does. */
  match(topic: string): readonly T[] {
    if (this.#patterns.length === 0) return this.#exact.get(topic) ?? NONE
    let found = this.#seen.get(topic)
    if (!found) {
      const parts = topic.split('/')
      const byPattern = this.#patterns.filter((p) => topicMatches(p.parts, parts)).map((p) => p.entry)
      found = [...(this.#exact.get(topic) ?? []), ...byPattern]
      if (topic.length > LIMITS.nameChars) return found
      if (this.#seen.size >= MAX_SEEN) this.#seen.clear()
      this.#seen.set(topic, found)
    }
    return found
  }
}

const NONE: never[] = []
/** Topics come from outside; the memory of them is bounded. */
const MAX_SEEN = 10_000

/** MQTT 3.1.1 section 4.7: `+` stands for one level, a last `#` for any number of levels, none included. */
export function topicMatches(pattern: readonly string[], topic: readonly string[]): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '#') return true
    if (i >= topic.length || (pattern[i] !== '+' && pattern[i] !== topic[i])) return false
  }
  return pattern.length === topic.length
}
