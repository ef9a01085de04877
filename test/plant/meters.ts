/** The meters: they add up what the physics does and report it in their own unit, with their own faults. */

import type { Reading } from './facts.ts'
import type { Second } from './physics.ts'
import { mulberry32 } from './random.ts'
import { METER_REPORTS, type MeterReport } from './reporting.ts'
import type { Disturbance } from './scenarios.ts'

/** A power meter's own noise, share of the reading. */
const POWER_NOISE = 0.004
const PER_KWH = { Wh: 1000, kWh: 1, kW: 1 }

class Meter {
  readonly #report: MeterReport
  readonly #chance: () => number
  #shown: number
  #seconds = 0
  #sumKW = 0
  #silent = false
  #resetDone = false

  constructor(report: MeterReport, chance: () => number) {
    this.#report = report
    this.#chance = chance
    this.#shown = report.begin
  }

  /** Takes a second; gives a reading where one is due. */
  take({ kW, to }: Second, { silent, resets }: Disturbance): Reading | undefined {
    const { id, unit, everySeconds } = this.#report
    const power = kW[id]
    this.#shown += (power / 3600) * PER_KWH[unit]
    this.#sumKW += power
    this.#seconds++
    if (resets === id && !this.#resetDone) {
      this.#shown = 0
      this.#resetDone = true
    }
    const begins = silent === id && !this.#silent
    this.#silent = silent === id
    if (begins) return this.#reading(to, null)
    if (this.#seconds % everySeconds !== 0) return undefined
    const meanKW = this.#sumKW / everySeconds
    this.#sumKW = 0
    return this.#silent ? undefined : this.read(to, meanKW)
  }

  /** The reading at an instant: the counter, or the mean power since the last one. */
  read(at: number, meanKW: number): Reading {
    const { reading, step, rolloverAt = Infinity } = this.#report
    if (reading === 'counter' && this.#shown >= rolloverAt) this.#shown -= rolloverAt
    const value = reading === 'counter' ? this.#shown : meanKW * (1 + POWER_NOISE * (2 * this.#chance() - 1))
    return this.#reading(at, Number((Math.floor(value / step) * step).toFixed(3)))
  }

  /** The packer's meter is uncertain once an hour, as meters are when they test themselves. */
  #reading(at: number, value: number | null): Reading {
    const { id, source } = this.#report
    const uncertain = id === 'packer-e' && at % 3_600_000 === 1_200_000
    return {
      kind: 'reading',
      at,
      source,
      meter: id,
      value,
      status: value === null ? 'Bad' : uncertain ? 'Uncertain' : 'Good',
    }
  }
}

export class Meters {
  readonly #meters: Meter[]

  constructor(seed: number) {
    const chance = mulberry32(seed ^ 0x5eed)
    this.#meters = METER_REPORTS.map((report) => new Meter(report, chance))
  }

  /** What all meters show before the first second. */
  first(at: number, idleKW: number): Reading[] {
    return this.#meters.map((meter) => meter.read(at, idleKW))
  }

  take(second: Second, wrong: Disturbance): Reading[] {
    return this.#meters.map((meter) => meter.take(second, wrong)).filter((r) => r !== undefined)
  }
}
