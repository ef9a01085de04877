/**
 * A running total of energy or fuel: what the counter doctor finds, and when it was used.
 *
 * A total that is renewed seldom and read often stands still and then steps. Where the step is more than the machine can
 * draw since the last reading, or the plant model says how often the total is renewed, it is shared out over the time
 * since the total last moved.
 */

import { CounterDoctor } from '../counter/doctor.ts'
import { RATED_MARGIN, type Gauge } from '../counter/gauge.ts'
import { Plateaus } from '../counter/plateaus.ts'
import type { Readings } from '../counter/readings.ts'
import type { Method } from '../counter/settle.ts'
import { Flag, type Verdict } from '../counter/verdict.ts'
import { kWhPerUnit } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { gapRuleOf, isGap, type GapRule } from './spacing.ts'

/** 10 GW: no site on earth draws as much, so that only a fault shows it. For an hour, as readings may come in bursts. */
const BEYOND_KW = 1e7
/** Units that differ by their prefix alone, the ones a meter changes between. */
const LADDERS = [
  ['Wh', 'kWh', 'MWh', 'GWh'],
  ['J', 'kJ', 'MJ', 'GJ', 'TJ'],
  ['kcal', 'Mcal'],
  ['l', 'm3'],
  ['kg', 't'],
]
/** A total that stands this many times as long as it did before its last step was at rest, not waiting to be renewed. */
const REST = 3

/** What the plant model says of a counter of energy. */
export function gaugeOf({ unit, rolloverAt, ratedKW, scale = 1 }: PlantMeter): Gauge {
  return {
    unit,
    worth: (of, fuel) => scale * kWhPerUnit(of, fuel),
    rolloverAt,
    mostPerHour: ratedKW === undefined ? undefined : RATED_MARGIN * ratedKW,
    beyondPerHour: BEYOND_KW,
    takesBack: false,
    ladder: LADDERS.find((l) => l.includes(unit)) ?? [],
  }
}

interface Step {
  verdict: Verdict
  /** Since when its energy may have been used. */
  since: number
}

export class MeterCounter implements Method {
  readonly #readings: Readings
  readonly #doctor: CounterDoctor
  readonly #plateaus: Plateaus
  readonly #gapRule: GapRule
  readonly #mostKW: number | undefined
  readonly #renewMs: number | undefined
  #found: { version: number; last: number; step: Step | undefined } | undefined

  constructor(readings: Readings, spec: PlantMeter) {
    const gauge = gaugeOf(spec)
    this.#readings = readings
    this.#doctor = new CounterDoctor(readings, gauge)
    this.#plateaus = new Plateaus(readings)
    this.#gapRule = gapRuleOf(spec)
    this.#mostKW = gauge.mostPerHour
    this.#renewMs = spec.renewMinutes === undefined ? undefined : spec.renewMinutes * 60_000
  }

  /** The interval that ends at reading `k` (1 or more); the units of all readings before `k` must be known. */
  conclude(k: number): Verdict {
    const verdict = this.#spread(k) ?? this.#doctor.conclude(k)
    if (isGap(this.#readings, k, this.#gapRule)) verdict.flags |= Flag.interpolated
    return verdict
  }

  isRestless(k: number): boolean {
    return this.#doctor.isRestless(k)
  }

  reachBack(index: number): number {
    const back = this.#doctor.reachBack(index)
    const { value } = this.#readings
    const isStill = index === value.length - 1 && value[index] === value[index - 1] && back === index - 1
    // What is found about a step is also found about the time that the total stood still before it.
    return this.#maySpread && back > 0 && !isStill ? this.#plateaus.firstOf(back - 1) : back
  }

  get #maySpread(): boolean {
    return this.#mostKW !== undefined || this.#renewMs !== undefined
  }

  /** The part of an interval in a step that is shared out; `undefined` where none is. */
  #spread(k: number): Verdict | undefined {
    if (!this.#maySpread) return undefined
    const { at, value } = this.#readings
    const stood = value[k] === value[k - 1] ? k : k - 1
    const last = this.#plateaus.lastOf(stood)
    if (last + 1 >= at.length || value[stood] !== value[stood - 1]) return undefined
    const step = this.#stepAfter(last, k)
    if (!step) return undefined
    const part = Math.max(0, at[k]! - Math.max(step.since, at[k - 1]!)) / (at[last + 1]! - step.since)
    return part > 0 ? { ...step.verdict, amount: step.verdict.amount * part, flags: Flag.spread } : undefined
  }

  /** The step after a plateau that ends at reading `last`, where it is to be shared out; found once for all its parts. */
  #stepAfter(last: number, k: number): Step | undefined {
    const { version, unit } = this.#readings
    if (this.#found?.version === version && this.#found.last === last) return this.#found.step
    // A plateau is of one unit; that of its end is settled later than this.
    const unitBefore = unit[last]!
    unit[last] = unit[k - 1]!
    const verdict = this.#doctor.conclude(last + 1)
    unit[last] = unitBefore
    const isShared = verdict.flags === 0 && this.#isSeldom(verdict.amount, last)
    const step = isShared ? { verdict, since: this.#movedBefore(this.#plateaus.firstOf(last), last + 1) } : undefined
    this.#found = { version, last, step }
    return step
  }

  #isSeldom(kWh: number, last: number): boolean {
    if (this.#renewMs !== undefined) return true
    const { at } = this.#readings
    return kWh > (this.#mostKW! * (at[last + 1]! - at[last]!)) / MS_PER_HOUR
  }

  /** Since when the energy of a step may have been used: since the total last moved, but a rest before it is a rest. */
  #movedBefore(first: number, step: number): number {
    const { at } = this.#readings
    const stoodMs = at[step]! - at[first]!
    if (this.#renewMs !== undefined) return at[step]! - Math.min(stoodMs, this.#renewMs)
    const beforeMs = first > 0 ? at[first]! - at[this.#plateaus.firstOf(first - 1)]! : Infinity
    return stoodMs > REST * beforeMs ? at[step]! - beforeMs : at[first]!
  }
}
