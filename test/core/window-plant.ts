/**
 * Window records of a small physical line, for the specs of alarm and cause. Powers have a base and a part that follows
 * the pace; at 882 good units per hour all is as in the article's case: 0.68 kg per good unit, of which the compressor's
 * 0.45 kWh make 0.18, and with its faulty 0.925 kWh 0.87.
 */

import type { PlantModel } from '../../nodes/core/plant/plant.ts'
import type { Bucket, Carbon, Signal } from '../../nodes/core/records.ts'
import { mulberry32 } from '../plant/random.ts'

export const WINDOW_MS = 60_000
/** Tuesday 3 March 2026, 06:00 UTC. */
export const START = Date.UTC(2026, 2, 3, 6)
export const at = (window: number): number => START + window * WINDOW_MS

export const MODEL: PlantModel = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'Europe/London',
  gridZone: 'GB',
  lines: [
    {
      id: 'L1',
      area: 'Packaging',
      machines: [
        { id: 'filler', name: 'Filler' },
        { id: 'comp3', name: 'Compressor 3', kind: 'compressor' },
        { id: 'oven', name: 'Shrink oven', kind: 'heater' },
      ],
    },
  ],
  meters: [
    ...(['filler', 'comp3', 'oven'] as const).map((machine) => electric(machine)),
    { ...electric('oven'), id: 'oven-gas', source: 'oven/gas', carrier: 'natural-gas' },
  ],
  signals: [],
  shifts: [],
  holidays: [],
  products: [],
  stateMap: {},
}

function electric(machine: string): PlantModel['meters'][number] {
  const place = { line: 'L1', machine, carrier: 'electricity' }
  return { id: `${machine}-e`, source: `${machine}/kWh`, ...place, reading: 'counter', unit: 'kWh' }
}

/** What goes on in a window; what is not said is as usual. */
export interface Conditions {
  sku?: string
  order?: string
  /** Units made per running hour. */
  pace?: number
  scrapShare?: number
  gridKgPerKWh?: number
  /** Power of the compressor at the usual pace, kW. */
  compKW?: number
  compSignal?: Partial<Signal>
  fillerKW?: number
  ovenKW?: number
  gasKW?: number
  /** Share of the window in which the line stands idle with its machines at base load. */
  idleShare?: number
  /** A meter that tells nothing, or a word of a meter about itself. */
  silent?: string
  flags?: { meter: string; flags: string[] }
  /** Standard deviation of every power, share. */
  noise?: number
  status?: Carbon['status']
  revision?: number
}

const GOOD_PER_HOUR = 882
const USUAL_PACE = 900
const GAS_KG_PER_KWH = 0.181234
/** kW at the usual pace, and the part of it that does not follow the pace. */
const KW = {
  'filler-e': [0.36 * GOOD_PER_HOUR, 0.3],
  'comp3-e': [0.45 * GOOD_PER_HOUR, 0.5],
  'oven-e': [0.61815 * GOOD_PER_HOUR, 0.4],
  'oven-gas': [0.6 * GOOD_PER_HOUR, 0.4],
} as const
export type MeterId = keyof typeof KW

export class WindowPlant {
  readonly #chance: () => number

  constructor(seed: number) {
    this.#chance = mulberry32(seed)
  }

  /** The complete record of the n-th window. */
  window(n: number, conditions: Conditions = {}): Carbon {
    const {
      sku = 'A-500',
      order = 'O1',
      pace = USUAL_PACE,
      scrapShare = 0.02,
      idleShare = 0,
      noise = 0.02,
    } = conditions
    const hours = WINDOW_MS / 3_600_000
    const made = pace * this.#about(noise / 2) * hours * (1 - idleShare)
    const buckets = (Object.keys(KW) as MeterId[])
      .filter((meter) => meter !== conditions.silent)
      .flatMap((meter) => this.#bucketsOf(meter, { ...conditions, pace, idleShare, noise }, hours))
    return recordOf(n, { ...conditions, sku, order }, { made, good: made * (1 - scrapShare) }, buckets)
  }

  #bucketsOf(meter: MeterId, conditions: Conditions, hours: number): Bucket[] {
    const { pace = USUAL_PACE, idleShare = 0, noise = 0, gridKgPerKWh = 0.4, flags } = conditions
    const [machine, kind] = [meter.split('-')[0]!, meter.endsWith('gas') ? 'natural-gas' : 'electricity']
    const [usual, base] = KW[meter]
    const given = { 'filler-e': 'fillerKW', 'comp3-e': 'compKW', 'oven-e': 'ovenKW', 'oven-gas': 'gasKW' } as const
    const atUsualPace = conditions[given[meter]] ?? usual
    const kW = (running: boolean): number =>
      (running ? atUsualPace * (base + ((1 - base) * pace) / USUAL_PACE) : atUsualPace * base) * this.#about(noise)
    const factor = kind === 'electricity' ? gridKgPerKWh : GAS_KG_PER_KWH
    const parts: [string, number, number][] = [
      ['productive', hours * (1 - idleShare), kW(true)],
      ['idle', hours * idleShare, kW(false)],
    ]
    return parts
      .filter(([, length]) => length > 0)
      .map(([state, length, power]) => ({
        state,
        machine,
        meter,
        carrier: kind,
        kWh: power * length,
        kgCO2e: power * length * factor,
        hours: length,
        ...(meter === 'comp3-e' && { signal: signalOf(power, conditions.compSignal) }),
        ...(flags?.meter === meter && { flags: flags.flags }),
      }))
  }

  #about(sd: number): number {
    const [a, b] = [1 - this.#chance(), this.#chance()]
    return 1 + sd * Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b)
  }
}

const signalOf = (kW: number, given: Partial<Signal> = {}): Signal => ({
  meanKW: kW,
  maxKW: 1100,
  idleKW: 275,
  startsPerHour: 14,
  dutyCycle: 0.15,
  ...given,
})

function recordOf(
  n: number,
  { sku, order, silent, status = 'final', revision = 0 }: Conditions,
  { made, good }: { made: number; good: number },
  buckets: Bucket[],
): Carbon {
  const sum = (of: (b: Bucket) => number): number => buckets.reduce((total, b) => total + of(b), 0)
  const kg = (carrier: string): number => sum((b) => (b.carrier === carrier ? (b.kgCO2e ?? 0) : 0))
  const kWh = (carrier: string): number => sum((b) => (b.carrier === carrier ? b.kWh : 0))
  const total = sum((b) => b.kgCO2e ?? 0)
  const missing = silent ? 'energy coverage is 0.750, below 0.95' : good > 0 ? undefined : 'no good units were made'
  const per = (x: number): number | null => (missing === undefined ? x / good : null)
  return {
    type: 'carbon',
    id: `window|L1|${new Date(at(n)).toISOString()}|${order}|${sku}`,
    revision,
    status,
    reasons: [],
    view: 'window',
    line: 'L1',
    order: order!,
    sku: sku!,
    from: at(n),
    to: at(n + 1),
    kWh: sum((b) => b.kWh),
    kWhByCarrier: { electricity: kWh('electricity'), 'natural-gas': kWh('natural-gas') },
    kgCO2e: {
      scope1: kg('natural-gas'),
      scope2Location: kg('electricity'),
      scope2Market: null,
      scope3Upstream: null,
      total,
    },
    units: { produced: made, good, scrap: made - good, rework: null, standard: null },
    perUnit: {
      kgCO2ePerGood: per(total),
      kgCO2ePerProduced: missing === undefined ? total / made : null,
      kgCO2ePerStandard: null,
      kWhPerGood: per(sum((b) => b.kWh)),
      kgCO2ePerGoodAtConstantFactor: null,
      ...(missing !== undefined && { missing }),
    },
    coverage: { energy: silent ? 0.75 : 1, factor: 1, context: 1, count: 1 },
    buckets,
    factor: { kgPerKWh: kg('electricity') / kWh('electricity'), worstQuality: 'measured', sources: ['test'] },
    oee: { availability: 1, performance: 0.95, quality: good / made, oee: (0.95 * good) / made, downtimeSeconds: 0 },
  }
}
