/** Sums of energy, emissions and units that do not depend on the order in which their parts came. */

import type { Claim } from '../allocation/claims.ts'
import { ExactSum } from '../exact-sum.ts'
import { mostKgPerKWh } from '../factor/factor-limits.ts'
import { Counts } from './counts.ts'
import {
  isMissing,
  UNIT_ROLES,
  type FactorOrigin,
  type FactorQuality,
  type Production,
  type Segment,
  type Signal,
  type UnitRole,
} from '../records.ts'

const SIGNALS = ['meanKW', 'idleKW', 'loadFactor', 'startsPerHour', 'dutyCycle'] as const

/** A piece of claimed energy that lies wholly in one cell. `sign` is −1 to take it away again. */
export interface EnergyPart {
  claim: Claim
  /** This part's share of the claim. */
  from: number
  to: number
  kWh: number | null
  sign: 1 | -1
}

/** Flags that tell of the way a reading came, not of the meter; they depend on the order of arrival. */
const OF_ARRIVAL = new Set(['late', 'backfill'])

/** Energy and emissions of one meter in one state. */
export class EnergyTally {
  readonly kWh = new ExactSum()
  readonly location = new ExactSum()
  readonly market = new ExactSum()
  readonly upstream = new ExactSum()
  /** Energy without a factor of each ledger, and energy whose context nobody knows. */
  readonly kWhNoLocation = new ExactSum()
  readonly kWhNoMarket = new ExactSum()
  readonly kWhNoUpstream = new ExactSum()
  readonly kWhNoContext = new ExactSum()
  /** Known time, milliseconds. */
  ms = 0
  readonly qualities = new Counts<FactorQuality>()
  readonly sources = new Counts<string>()
  /** kg CO₂e per kWh of each part, known gaps too: with upstream, and without a factor the highest that is taken. */
  readonly rates = new Counts<number>()
  readonly flags = new Counts<string>()
  /** Of the meters that tell the shape of their power; most tell none. */
  #signals: Map<string, { value: ExactSum; ms: number }> | undefined
  #maxKW = 0
  parts = 0

  add(part: EnergyPart): void {
    const { claim, from, to, kWh, sign } = part
    const { segment, taken } = claim
    this.parts += sign
    const ms = sign * (to - from)
    if (!taken) for (const flag of claim.flags) if (!OF_ARRIVAL.has(flag)) this.flags.add(flag, sign)
    const { factor, market, upstream } = segment
    this.rates.add(rateOf(segment, claim.booking.carrier), sign)
    if (kWh === null) return
    const signed = taken ? -sign : sign
    this.kWh.add(signed * kWh)
    if (factor && !isMissing(factor)) {
      this.location.add(signed * kWh * factor.kgPerKWh)
      this.qualities.add(factor.quality, sign)
      this.sources.add(sourceName(factor.source), sign)
    } else this.kWhNoLocation.add(signed * kWh)
    if (market) this.market.add(signed * kWh * market.kgPerKWh)
    else this.kWhNoMarket.add(signed * kWh)
    if (upstream) for (const row of upstream) this.upstream.add(signed * kWh * row.kgPerKWh)
    else this.kWhNoUpstream.add(signed * kWh)
    if (!segment.context || isMissing(segment.context)) this.kWhNoContext.add(signed * kWh)
    if (taken) return
    this.ms += ms
    // The shape of a machine that several lines share says nothing about one of them.
    const { signal } = claim.energy
    if (signal && !claim.key) this.#shape(signal, ms)
  }

  /** Time-weighted shape of the power; `undefined` where the meter gave none. */
  get signal(): Signal | undefined {
    const mean = (name: string): number | undefined => {
      const sum = this.#signals?.get(name)
      return sum && sum.ms > 0 ? sum.value.value / sum.ms : undefined
    }
    const meanKW = mean('meanKW')
    if (meanKW === undefined) return undefined
    const result: Signal = { meanKW, maxKW: this.#maxKW }
    for (const name of SIGNALS.slice(1)) {
      const value = mean(name)
      if (value !== undefined) result[name] = value
    }
    return result
  }

  #shape(signal: Signal, ms: number): void {
    const signals = (this.#signals ??= new Map())
    for (const name of SIGNALS) {
      const value = signal[name]
      if (value === undefined) continue
      let sum = signals.get(name)
      if (!sum) signals.set(name, (sum = { value: new ExactSum(), ms: 0 }))
      sum.value.add(value * ms)
      sum.ms += ms
    }
    // The highest that was seen, whatever went since: evidence for a cause, no figure.
    this.#maxKW = Math.max(this.#maxKW, signal.maxKW)
  }
}

/** Units by role and SKU, and how long each role was counted. */
export class UnitTally {
  readonly #bySku = new Map<string, Map<UnitRole, ExactSum>>()
  readonly ms: Record<UnitRole, number> = { produced: 0, good: 0, scrap: 0, rework: 0 }

  /** Adds the share of a production piece that lies in `[from, to)`; `sign` −1 takes it away again. */
  add(piece: Production, { from, to }: { from: number; to: number }, sign: 1 | -1): void {
    const sku = isMissing(piece.context) ? '' : (piece.context.sku ?? '')
    let units = this.#bySku.get(sku)
    if (!units) this.#bySku.set(sku, (units = new Map()))
    const whole = from === piece.from && to === piece.to
    for (const role of UNIT_ROLES) {
      const made = piece[role]
      if (made === null) continue
      let sum = units.get(role)
      if (!sum) units.set(role, (sum = new ExactSum()))
      sum.add(sign * (whole ? made : (made * (to - from)) / (piece.to - piece.from)))
      this.ms[role] += sign * (to - from)
    }
  }

  get isEmpty(): boolean {
    return UNIT_ROLES.every((role) => this.ms[role] === 0)
  }

  /** SKUs in a fixed order; the empty one holds units whose SKU is not known. */
  get skus(): string[] {
    return [...this.#bySku.keys()].sort()
  }

  /** Units of a role, of one SKU or all; `null` where that role was never counted. */
  units(role: UnitRole, sku?: string): number | null {
    if (this.ms[role] <= 0) return null
    if (sku !== undefined) return this.#bySku.get(sku)?.get(role)?.value ?? 0
    return this.skus.reduce((sum, s) => sum + (this.#bySku.get(s)!.get(role)?.value ?? 0), 0)
  }
}

const rateOf = ({ factor, upstream = [] }: Segment, carrier: string): number =>
  factor && !isMissing(factor)
    ? upstream.reduce((sum, row) => sum + row.kgPerKWh, factor.kgPerKWh)
    : mostKgPerKWh(carrier)

/** Names that were put together before: a row of factors is behind many parts. */
const sourceNames = new WeakMap<FactorOrigin, string>()

function sourceName(source: FactorOrigin): string {
  let name = sourceNames.get(source)
  if (name === undefined) {
    name = [source.provider, source.dataset, source.version].filter(Boolean).join(' ')
    sourceNames.set(source, name)
  }
  return name
}
