/**
 * The messages on the wire: the public interface of the package.
 *
 * Times are epoch milliseconds UTC, intervals are half-open `[from, to)`. Energy is kWh, emissions are kg CO₂e,
 * factors are kg CO₂e per kWh. `null` means "not known" and always comes with a word that says why.
 */

import type { Fuel } from './plant/fuel.ts'

export interface Missing {
  missing: string
}

/** True where a factor or a context is the statement that it is not known. */
export const isMissing = (x: object | undefined): x is Missing => x !== undefined && 'missing' in x

export interface Energy {
  type: 'energy'
  /** The same meter interval always has the same id; a higher revision replaces a lower one. */
  id: string
  revision: number
  /** Ids that this message withdraws: a late reading cuts an interval in two, both parts name the old one. */
  replaces?: string[]
  meter: string
  line?: string
  machine?: string
  carrier: string
  from: number
  to: number
  /** `null`: a known gap. */
  kWh: number | null
  quality: 'measured' | 'estimated' | 'missing'
  flags: string[]
  evidence?: Evidence
  signal?: Signal
  /** A partition of `[from, to)`; absent = one segment with nothing known. */
  segments?: Segment[]
}

/** The readings that an interval rests on, as the meter gave them; of an amount of fuel, what made energy of it. */
export interface Evidence extends Partial<Fuel> {
  fromReading: number
  toReading: number
  /** Unit of `toReading`, and of `fromReading` where `fromUnit` says no other. */
  unit: string
  fromUnit?: string
  /** Unit of the plant model, where the meter was found to have changed to another. */
  declaredUnit?: string
  /** What the readings are multiplied by, as the plant model says. */
  scale?: number
  reading?: 'counter' | 'power' | 'interval'
  /** What is to be said about each of the two readings, such as `uncertain` or `conflict`. */
  fromNotes?: string[]
  toNotes?: string[]
}

/** What the shape of a machine's power says beside its energy; evidence for causes. */
export interface Signal {
  meanKW: number
  maxKW: number
  idleKW?: number
  loadFactor?: number
  startsPerHour?: number
  dutyCycle?: number
}

export interface Segment {
  from: number
  to: number
  /** The interval's share of the energy by time; `null` in a known gap. */
  kWh: number | null
  factor?: EmissionFactor | Missing
  /** The other ledgers of the same interval, where rows for them exist. */
  market?: EmissionFactor
  upstream?: EmissionFactor[]
  kgCO2e?: KgByMethod
  context?: Context | Missing
}

export interface KgByMethod {
  location: number | null
  market: number | null
  upstream: number | null
}

export type FactorMethod = 'location' | 'market' | 'marginal'
export type FactorBoundary = 'direct' | 'generation' | 'lifecycle' | 'wtt' | 'td'
export type FactorQuality = 'measured' | 'estimated' | 'forecast' | 'held' | 'profile' | 'annual' | 'manual'

/** One slot of one source; never a bare number. */
export interface EmissionFactor {
  id: string
  revision: number
  kgPerKWh: number
  carrier: string
  zone: string
  from: number
  to: number
  method: FactorMethod
  boundary: FactorBoundary
  gas: 'CO2' | 'CO2e'
  gwp?: 'AR4' | 'AR5' | 'AR6'
  cvBasis?: 'gross' | 'net'
  quality: FactorQuality
  uncertaintyPct?: number
  source: FactorOrigin
  retrievedAt: number
  original?: { value: number; unit: string }
  /** Place of its source in the chain of the `carbon-factor` node; a lower rank wins. */
  rank?: number
  /** How long its value stands in after its end, as quality `held`, where its source has nothing better. */
  holdMinutes?: number
  /** The `carbon-factor-source` that gave it. */
  via?: string
  /** Takes the row back: a later revision of a table row that is no longer in the table. */
  withdrawn?: true
}

export interface FactorOrigin {
  provider: string
  dataset?: string
  version?: string
  licence: string
  attribution: string
}

export type StateBucket = 'productive' | 'startup' | 'changeover' | 'idle' | 'stopped' | 'off-shift' | 'unknown'

export interface Context {
  line: string
  /** Set only where the state is the machine's own, not the line's. */
  machine?: string
  order?: string
  sku?: string
  recipe?: string
  batch?: string
  shift?: Shift
  state: StateBucket
}

export interface Shift {
  name: string
  from: number
  to: number
  /** Local calendar day the shift began on, `YYYY-MM-DD`. */
  day: string
}

export interface Production {
  type: 'production'
  id: string
  revision: number
  replaces?: string[]
  line: string
  from: number
  to: number
  /** Units; `null` where they were not counted or are in doubt, below 0 where pieces were taken back. */
  produced: number | null
  good: number | null
  scrap: number | null
  rework: number | null
  context: Context | Missing
  flags: string[]
}

export const UNIT_ROLES = ['produced', 'good', 'scrap', 'rework'] as const
export type UnitRole = (typeof UNIT_ROLES)[number]

interface EventBase {
  revision?: number
  /** The `at` of the event that this one replaces, whichever of the two arrives first. */
  corrects?: number
}
export type JobEvent = EventBase & {
  type: 'job'
  line: string
  at: number
  action: 'start' | 'end'
  order: string
  lane?: string
  sku?: string
  recipe?: string
  batch?: string
}
export type StateEvent = EventBase & { type: 'state'; line: string; machine?: string; at: number; state: string }
export type CountEvent = EventBase & {
  type: 'count'
  line: string
  at: number
  from?: number
  kind: 'total' | 'delta'
} & Partial<Record<UnitRole, number>>
export type ProductionEvent = JobEvent | StateEvent | CountEvent

export interface FactorMessage {
  type: 'factor'
  factors: Partial<EmissionFactor>[]
}
export interface FactorRevision {
  type: 'factor-revision'
  carrier: string
  zone: string
  from: number
  to: number
  factors: EmissionFactor[]
}
export interface ContextRevision {
  type: 'context-revision'
  line: string
  from: number
  to: number
  spans: (Context & { from: number; to: number })[]
  /** The units of the same time, cut anew: one message, so that energy and units move together. */
  production?: Production[]
}

export const VIEWS = ['window', 'shift', 'order', 'sku-shift', 'day'] as const
export type View = (typeof VIEWS)[number]

export interface Carbon {
  type: 'carbon'
  id: string
  revision: number
  status: 'provisional' | 'final' | 'restated'
  reasons: string[]
  view: View
  line: string
  order?: string
  sku?: string
  shift?: string
  from: number
  to: number
  kWh: number
  kWhByCarrier: Record<string, number>
  kgCO2e: {
    scope1: number
    scope2Location: number
    scope2Market: number | null
    scope3Upstream: number | null
    total: number
  }
  units: Record<UnitRole | 'standard', number | null>
  perUnit: PerUnit
  /** What of the energy and emissions went into scrap: the part of the units made; `null` where they are not counted. */
  scrap?: { kWh: number | null; kgCO2e: number | null }
  /** What the ratios carry for what is not known, where anything is. */
  surrogate?: Surrogate
  coverage: Coverage
  buckets: Bucket[]
  factor: { kgPerKWh: number | null; worstQuality: string; sources: string[] }
  oee?: Oee
  /** The version of plant model and settings that it was made under: the id of a `plant` fact of the ledger. */
  plant?: string
  /**
   * Says that this is an adjusting record: what a record of a closed period would differ by, booked in the open one.
   * `revision` is the one that stands in the closed period.
   */
  adjusts?: { id: string; revision: number }
}

export interface PerUnit {
  kgCO2ePerGood: number | null
  kgCO2ePerProduced: number | null
  kgCO2ePerStandard: number | null
  kWhPerGood: number | null
  kgCO2ePerGoodAtConstantFactor: number | null
  /** Why the ratios are `null`. */
  missing?: string
}

/**
 * The most that the unknown part of a record can have been. It is in the ratios, so that a missing input never makes
 * them look better, and not in the energy and emissions of the record, which are the known ones.
 */
export interface Surrogate {
  kWh: number
  kgCO2e: number
  /** How each part of it was reckoned. */
  why: string[]
  /** Why there is no such most: then no ratio is told. */
  unbounded?: string
}

/** Shares of what is known, each 0 … 1. */
export interface Coverage {
  energy: number
  factor: number
  context: number
  count: number
}

export interface Bucket {
  state: string
  machine?: string
  meter: string
  carrier: string
  kWh: number
  kgCO2e: number | null
  /** How long this bucket lasted on its meter, hours. */
  hours: number
  /** Time-weighted shape of the machine's power in this bucket, where the meter gives it. */
  signal?: Signal
  /** Words of the meter about the readings behind it, e.g. `reset`, where there are any. */
  flags?: string[]
}

/** ISO 22400-2 figures; `null` where an input is missing. */
export interface Oee {
  availability: number | null
  performance: number | null
  quality: number | null
  oee: number | null
  downtimeSeconds: number
}

export type Effect =
  'grid-factor' | 'carrier-mix' | 'specific-energy' | 'idle' | 'throughput' | 'product-mix' | 'yield' | 'data'

export interface Cause {
  rank: number
  cause: string
  machine?: string
  confidence: number
  kgCO2ePerUnit: number
  evidence: string[]
  remedy: string
}

export interface CarbonAlert {
  type: 'carbon-alert'
  id: string
  revision: number
  state: 'raised' | 'updated' | 'cleared' | 'acknowledged' | 'shelved'
  severity: 'advice' | 'warning' | 'critical'
  line: string
  sku?: string
  order?: string
  shift?: string
  from: number
  detectedAt: number
  clearedAt?: number
  kgCO2ePerGood: number
  expected: number
  band: [number, number]
  /** Adds up to `kgCO2ePerGood − expected`, exactly. */
  split: { effect: Effect; kgCO2ePerUnit: number }[]
  causes: Cause[]
  kgCO2eAvoidable: number
  /** Who took note of it; an empty text where nobody said a name. */
  acknowledgedBy?: string
  /** No updates are sent before this source time. */
  shelvedUntil?: number
}
