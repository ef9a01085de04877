/** Line L1, second by second: states, units, compressed air and the power of every machine. */

import { Compressor } from './compressor.ts'
import {
  BASE_KW,
  BASE_SHARE,
  GRID_KG_PER_KWH,
  MACHINES,
  SCRAP_SHARE,
  SKUS,
  STATE,
  type Machine,
  type MeterId,
} from './line-data.ts'
import { Wander, mulberry32 } from './random.ts'
import { disturbanceAt, dutyAt, type Disturbance, type Duty, type Scenario } from './scenarios.ts'

/** What happened in one second `[from, to)`. */
export interface Second {
  from: number
  to: number
  duty: Duty
  kW: Record<MeterId, number>
  gridKgPerKWh: number
  unitsPerHour: number
  /** The units that left the line, with the millisecond. */
  finished: { at: number; good: boolean }[]
  compressor: { pressureBar: number; loaded: boolean; loadStarts: number }
}

export const HALF_HOUR = 1_800_000

/** The grid's factor of the half hour around an instant, kg CO₂e per kWh, within 0.2 % of its mean unless it spikes. */
export function gridFactor(
  scenario: Scenario,
  { seed, startAt }: { seed: number; startAt: number },
  at: number,
): number {
  const slot = Math.floor(at / HALF_HOUR)
  const mean = disturbanceAt(scenario, (slot * HALF_HOUR - startAt) / 60_000).gridKgPerKWh ?? GRID_KG_PER_KWH
  const swing = 2 * mulberry32(seed * 1_000_003 + slot)() - 1
  return Math.round(mean * (1 + 0.002 * swing) * 1e5) / 1e5
}

export class Line {
  readonly compressor = new Compressor()
  readonly #scenario: Scenario
  readonly #run: { seed: number; startAt: number }
  readonly #chance: () => number
  readonly #load: Record<Machine | 'gas' | 'comp3', Wander>
  readonly #pace: Wander
  #at: number
  #progress = 0
  #scrapDue = 0
  #scrapLimit = 1

  constructor(scenario: Scenario, run: { seed: number; startAt: number }) {
    this.#scenario = scenario
    this.#run = run
    this.#at = run.startAt
    this.#chance = mulberry32(run.seed)
    const load = (): Wander => new Wander(this.#chance, { sd: 0.006, tau: 30 })
    this.#load = { filler: load(), oven: load(), packer: load(), gas: load(), comp3: load() }
    this.#pace = new Wander(this.#chance, { sd: 0.007, tau: 60 })
  }

  /** Runs the next second. */
  next(): Second {
    const from = this.#at
    const seconds = (from - this.#run.startAt) / 1000
    const wrong = disturbanceAt(this.#scenario, seconds / 60)
    const duty = this.#dutyAt(seconds, wrong)
    const unitsPerHour = this.#unitsPerHour(duty, wrong)
    const kW = this.#powers(duty, unitsPerHour, wrong)
    const finished = this.#finish(from, unitsPerHour, wrong)
    const { pressureBar, mode, loadStarts } = this.compressor
    const gridKgPerKWh = gridFactor(this.#scenario, this.#run, from)
    this.#at = from + 1000
    const compressor = { pressureBar, loaded: mode === 'loaded', loadStarts }
    return { from, to: this.#at, duty, kW, gridKgPerKWh, unitsPerHour, finished, compressor }
  }

  #dutyAt(seconds: number, { waiting }: Disturbance): Duty {
    const duty = dutyAt(this.#scenario.plan, Math.floor(seconds / 60))
    if (!waiting || duty.state !== STATE.execute) return duty
    const waits = seconds % (waiting.runSeconds + waiting.waitSeconds) >= waiting.runSeconds
    return waits ? { ...duty, state: STATE.suspended } : duty
  }

  #unitsPerHour({ state, sku }: Duty, { pace = 1 }: Disturbance): number {
    const wander = this.#pace.next()
    return state === STATE.execute ? SKUS[sku].unitsPerHour * pace * wander : 0
  }

  #powers({ state, sku }: Duty, unitsPerHour: number, wrong: Disturbance): Record<MeterId, number> {
    const { kWhPerUnit, airPerUnit } = SKUS[sku]
    const power = (what: Machine | 'gas'): number =>
      (BASE_KW[what] * BASE_SHARE[state] + kWhPerUnit[what] * unitsPerHour) * this.#load[what].next()
    const [filler, oven, packer] = MACHINES.map(power) as [number, number, number]
    const gas = power('gas')
    const air = (airPerUnit * unitsPerHour) / 3600
    const comp3 = this.compressor.step(air * this.#load.comp3.next(), wrong.stuckValve === true)
    return { 'filler-e': filler, 'oven-e': oven, 'packer-e': packer, 'oven-gas': gas, 'comp3-e': comp3 }
  }

  #finish(from: number, unitsPerHour: number, wrong: Disturbance): Second['finished'] {
    const before = this.#progress
    this.#progress += unitsPerHour / 3600
    if (this.#progress < 1) return []
    const at = from + Math.floor(((1 - before) / (this.#progress - before)) * 1000)
    this.#progress -= 1
    return [{ at, good: !this.#scrapped(wrong.scrapShare ?? SCRAP_SHARE) }]
  }

  /** Scrap comes at its share, at uneven distances. */
  #scrapped(share: number): boolean {
    this.#scrapDue += share
    if (this.#scrapDue < this.#scrapLimit) return false
    this.#scrapDue -= 1
    this.#scrapLimit = 0.7 + 0.6 * this.#chance()
    return true
  }
}
