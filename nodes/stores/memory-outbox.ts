/** Letters in memory; see `sqlite-outbox.ts`. */

import { DELIVERED_KEPT_MS, letterId, type Letter, type NewLetter } from './outbox.ts'

export class MemoryOutbox {
  readonly #letters = new Map<string, Letter & { deliveredAt: number | null }>()

  post(letters: readonly NewLetter[]): void {
    for (const letter of letters) {
      const id = letterId(letter)
      for (const { id: other, target, filename, deliveredAt } of this.#letters.values()) {
        const isReplaced = deliveredAt === null && target === letter.target && filename === letter.filename
        const isOld = deliveredAt !== null && deliveredAt < letter.created - DELIVERED_KEPT_MS
        if (isReplaced || isOld) this.#letters.delete(other)
      }
      this.#letters.set(id, { ...structuredClone(letter), id, attempts: 0, lastError: null, deliveredAt: null })
    }
  }

  *undelivered(target: string): Iterable<Letter> {
    const waiting = [...this.#letters.values()].filter((l) => l.target === target && l.deliveredAt === null)
    waiting.sort((a, b) => a.created - b.created || (a.filename < b.filename ? -1 : 1))
    for (const { deliveredAt: _, ...letter } of waiting) yield letter
  }

  delivered(id: string, at: number): void {
    const letter = this.#letters.get(id)
    if (letter) Object.assign(letter, { deliveredAt: at, lastError: null })
  }

  failed(id: string, reason: string): void {
    const letter = this.#letters.get(id)
    if (letter) Object.assign(letter, { attempts: letter.attempts + 1, lastError: reason })
  }
}
