/** What the plant's meters and controllers report, where, how often, and how their counters are made. */

import type { MeterId } from './line-data.ts'

/** Node ids of the OPC UA server; its own namespace has the index 1. */
export const NODE = {
  order: 'ns=1;s=L1.Order',
  sku: 'ns=1;s=L1.Sku',
  recipe: 'ns=1;s=L1.Recipe',
  state: 'ns=1;s=L1.State',
  good: 'ns=1;s=L1.GoodCount',
  speed: 'ns=1;s=L1.Speed',
  jobOrder: 'ns=1;s=L1.JobOrder',
  pressure: 'ns=1;s=L1.Comp3.Pressure',
  pressureLow: 'ns=1;s=L1.Comp3.PressureLowest',
  loaded: 'ns=1;s=L1.Comp3.Loaded',
  loadStarts: 'ns=1;s=L1.Comp3.LoadStarts',
} as const

/** MQTT topics. */
export const TOPIC = {
  scrap: 'acme/leeds/packaging/l1/scrap',
  gas: 'acme/leeds/packaging/l1/oven/gas',
  gridFactor: 'acme/leeds/grid/factor',
} as const

export interface MeterReport {
  id: MeterId
  source: string
  machine: string
  carrier: 'electricity' | 'natural-gas'
  reading: 'counter' | 'power'
  unit: 'Wh' | 'kWh' | 'kW'
  everySeconds: number
  ratedKW: number
  /** Smallest step of the reported value, in `unit`. */
  step: number
  /** What a counter shows when the run begins. */
  begin: number
  rolloverAt?: number
}

export const METER_REPORTS: readonly MeterReport[] = [
  {
    id: 'filler-e',
    source: 'ns=1;s=L1.Filler.Energy',
    machine: 'filler',
    carrier: 'electricity',
    reading: 'counter',
    unit: 'Wh',
    everySeconds: 10,
    ratedKW: 450,
    step: 1,
    // A few minutes below 2^32 Wh, so that both words of the UInt64 are used.
    begin: 4_294_900_000,
  },
  {
    id: 'comp3-e',
    source: 'ns=1;s=L1.Comp3.Power',
    machine: 'comp3',
    carrier: 'electricity',
    reading: 'power',
    unit: 'kW',
    everySeconds: 5,
    ratedKW: 1200,
    step: 0.01,
    begin: 0,
  },
  {
    id: 'oven-e',
    source: 'ns=1;s=L1.Oven.Energy',
    machine: 'oven',
    carrier: 'electricity',
    reading: 'counter',
    unit: 'kWh',
    everySeconds: 10,
    ratedKW: 500,
    step: 0.001,
    begin: 731_204.5,
  },
  {
    id: 'packer-e',
    source: 'ns=1;s=L1.Packer.Energy',
    machine: 'packer',
    carrier: 'electricity',
    reading: 'counter',
    unit: 'kWh',
    everySeconds: 10,
    ratedKW: 300,
    step: 0.001,
    // Rolls over after about half an hour.
    begin: 99_900,
    rolloverAt: 100_000,
  },
  {
    id: 'oven-gas',
    source: TOPIC.gas,
    machine: 'oven',
    carrier: 'natural-gas',
    reading: 'counter',
    unit: 'kWh',
    everySeconds: 30,
    ratedKW: 800,
    step: 0.01,
    begin: 512_660,
  },
]

export const GOOD_BEGIN = 418_250
export const SCRAP_BEGIN = 8_371
/** The good count is reported at the unit that passes at least this long after the last report. */
export const GOOD_EVERY_SECONDS = 10
export const SCRAP_EVERY_SECONDS = 30
