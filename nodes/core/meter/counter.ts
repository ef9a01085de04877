/**
 * The counter doctor: energy between two neighbouring readings of a running total.
 *
 * Every backward or impossible step gets a name: roll-over, reset, swap, glitch, unit change. The name follows from the
 * neighbours in source time alone, so that it does not depend on the order of arrival; a glitch is known once the next
 * reading returns, and then the verdict changes. A step below 10 GW is called impossible only where the plant model
 * states the rated power or the modulus.
 */

import { kWhPerUnit, type Fuel } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import { Plateaus } from './plateaus.ts'
import type { Readings } from './readings.ts'
import { gapRuleOf, isGap, type GapRule } from './spacing.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { Flag, type Verdict } from './verdict.ts'

/** A machine may draw more than its rated power for a while. */
export const RATED_MARGIN = 1.5
/** 10 GW: no site on earth draws as much, so that only a fault shows it. For an hour, as readings may come in bursts. */
const BEYOND_KW = 1e7
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
  readonly #plateaus: Plateaus
  readonly #spec: PlantMeter
  readonly #fuel: Fuel | undefined
  readonly #kWhPerDeclared: number
  readonly #gapRule: GapRule
  readonly #ladder: readonly string[]

  constructor(readings: Readings, spec: PlantMeter) {
    this.#fuel = readings.declared
    this.#kWhPerDeclared = kWhPerUnit(spec.unit, this.#fuel)
    this.#readings = readings
    this.#plateaus = new Plateaus(readings)
    this.#spec = spec
    this.#gapRule = gapRuleOf(spec)
    this.#ladder = LADDERS.find((l) => l.includes(spec.unit)) ?? []
  }

  /** The interval that ends at reading `k` (1 or more); the units of all readings before `k` must be known. */
  conclude(k: number): Verdict {
    const verdict = this.#isGlitch(k) || this.#isGlitch(k - 1) ? this.#shared(k) : this.#step(k - 1, k)
    if (isGap(this.#readings, k, this.#gapRule)) verdict.flags |= Flag.interpolated
    return verdict
  }

  /** True where what follows reading `k` may still hang on what lies before it: alternating or standing values. */
  isRestless(k: number): boolean {
    return this.#isOutside(k) || this.#readings.value[k] === this.#readings.value[k - 1]
  }

  /** The first reading whose verdict may change with reading `index`: values that stand before it are judged as one. */
  reachBack(index: number): number {
    if (index < 2) return 0
    const { value, flags } = this.#readings
    const wasGlitch = (flags[index - 1]! & Flag.glitch) !== 0
    const isStanding = index === value.length - 1 && value[index] === value[index - 1]
    if (!wasGlitch && (isStanding || !this.#isOutside(index - 1))) return index - 1
    return this.#plateaus.firstOf(index - 1)
  }

  /** All sides of a glitch share the step over it by time. */
  #shared(k: number): Verdict {
    const { at, unit } = this.#readings
    const glitch = this.#isGlitch(k) ? k : k - 1
    const [a, last] = [this.#plateaus.firstOf(glitch) - 1, this.#plateaus.lastOf(glitch)]
    const b = last + 1
    const step = this.#step(a, b)
    const flags = step.flags | Flag.glitch
    const until = (n: number): number => (step.kWh * (at[n]! - at[a]!)) / (at[b]! - at[a]!)
    if (k === b) return { kWh: step.kWh - until(last), flags, unit: step.unit }
    // Each side is told with its own heating value, where it was changed in between.
    const worth = this.#kWhPer(this.#spec.unit, k) / this.#kWhPer(this.#spec.unit, b)
    return { kWh: (until(k) - until(k - 1)) * worth, flags, unit: unit[a]! }
  }

  /** Of neighbours that are all out of line, every second one is the glitch, from the left. */
  #isGlitch(k: number): boolean {
    let run = 0
    for (let n = k; this.#isOutside(n); n = this.#plateaus.firstOf(n) - 1) run++
    return run % 2 === 1
  }

  /**
   * True where reading `k`, or the plateau that it is of, lies outside what the readings on both sides span, and the later
   * one went on from the earlier one: it is nearer to it than to zero, from where a counter goes on after a reset.
   */
  #isOutside(k: number): boolean {
    const { value, unit } = this.#readings
    if (k < 1) return false
    const last = this.#plateaus.lastOf(k)
    if (last + 1 >= value.length) return false
    const first = this.#plateaus.firstOf(k)
    if (first < 1) return false
    const before = value[first - 1]!
    const here = value[k]!
    const after = value[last + 1]!
    const slack = before * FLOAT_RESOLUTION
    if (here >= before - slack && here <= after + slack) return false
    // A meter that was reset may well stand for a night, so that a plateau needs a closer return.
    const mostGrowth = first === last ? 2 : 1 + ESTABLISHED
    if (after < before || mostGrowth * before < after) return false
    return this.#isPossible((after - before) * this.#kWhPer(unit[first - 1]!, last + 1), first - 1, last + 1)
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
    const { at, value } = this.#readings
    const hours = (at[b]! - at[a]!) / MS_PER_HOUR
    if (kWh > BEYOND_KW * Math.max(hours, 1)) return false
    if (ratedKW === undefined) return true
    const most = (since: number): number => (RATED_MARGIN * ratedKW * (at[b]! - at[since]!)) / MS_PER_HOUR
    if (kWh <= most(a)) return true
    // A coarse counter stands still between two counts: what it shows may have been used since it last moved.
    let since = a
    while (since > 0 && value[since - 1] === value[a]) since--
    return kWh <= most(since) + this.#oneCount(a, b)
  }

  /** kWh in one `unit`, with the fuel of the interval that ends at reading `end`. */
  #kWhPer(unit: string, end: number): number {
    const fuel = this.#readings.fuel[end]
    return unit === this.#spec.unit && fuel === this.#fuel ? this.#kWhPerDeclared : kWhPerUnit(unit, fuel)
  }

  /** The smallest step the counter can show, by the decimals of the two readings, kWh. */
  #oneCount(a: number, b: number): number {
    const { value, unit } = this.#readings
    // In a unit that a change was read into, one count would be a believable step of a thousand.
    if (unit[a] !== this.#spec.unit) return 0
    const decimals = Math.max(decimalsOf(value[a]!), decimalsOf(value[b]!))
    return this.#kWhPer(unit[a]!, b) / 10 ** decimals
  }
}

function decimalsOf(value: number): number {
  let decimals = 0
  while (decimals < 6 && !Number.isInteger(Number((value * 10 ** decimals).toPrecision(12)))) decimals++
  return decimals
}
