/**
 * The counter doctor: what was used or made between two neighbouring readings of a running total, of energy or of pieces.
 *
 * Every backward or impossible step gets a name: roll-over, reset, swap, glitch, correction, unit change. The name follows
 * from the neighbours in source time alone, so that it does not depend on the order of arrival; a glitch is known once
 * a next reading returns, and then the verdict changes. How fast a total can rise is a matter of the plant model alone.
 */

import { isSentinel, type Gauge } from './gauge.ts'
import { Growth } from './growth.ts'
import { Plateaus } from './plateaus.ts'
import type { Readings } from './readings.ts'
import { Flag, type Verdict } from './verdict.ts'
import { WrongRuns, type Run } from './wrong-run.ts'

/** A 32-bit float shows seven digits: a step back below that is standstill. */
const FLOAT_RESOLUTION = 1e-6
/** Units of a family differ by a thousand and more. */
const LEAST_RATIO = 900
/** A changed unit is believed where the total goes on within this share. */
const UNIT_BAND = 0.01
/** … and where the total was established: the step before was below this share of it. */
const ESTABLISHED = 0.1
/** No more than this share of a total is taken back at once, or one piece. */
const MOST_BACK = 0.1

export class CounterDoctor {
  readonly #readings: Readings
  readonly #plateaus: Plateaus
  readonly #runs: WrongRuns
  readonly #gauge: Gauge
  readonly #growth: Growth

  constructor(readings: Readings, gauge: Gauge) {
    this.#readings = readings
    this.#gauge = gauge
    this.#plateaus = new Plateaus(readings)
    this.#growth = new Growth(readings, gauge, this.#plateaus)
    this.#runs = new WrongRuns(readings, this.#growth, gauge.ladder.length > 0)
  }

  /** The interval that ends at reading `k` (1 or more); the units of all readings before `k` must be known. */
  conclude(k: number): Verdict {
    const wrong = this.#wrongRun(k) ?? this.#wrongRun(k - 1)
    return wrong ? this.#shared(k, wrong) : this.#step(k - 1, k)
  }

  /** True where what follows reading `k` may still hang on what lies before it: alternating, standing or fallen values. */
  isRestless(k: number): boolean {
    const { value } = this.#readings
    return this.#isOutside(k) || value[k] === value[k - 1] || this.#runs.earliestBefore(k + 1) <= k
  }

  /** The first reading whose verdict may change with reading `index`: values that stand before it are judged as one. */
  reachBack(index: number): number {
    if (index < 2) return 0
    const { value, flags } = this.#readings
    const fall = this.#runs.earliestBefore(index)
    if (fall < index) return this.#plateaus.firstOf(fall - 1)
    const wasGlitch = (flags[index - 1]! & Flag.glitch) !== 0
    const isStanding = index === value.length - 1 && value[index] === value[index - 1]
    if (!wasGlitch && (isStanding || !this.#isOutside(index - 1))) return index - 1
    return this.#plateaus.firstOf(index - 1)
  }

  /** The readings around reading `k` that are wrong together with it. */
  #wrongRun(k: number): Run | undefined {
    const run = this.#runs.of(k)
    if (run || !this.#isGlitch(k)) return run
    return { first: this.#plateaus.firstOf(k), last: this.#plateaus.lastOf(k) }
  }

  /** All sides of wrong readings share the step over them by time. */
  #shared(k: number, wrong: Run): Verdict {
    const { at, unit } = this.#readings
    const [a, last, b] = [wrong.first - 1, wrong.last, wrong.last + 1]
    const step = this.#step(a, b)
    const flags = step.flags | Flag.glitch
    const until = (n: number): number => (step.amount * (at[n]! - at[a]!)) / (at[b]! - at[a]!)
    if (k === b) return { amount: step.amount - until(last), flags, unit: step.unit }
    // Each side is told with its own heating value, where it was changed in between.
    const worth = this.#growth.worth(this.#gauge.unit, k) / this.#growth.worth(this.#gauge.unit, b)
    return { amount: (until(k) - until(k - 1)) * worth, flags, unit: unit[a]! }
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
    const { value } = this.#readings
    if (k < 1) return false
    const last = this.#plateaus.lastOf(k)
    if (last + 1 >= value.length) return false
    const first = this.#plateaus.firstOf(k)
    if (first < 1) return false
    const [before, here, after] = [value[first - 1]!, value[k]!, value[last + 1]!]
    const slack = this.#gauge.takesBack ? 0 : before * FLOAT_RESOLUTION
    if (here >= before - slack && here <= after + slack) return false
    // A meter that was reset may well stand for a night, so that a plateau needs a closer return.
    const mostGrowth = isSentinel(here, before) ? Infinity : first === last ? 2 : 1 + ESTABLISHED
    if (after < before || mostGrowth * before < after) return false
    if (this.#isTakenBack(first, last) || this.#runs.of(k) || this.#runs.isEdge(k)) return false
    return this.#growth.isPossible(this.#growth.between(first - 1, last + 1), first - 1, last + 1)
  }

  /** True where less than half of what was just counted is taken back, in the step to or from these readings. */
  #isTakenBack(first: number, last: number): boolean {
    if (!this.#gauge.takesBack) return false
    const { value } = this.#readings
    const [before, here, after] = [value[first - 1]!, value[first]!, value[last + 1]!]
    if (here > after) return here - after < (here - before) / 2
    const counted = before - (value[this.#plateaus.firstOf(first - 1) - 1] ?? before)
    return before - here < counted / 2
  }

  #step(a: number, b: number): Verdict {
    const { value, unit } = this.#readings
    const worth = this.#growth.worth(unit[a]!, b)
    const grown = value[b]! - value[a]!
    const say = (amount: number, flags: number): Verdict => ({ amount, flags, unit: unit[a]! })
    const rolled = grown + (this.#gauge.rolloverAt ?? NaN)
    if (grown < 0 && rolled >= 0 && this.#growth.isPossible(rolled * worth, a, b))
      return say(rolled * worth, Flag.rollover)
    const changed = this.#unitChange(a, b)
    if (changed) return changed
    if (grown >= 0) return this.#growth.isPossible(grown * worth, a, b) ? say(grown * worth, 0) : say(NaN, Flag.swap)
    return this.#stepBack(a, b)
  }

  /** A total that fell, and did not roll over. */
  #stepBack(a: number, b: number): Verdict {
    const { value, unit } = this.#readings
    const worth = this.#growth.worth(unit[a]!, b)
    const back = value[a]! - value[b]!
    const say = (amount: number, flags: number): Verdict => ({ amount, flags, unit: unit[a]! })
    const isFar = value[b]! < value[a]! / 2
    if (this.#gauge.takesBack && !isFar && back <= Math.max(1, MOST_BACK * value[a]!))
      return say(-back * worth, Flag.correction)
    if (back <= value[a]! * FLOAT_RESOLUTION) return say(0, Flag.glitch)
    const sinceZero = value[b]! * worth
    const isReset = isFar && sinceZero >= 0 && this.#growth.isPossible(sinceZero, a, b)
    return isReset ? say(sinceZero, Flag.reset) : say(NaN, Flag.swap)
  }

  /** The step in another unit of the same family, where the total then goes on as if nothing had happened. */
  #unitChange(a: number, b: number): Verdict | undefined {
    const { value, unit } = this.#readings
    const ratio = value[b]! / value[a]!
    if (!(ratio > 0) || (ratio > 1 / LEAST_RATIO && ratio < LEAST_RATIO)) return undefined
    const total = value[a]! * this.#growth.worth(unit[a]!, b)
    const stepBefore = (value[a]! - (value[a - 1] ?? NaN)) / value[a]!
    const isEstablished = stepBefore >= 0 && stepBefore <= ESTABLISHED && unit[a - 1] === unit[a]
    if (!isEstablished && this.#gauge.mostPerHour === undefined) return undefined
    for (const other of this.#gauge.ladder) {
      const amount = value[b]! * this.#growth.worth(other, b) - total
      if (other === unit[a] || !(amount >= 0 && amount <= total * UNIT_BAND)) continue
      if (this.#growth.isPossible(amount, a, b)) return { amount, flags: Flag['unit-change'], unit: other }
    }
    return undefined
  }
}
