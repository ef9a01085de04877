/** A way in which the plant's facts reach the line: what is sent, and the plant model that fits it. */

import type { PlantMeter, PlantModel, PlantSignal } from '../../../nodes/core/plant/plant.ts'
import type { PlantFact, Reading, Signal } from '../facts.ts'
import { PLANT_MODEL } from '../model.ts'

export interface Device {
  model: PlantModel
  /** False where it has no word for a value that is uncertain. */
  saysUncertain: boolean
  /** The messages that tell the facts, which are in order of time. */
  messages(facts: readonly PlantFact[]): object[]
}

/** What a device tells; factors come from elsewhere, process values are nobody's. */
export type Told = Reading | Signal
export const isTold = (fact: PlantFact): fact is Told => fact.kind === 'reading' || fact.kind === 'signal'

/** The plant model, its sources written as a device needs them. */
export function modelOf(write: {
  meter: (meter: PlantMeter) => Partial<PlantMeter>
  signal: (signal: PlantSignal) => Partial<PlantSignal>
}): PlantModel {
  return {
    ...PLANT_MODEL,
    meters: PLANT_MODEL.meters.map((meter) => ({ ...meter, ...write.meter(meter) })),
    signals: PLANT_MODEL.signals.map((signal) => ({ ...signal, ...write.signal(signal) })),
  }
}

/** As the OPC UA client and the MQTT node of the plant send it. */
export function plainMessage(fact: PlantFact): object {
  const { source, at } = fact
  if (fact.kind === 'factor') return { topic: source, payload: fact.message }
  const { value } = fact
  if (!source.startsWith('ns=')) return { topic: source, payload: { timestamp_ms: at, value } }
  const statusCode = fact.kind === 'reading' ? fact.status : 'Good'
  return { topic: source, payload: value, statusCode, sourceTimestamp: new Date(at) }
}

export const PLAIN: Device = { model: PLANT_MODEL, saysUncertain: true, messages: (facts) => facts.map(plainMessage) }

/** The facts of a device in groups of one instant; each of the others is a message of its own. */
export function byInstant(
  facts: readonly PlantFact[],
  send: (told: readonly Told[], at: number) => object[],
): object[] {
  const instants = [...new Set(facts.map(({ at }) => at))].map((at) => ({ at, all: facts.filter((f) => f.at === at) }))
  return instants.flatMap(({ at, all }) => [
    ...all.filter((fact) => !isTold(fact)).map(plainMessage),
    ...(all.some(isTold) ? send(all.filter(isTold), at) : []),
  ])
}
