/**
 * The counter doctor: energy between two neighbouring readings of a running total.
 *
 * Every backward or impossible step gets a name: roll-over, reset, swap, glitch, unit change. The name follows from the
 * neighbours in source time alone, so that it does not depend on the order of arrival; a glitch is known once the next
 * reading returns, and then the verdict changes. A step is called impossible only where the plant model states the
 * rated power or the modulus.
 */

import { fuelOf, kWhPerUnit } from '../fuel.ts'
import type { PlantMeter } from '../plant.ts'
import type { Readings } from './readings.ts'
import { isGap } from './spacing.ts'
import { MS_PER_HOUR } from '../units.ts'
import { Flag, type Verdict } from './verdict.ts'

/** A machine may draw more than its rated power for a while. */
export const RATED_MARGIN = 1.5
/** A 32-bit float shows seven digits: a step back below that is standstill. */
const FLOAT_RESOLUTION = 1e-6
/** Units of a family differ by a thousand and more. */
const LEAST_RATIO = 900
/** A changed unit is believed where the total goes on within this share. */
const UNIT_BAND = 0.01
/** … and where the total was established: the step before was below this share of it. */
const ESTABLISHED = 0.1
/** Units that differ by their prefix alone, the ones a meter changes between. */
const LADDERS = [
  ['Wh', 'kWh', 'MWh', 'GWh'],
  ['J', 'kJ', 'MJ', 'GJ', 'TJ'],
  ['kcal', 'Mcal'],
  ['l', 'm3'],
  ['kg', 't'],
]

export class CounterDoctor {
  readonly #readings: Readings
  readonly #spec: PlantMeter
  readonly #maxGapMs: number | undefined
  readonly #ladder: readonly string[]

  constructor(readings: Readings, spec: PlantMeter) {
    kWhPerUnit(spec.unit, fuelOf(spec))
    this.#readings = readings
    this.#spec = spec
    this.#maxGapMs = spec.maxGapSeconds === undefined ? undefined : spec.maxGapSeconds * 1000
    this.#ladder = LADDERS.find((l) => l.includes(spec.unit)) ?? []
  }

  /** The interval that ends at reading `k` (1 or more); the units of all readings before `k` must be known. */
  conclude(k: number): Verdict {
    const verdict = this.#isGlitch(k) || this.#isGlitch(k - 1) ? this.#shared(k) : this.#step(k - 1, k)
    if (isGap(this.#readings, k, this.#maxGapMs)) verdict.flags |= Flag.interpolated
    return verdict
  }

  /** True where what follows reading `k` may still hang on what lies before it: alternating or standing values. */
  isRestless(k: number): boolean {
    return this.#isOutside(k) || this.#readings.value[k] === this.#readings.value[k - 1]
  }

  /** Both sides of a glitch share the step over it by time. */
  #shared(k: number): Verdict {
    const { at, unit } = this.#readings
    const first = this.#isGlitch(k)
    const [a, glitch, b] = first ? [k - 1, k, k + 1] : [k - 2, k - 1, k]
    const step = this.#step(a, b)
    const before = (step.kWh * (at[glitch]! - at[a]!)) / (at[b]! - at[a]!)
    const flags = step.flags | Flag.glitch
    // Each side is told with its own heating value, where it was changed in between.
    const worth = this.#kWhPer(this.#spec.unit, glitch) / this.#kWhPer(this.#spec.unit, b)
    return first ? { kWh: before * worth, flags, unit: unit[a]! } : { kWh: step.kWh - before, flags, unit: step.unit }
  }

  /** Of neighbours that are all out of line, every second one is the glitch, from the left. */
  #isGlitch(k: number): boolean {
    let run = 0
    while (this.#isOutside(k - run)) run++
    return run % 2 === 1
  }

  /**
   * True where reading `k` lies outside what the readings on both sides span, and the later one went on from the
   * earlier one: it is nearer to it than to zero, from where a counter goes on after a reset.
   */
  #isOutside(k: number): boolean {
    const { value, unit } = this.#readings
    if (k < 1 || k + 1 >= value.length) return false
    const [before, here, after] = [value[k - 1]!, value[k]!, value[k + 1]!]
    const slack = before * FLOAT_RESOLUTION
    if (here >= before - slack && here <= after + slack) return false
    if (after < before || 2 * before < after) return false
    return this.#isPossible((after - before) * this.#kWhPer(unit[k - 1]!, k + 1), k - 1, k + 1)
  }

  #step(a: number, b: number): Verdict {
    const { value, unit } = this.#readings
    const perUnit = this.#kWhPer(unit[a]!, b)
    const grown = value[b]! - value[a]!
    const say = (kWh: number, flags: number): Verdict => ({ kWh, flags, unit: unit[a]! })
    const rolled = grown + (this.#spec.rolloverAt ?? NaN)
    if (grown < 0 && rolled >= 0 && this.#isPossible(rolled * perUnit, a, b))
      return say(rolled * perUnit, Flag.rollover)
    const changed = this.#unitChange(a, b)
    if (changed) return changed
    if (grown >= 0 && this.#isPossible(grown * perUnit, a, b)) return say(grown * perUnit, 0)
    if (grown < 0 && -grown <= value[a]! * FLOAT_RESOLUTION) return say(0, Flag.glitch)
    const sinceZero = value[b]! * perUnit
    const isReset = sinceZero >= 0 && value[b]! < value[a]! / 2 && this.#isPossible(sinceZero, a, b)
    return isReset ? say(sinceZero, Flag.reset) : say(NaN, Flag.swap)
  }

  /** The step in another unit of the same family, where the total then goes on as if nothing had happened. */
  #unitChange(a: number, b: number): Verdict | undefined {
    const { value, unit } = this.#readings
    const ratio = value[b]! / value[a]!
    if (!(ratio > 0) || (ratio > 1 / LEAST_RATIO && ratio < LEAST_RATIO)) return undefined
    const total = value[a]! * this.#kWhPer(unit[a]!, b)
    const stepBefore = (value[a]! - (value[a - 1] ?? NaN)) / value[a]!
    const isEstablished = stepBefore >= 0 && stepBefore <= ESTABLISHED && unit[a - 1] === unit[a]
    if (!isEstablished && this.#spec.ratedKW === undefined) return undefined
    for (const other of this.#ladder) {
      const kWh = value[b]! * this.#kWhPer(other, b) - total
      if (other === unit[a] || !(kWh >= 0 && kWh <= total * UNIT_BAND)) continue
      if (this.#isPossible(kWh, a, b)) return { kWh, flags: Flag['unit-change'], unit: other }
    }
    return undefined
  }

  /** True unless the plant model rules this much energy out between two readings. */
  #isPossible(kWh: number, a: number, b: number): boolean {
    const { ratedKW, rolloverAt, unit } = this.#spec
    if (rolloverAt !== undefined && kWh >= (rolloverAt * this.#kWhPer(unit, b)) / 2) return false
    if (ratedKW === undefined) return true
    const { at, value } = this.#readings
    const most = (since: number): number => (RATED_MARGIN * ratedKW * (at[b]! - at[since]!)) / MS_PER_HOUR
    if (kWh <= most(a)) return true
    // A coarse counter stands still between two counts: what it shows may have been used since it last moved.
    let since = a
    while (since > 0 && value[since - 1] === value[a]) since--
    return kWh <= most(since) + this.#oneCount(a, b)
  }

  /** kWh in one `unit`, with the fuel of the interval that ends at reading `end`. */
  #kWhPer(unit: string, end: number): number {
    return kWhPerUnit(unit, this.#readings.fuel[end])
  }

  /** The smallest step the counter can show, by the decimals of the two readings, kWh. */
  #oneCount(a: number, b: number): number {
    const { value, unit } = this.#readings
    const decimals = Math.max(decimalsOf(value[a]!), decimalsOf(value[b]!))
    return this.#kWhPer(unit[a]!, b) / 10 ** decimals
  }
}

function decimalsOf(value: number): number {
  let decimals = 0
  while (decimals < 6 && !Number.isInteger(Number((value * 10 ** decimals).toPrecision(12)))) decimals++
  return decimals
}
