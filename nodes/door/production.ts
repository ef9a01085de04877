/** Every message that may tell of production: events, and samples of the plant model's signals, as facts. */

import type { ContextFact } from '../core/context/context-fact.ts'
import { isObject, type Json } from '../core/fields.ts'
import type { PlantMeter, PlantModel, PlantSignal } from '../core/plant.ts'
import { SourceIndex } from '../core/sources.ts'
import { isEvent, readEvent } from './events.ts'
import { heardOf, type HeardSources } from './heard.ts'
import { namesOf, type NameCount } from './names.ts'
import type { Sample } from './sample.ts'
import { contentOf, samplesOf } from './samples.ts'
import { readSignal } from './signals.ts'
import { checkSize } from './size.ts'

export interface ProductionOptions {
  plant: { model: PlantModel }
  /** Gives a time of a line back, or throws where it cannot be believed. */
  believe(line: string, at: number): number
  now(): number
}

/** What a message told of production. */
export interface Told {
  facts: { fact: ContextFact; from?: Sample }[]
  refused: { reason: string; from: Sample }[]
  /** True where the message is an event, or of a signal of the plant; any other is for somebody else. */
  isKnown: boolean
}

/** An event is short; a longer text is none. */
const EVENT_CHARS = 65_536

export class ProductionDoor {
  readonly #options: ProductionOptions
  readonly #signals: SourceIndex<PlantSignal>
  readonly #meters: SourceIndex<PlantMeter>
  readonly #names: NameCount
  readonly #heard: HeardSources

  constructor(options: ProductionOptions) {
    const { plant } = options
    this.#options = options
    this.#signals = new SourceIndex(plant.model.signals, (s) => s.source)
    this.#meters = new SourceIndex(plant.model.meters, (m) => m.source)
    this.#names = namesOf(plant)
    this.#heard = heardOf(plant)
  }

  /** Throws for an event that is none, with the field, what was expected and what was got. */
  read(message: { payload?: unknown }): Told {
    const event = eventOf(message.payload)
    if (event) return { facts: this.#event(event).map((fact) => ({ fact })), refused: [], isKnown: true }
    const told: Told = { facts: [], refused: [], isKnown: false }
    for (const sample of samplesOf(message)) {
      const signals = this.#signals.match(sample.source)
      if (signals.length > 0) told.isKnown = true
      else if (this.#meters.match(sample.source).length === 0) this.#heard.note(sample, this.#options.now())
      for (const signal of signals) this.#signal(signal, sample, told)
    }
    return told
  }

  #event(event: Json): ContextFact[] {
    checkSize(event)
    const facts = readEvent(event, this.#options.plant.model)
    for (const fact of facts) {
      this.#options.believe(fact.line, fact.at)
      // A report of a time to come cannot have been wrong.
      if (fact.corrects !== undefined && fact.corrects > fact.at) this.#options.believe(fact.line, fact.corrects)
      this.#names.admit(fact, this.#options.now())
    }
    return facts
  }

  #signal(signal: PlantSignal, sample: Sample, told: Told): void {
    const { believe, now } = this.#options
    try {
      const fact = readSignal(signal, sample, believe(signal.line, sample.at ?? now()))
      if (!fact) return
      this.#names.admit(fact, now())
      told.facts.push({ fact, from: sample })
    } catch (error) {
      told.refused.push({ reason: (error as Error).message, from: sample })
    }
  }
}

/** The event in a payload, also as JSON text; `undefined` for any other. */
function eventOf(payload: unknown): Json | undefined {
  const isLong = (typeof payload === 'string' || payload instanceof Uint8Array) && payload.length > EVENT_CHARS
  const content = isLong ? undefined : contentOf(payload)
  return isObject(content) && isEvent(content['type']) ? content : undefined
}
