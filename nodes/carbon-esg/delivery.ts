/** Documents on their way: kept in the ledger's outbox before they leave, and tried again until they have arrived. */

import type { EsgDocument } from '../core/esg/esg-format.ts'
import type { Ledger } from '../stores/ledger.ts'
import { letterId, type Letter, type NewLetter } from '../stores/outbox.ts'
import type { Target } from '../targets/target.ts'
import type { EsgDeadLetter, EsgReceipt, Prepared, Statement } from './export.ts'

export interface Delivered {
  /** Documents to hand on, where there is no target. */
  documents: EsgDocument[]
  receipts: EsgReceipt[]
  /** What failed for the first time. */
  deadLetters: EsgDeadLetter[]
}

export interface DeliveryOptions {
  ledger: Ledger
  /** Without one the documents are only handed on. */
  target: Target | undefined
  now(): number
}

/** The pause after the first failure; each further one doubles it. */
const PAUSE_MS = { first: 60_000, most: 3_600_000 }

export class Delivery {
  readonly #options: DeliveryOptions
  /** When a letter that failed is tried again; after a restart at once. */
  readonly #nextTry = new Map<string, number>()
  /** One delivery after the other, so that no letter is on its way twice. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Delivers what an export has made. Rejects where the ledger cannot keep it. */
  deliver(prepared: readonly Prepared[]): Promise<Delivered> {
    const { ledger, target, now } = this.#options
    if (!target) return Promise.resolve(handedOn(prepared))
    const created = now()
    return this.#inTurn(async () => {
      const letters = prepared.map((p) => letterOf(p, target.name, created))
      await ledger.post(letters)
      const waiting = new Map([...ledger.undelivered(target.name)].map((letter) => [letter.id, letter]))
      const mine = letters.map((letter) => waiting.get(letterId(letter))).filter((letter) => letter !== undefined)
      return this.#tryAll(mine, target)
    })
  }

  /** Tries again what is due. */
  retry(): Promise<Delivered> {
    const { ledger, target, now } = this.#options
    if (!target) return Promise.resolve(nothing())
    return this.#inTurn(() => {
      const due = [...ledger.undelivered(target.name)].filter((l) => (this.#nextTry.get(l.id) ?? 0) <= now())
      return this.#tryAll(due, target)
    })
  }

  async #tryAll(letters: readonly Letter[], target: Target): Promise<Delivered> {
    const result = nothing()
    for (const letter of letters) await this.#try(letter, target, result)
    return result
  }

  async #try(letter: Letter, target: Target, result: Delivered): Promise<void> {
    const { ledger, now } = this.#options
    const statement = letter.about as Statement
    const { filename, document: text, id } = letter
    const document: EsgDocument = { type: 'esg-document', format: statement.format, filename, text }
    let file: string
    try {
      file = await target.deliver(document)
    } catch (error) {
      const reason = (error as Error).message
      this.#nextTry.set(id, now() + Math.min(PAUSE_MS.first * 2 ** letter.attempts, PAUSE_MS.most))
      await ledger.failed(id, reason)
      if (letter.attempts === 0) result.deadLetters.push({ type: 'esg-dead-letter', reason, document, ...statement })
      return
    }
    this.#nextTry.delete(id)
    await ledger.delivered(id, now())
    result.receipts.push({ type: 'esg-receipt', file, ...statement })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }
}

const nothing = (): Delivered => ({ documents: [], receipts: [], deadLetters: [] })

const handedOn = (prepared: readonly Prepared[]): Delivered => ({
  documents: prepared.map((p) => p.document),
  receipts: prepared.map(({ document, statement }) => ({ type: 'esg-receipt', file: document.filename, ...statement })),
  deadLetters: [],
})

const letterOf = ({ document, statement }: Prepared, target: string, created: number): NewLetter => ({
  ...{ target, created, filename: document.filename, document: document.text, about: statement },
})
