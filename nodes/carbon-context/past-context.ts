/** The production context of a time that is no longer held: read back from the ledger, as far as its period is open. */

import type { ContextFact } from '../core/context/context-fact.ts'
import { PlantContext, type PieceCount } from '../core/context/plant-context.ts'
import type { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import type { Energy } from '../core/records.ts'
import type { Pending } from '../shared/pending.ts'
import type { Ledger } from '../stores/ledger.ts'

const DAY_MS = 86_400_000
/** An order or a state may hold for so long. */
const STANDING_MS = 31 * DAY_MS
/** A count lies between its neighbours, and they are nearer. */
const COUNTS_MS = 2 * DAY_MS

export interface PastOptions {
  ledger: Ledger
  pending: Pending
  plant: { model: PlantModel; calendar: Calendar }
  pieces: PieceCount
}

/** Facts of the time that is held may come meanwhile, and be old by then: so it is not gone on from for long. */
const KEPT_MS = 60_000

interface Past {
  readAt: number
  context: PlantContext
  from: number
  to: number
}

export class PastContext {
  readonly #ledger: Ledger
  readonly #plant: { model: PlantModel; calendar: Calendar }
  readonly #pieces: PieceCount
  readonly #pending: Pending
  /** The last time that was asked for, by line: late facts come in bursts. */
  readonly #held = new Map<string, Past>()

  constructor({ ledger, pending, plant, pieces }: PastOptions) {
    this.#ledger = ledger
    this.#pending = pending
    this.#plant = plant
    this.#pieces = pieces
  }

  /** What the facts of the ledger say about a line around `at`. */
  around(line: string, at: number): PlantContext {
    const held = this.#held.get(line)
    if (held && at >= held.from && at <= held.to && Date.now() < held.readAt + KEPT_MS) return held.context
    const context = this.#read(line, at)
    this.#held.set(line, { context, readAt: Date.now(), from: at - COUNTS_MS / 2, to: at + COUNTS_MS / 2 })
    return context
  }

  #read(line: string, at: number): PlantContext {
    const { model, calendar } = this.#plant
    const context = new PlantContext(model, calendar, this.#pieces)
    const queries = [
      { kind: 'context', line, since: at - STANDING_MS, until: at + STANDING_MS },
      { kind: 'production', line, since: at - COUNTS_MS, until: at + COUNTS_MS },
    ] as const
    for (const query of queries) for (const { body } of this.#ledger.facts(query)) context.take(body as ContextFact)
    for (const body of this.#pending.bodies()) {
      if ((body as ContextFact).line === line) context.take(body as ContextFact)
    }
    context.recutAll()
    // All of this time may have been told of energy: a fact that changes it is told from end to end.
    context.lay({ line, from: at - STANDING_MS, to: at + STANDING_MS, kWh: null } as Energy)
    return context
  }
}
