/** The plant model: what lines, meters, signals, shifts and products a plant has. Kept as JSON by `carbon-plant`. */

import type { Fuel } from './fuel.ts'
import type { StateBucket } from '../records.ts'

export interface PlantModel {
  enterprise: string
  site: string
  /** IANA name, e.g. `Europe/London`. */
  timeZone: string
  gridZone: string
  lines: PlantLine[]
  meters: PlantMeter[]
  signals: PlantSignal[]
  shifts: PlantShift[]
  /** Local calendar days without a shift, `YYYY-MM-DD`. */
  holidays: string[]
  products: PlantProduct[]
  /** Names of the plant's own machine states, e.g. `{"Rüsten": "changeover"}`. */
  stateMap: Record<string, StateBucket>
}

export interface PlantLine {
  id: string
  area?: string
  name?: string
  machines?: PlantMachine[]
}
export interface PlantMachine {
  id: string
  name?: string
  kind?: string
}

export type ReadingKind = 'counter' | 'power' | 'interval'

/** A meter that counts an amount of fuel, such as m3 or l, states the fuel's heating value beside. */
export interface PlantMeter extends Partial<Fuel> {
  id: string
  /** Matched against `msg.topic`: an MQTT topic with `+` and `#`, or an OPC UA node id. */
  source: string
  line?: string
  machine?: string
  carrier: string
  reading: ReadingKind
  unit: string
  rolloverAt?: number
  ratedKW?: number
  parent?: string
  main?: boolean
  zone?: string
  /** A silence of a power meter longer than this is a known gap. */
  maxGapSeconds?: number
  shared?: PlantShare
  /** The meter that this one measures once more: it stands in where that one is silent, and is never added to it. */
  redundantTo?: string
}
export interface PlantShare {
  lines: string[]
  rule: 'units' | 'run-time' | 'energy' | 'mass' | 'fixed'
  shares?: Record<string, number>
  /** How long the stretches are that are shared out by their own drivers; without it that of the windows. */
  periodMinutes?: number
}

export const SIGNAL_ROLES = [
  'order',
  'sku',
  'recipe',
  'batch',
  'state',
  'produced',
  'good',
  'scrap',
  'rework',
  'speed',
] as const
export type SignalRole = (typeof SIGNAL_ROLES)[number]

export interface PlantSignal {
  source: string
  line: string
  machine?: string
  role: SignalRole
  kind?: 'total' | 'delta'
  rolloverAt?: number
  /** A named state vocabulary; `packml` is built in and the default. */
  map?: string
}

export interface PlantShift {
  name: string
  /** Local time of day, `HH:MM`; a shift whose `to` is not after its `from` ends on the next day. */
  from: string
  to: string
  days: string[]
}

export interface PlantProduct {
  sku: string
  name?: string
  idealSecondsPerUnit?: number
  standardUnits?: number
  massKg?: number
  upstreamKgCO2e?: number
}

/** `enterprise/site/area/line[/machine]`, the topic of everything that is published about a line. */
export function plantPath(model: PlantModel, lineId: string, machine?: string): string {
  const line = model.lines.find((l) => l.id === lineId)
  return [model.enterprise, model.site, line?.area, lineId, machine].filter(Boolean).join('/')
}
