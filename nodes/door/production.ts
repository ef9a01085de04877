/** Every message that may tell of production: events, and samples of the plant model's signals, as facts. */

import type { ContextFact } from '../core/context/context-fact.ts'
import { isObject, type Json } from '../core/fields.ts'
import type { PlantMeter, PlantModel, PlantSignal } from '../core/plant/plant.ts'
import { isEvent, readEvent } from './events.ts'
import { heardOf, type HeardSources } from './heard.ts'
import { namesOf, type NameCount } from './names.ts'
import type { Sample } from './sample.ts'
import { contentOf } from './content.ts'
import { NO_RULES, sampleOf } from './decode.ts'
import type { Zone } from './instant.ts'
import { ReadingDoor, type Reading } from './reading-door.ts'
import { isFields } from './shape.ts'
import { readSignal } from './signals.ts'
import { checkSize } from './size.ts'

export interface ProductionOptions {
  plant: { model: PlantModel }
  /** Gives a time of a line back, that of arrival for `null`; throws where it cannot be believed. */
  believe(line: string, at: number | null): number
  now(): number
  /** The rules of a time zone. */
  zoneOf(timeZone: string): Zone
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
  readonly #signals: ReadingDoor<PlantSignal>
  readonly #meters: ReadingDoor<PlantMeter>
  readonly #names: NameCount
  readonly #heard: HeardSources

  constructor(options: ProductionOptions) {
    const { plant, zoneOf } = options
    this.#options = options
    this.#signals = new ReadingDoor(plant.model.signals, zoneOf)
    this.#meters = new ReadingDoor(plant.model.meters, zoneOf)
    this.#names = namesOf(plant)
    this.#heard = heardOf(plant)
  }

  /** Throws for an event that is none, with the field, what was expected and what was got. */
  read(message: { payload?: unknown }): Told {
    const event = eventOf(message.payload)
    if (event) return { facts: this.#event(event).map((fact) => ({ fact })), refused: [], isKnown: true }
    const { readings, strangers } = this.#signals.read(message)
    const told: Told = { facts: [], refused: [], isKnown: readings.length > 0 }
    const heard = readings.filter(({ sample, item }) => !(sample.isAbsent && this.#meters.finds(item)))
    for (const reading of heard) for (const { entry, sample } of countsIn(reading)) this.#signal(entry, sample, told)
    for (const { sample, item } of strangers)
      if (!this.#meters.knows({ source: sample.source, item })) this.#heard.note(sample, this.#options.now())
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
      const fact = readSignal(signal, sample, () => believe(signal.line, sample.at))
      if (!fact) return
      this.#names.admit(fact, now())
      told.facts.push({ fact, from: sample })
      if (sample.reason !== undefined && !sample.isNull) told.refused.push({ reason: sample.reason, from: sample })
    } catch (error) {
      told.refused.push({ reason: (error as Error).message, from: sample })
    }
  }
}

/** A count event of the Unified Namespace is two counts: what was made, and what of it was scrap. */
function countsIn({ entry, sample, item }: Reading<PlantSignal>): Pick<Reading<PlantSignal>, 'entry' | 'sample'>[] {
  const content = item?.content
  const isEventOf = (key: string): boolean => isFields(content) && typeof content[key] === 'number'
  const isCount = entry.role === 'produced' && entry.path === undefined && sample.value === null && isEventOf('count')
  if (!isCount) return [{ entry, sample }]
  const ofKey = (path: string, role: 'produced' | 'scrap'): Pick<Reading<PlantSignal>, 'entry' | 'sample'> => ({
    entry: { ...entry, role, kind: 'delta' },
    sample: sampleOf(item!, { ...NO_RULES, written: { ...entry, path } }),
  })
  return [ofKey('count', 'produced'), ...(isEventOf('scrap') ? [ofKey('scrap', 'scrap')] : [])]
}

/** The event in a payload, also as JSON text; `undefined` for any other. */
function eventOf(payload: unknown): Json | undefined {
  const isLong = (typeof payload === 'string' || payload instanceof Uint8Array) && payload.length > EVENT_CHARS
  const content = isLong ? undefined : contentOf(payload)
  return isObject(content) && isEvent(content['type']) ? content : undefined
}
