/** A scenario as a stream of facts, without a clock: as fast as the machine can, or second by second. */

import type { FactorFact, PlantFact } from './facts.ts'
import { Controller } from './controller.ts'
import { COMPRESSOR } from './line-data.ts'
import { Meters } from './meters.ts'
import { HALF_HOUR, Line, gridFactor } from './physics.ts'
import { TOPIC } from './reporting.ts'
import { disturbanceAt, scenarioOf, type Scenario, type ScenarioName } from './scenarios.ts'
import { Truth } from './truth.ts'

/** Tuesday 3 March 2026, 06:00 in London: the early shift begins. */
export const DEFAULT_START = Date.UTC(2026, 2, 3, 6)

export interface RunOptions {
  /** A whole minute, best the begin of a shift. */
  startAt?: number
  durationMs?: number
}

export class Simulation implements Iterable<PlantFact> {
  readonly scenario: Scenario
  readonly startAt: number
  readonly endAt: number
  readonly truth = new Truth()
  readonly line: Line
  readonly #seed: number
  readonly #meters: Meters
  readonly #controller = new Controller()
  #at: number

  constructor(scenario: Scenario, seed: number, { startAt = DEFAULT_START, durationMs }: RunOptions) {
    if (startAt % 60_000 !== 0) throw new Error(`startAt: expected a whole minute, epoch ms, got ${startAt}`)
    this.scenario = scenario
    this.startAt = this.#at = startAt
    this.endAt = startAt + (durationMs ?? scenario.minutes * 60_000)
    this.line = new Line(scenario, { seed, startAt })
    this.#seed = seed
    this.#meters = new Meters(seed)
  }

  /** Source time of the fault, epoch ms; `undefined` where nothing goes wrong. */
  get fault(): { from: number; to: number } | undefined {
    const { faultFrom, faultTo } = this.scenario
    if (faultFrom === undefined || faultTo === undefined) return undefined
    return { from: this.startAt + faultFrom * 60_000, to: this.startAt + faultTo * 60_000 }
  }

  /** How far the plant has run, epoch ms. */
  get now(): number {
    return this.#at
  }

  /** Runs to an instant, or to the end; gives the facts until then in order of time. */
  advance(to: number): PlantFact[] {
    const facts: PlantFact[] = []
    while (this.#at + 1000 <= Math.min(to, this.endAt)) facts.push(...this.#second())
    return facts
  }

  /** Every fact from where the plant stands to the end. */
  *[Symbol.iterator](): Generator<PlantFact> {
    while (this.#at < this.endAt) yield* this.#second()
  }

  #second(): PlantFact[] {
    const from = this.#at
    const facts: PlantFact[] = from === this.startAt || from % HALF_HOUR === 0 ? [this.#factor(from)] : []
    if (from === this.startAt) facts.push(...this.#meters.first(from, COMPRESSOR.unloadedKW))
    const second = this.line.next()
    this.#at = second.to
    this.truth.add(second)
    const wrong = disturbanceAt(this.scenario, (from - this.startAt) / 60_000)
    facts.push(...this.#controller.take(second), ...this.#meters.take(second, wrong))
    return facts
  }

  /** The grid operator tells the factor of a half hour when it begins. */
  #factor(at: number): FactorFact {
    const from = Math.floor(at / HALF_HOUR) * HALF_HOUR
    const row = {
      carrier: 'electricity',
      zone: 'GB',
      from,
      to: from + HALF_HOUR,
      kgPerKWh: gridFactor(this.scenario, { seed: this.#seed, startAt: this.startAt }, at),
      method: 'location',
      boundary: 'direct',
      gas: 'CO2e',
      quality: 'measured',
      revision: 0,
      source: { provider: 'Acme grid feed', licence: 'simulated', attribution: 'the simulated plant' },
    } as const
    return { kind: 'factor', at, source: TOPIC.gridFactor, message: { type: 'factor', factors: [row] } }
  }
}

/** A scenario by name and seed; the same two always give the same facts. */
export function simulate(name: ScenarioName, seed = 1, run: RunOptions = {}): Simulation {
  return new Simulation(scenarioOf(name), seed, run)
}
