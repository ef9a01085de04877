import { Meter, type MeterOptions, type Reading } from '../../nodes/core/meter/meter.ts'
import type { MeterReport } from '../../nodes/core/meter/meter-count.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import type { Energy } from '../../nodes/core/records.ts'

/** 2026-03-02 00:00 UTC. */
export const T0 = Date.UTC(2026, 2, 2)
export const NOW = T0 + 40 * 24 * 3_600_000
export const minute = (n: number): number => T0 + n * 60_000

export const meterOf = (spec: Partial<PlantMeter> = {}): PlantMeter => ({
  id: 'oven-e',
  source: 'l1/oven/energy',
  line: 'L1',
  machine: 'oven',
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
  ...spec,
})

/** The flags that do not tell of the order of arrival. */
export const flagsOf = ({ flags }: Energy): string => flags.filter((f) => f !== 'late' && f !== 'backfill').join('+')

/** `0=1000 30=1030`: readings by the minute. */
export const readingsOf = (text: string): Reading[] =>
  text.split(' ').map((item) => {
    const [at, value] = item.split('=')
    return { at: minute(Number(at)), value: Number(value) }
  })

/** What a consumer of the wire holds: the newest revision of every interval that was not withdrawn. */
export class Books {
  readonly seen: Energy[] = []
  readonly facts: Energy[] = []
  readonly #spec: PlantMeter
  readonly #options: MeterOptions
  readonly #held = new Map<string, Energy>()
  #meter: Meter

  constructor(spec: Partial<PlantMeter> = {}, options: MeterOptions = {}) {
    this.#spec = meterOf(spec)
    this.#options = options
    this.#meter = new Meter(this.#spec, options)
  }

  /** Gives the reason where a reading is refused. */
  add(...readings: Reading[]): string | undefined {
    for (const reading of readings) {
      const { energies, anchor, rejected } = this.#meter.add(reading, NOW)
      if (rejected) return rejected
      if (anchor) this.facts.push(anchor)
      for (const energy of energies) this.#take(energy)
    }
    return undefined
  }

  #take(energy: Energy): void {
    this.seen.push(energy)
    this.facts.push(structuredClone(energy))
    for (const id of energy.replaces ?? []) this.#held.delete(id)
    const held = this.#held.get(energy.id)
    if (held && held.revision >= energy.revision) throw new Error(`${energy.id}: revision did not grow`)
    this.#held.set(energy.id, energy)
  }

  /** Puts a fresh meter that knows only what was written down in the place of the one that ran. */
  restart(spec: Partial<PlantMeter> = {}, facts: Energy[] = this.facts): void {
    this.#meter = new Meter({ ...this.#spec, ...spec }, this.#options)
    this.#meter.restore(facts)
  }

  get report(): MeterReport {
    return this.#meter.report
  }

  recent(count: number): Energy[] {
    return this.#meter.recent(count)
  }

  get intervals(): Energy[] {
    return [...this.#held.values()].sort((a, b) => a.from - b.from || a.to - b.to)
  }

  /** `0-30=30 30-60=? gap`: intervals by the minute, energy in kWh to six decimals, flags. */
  get text(): string {
    return this.intervals
      .map((e) => {
        const kWh = e.kWh === null ? '?' : Math.round(e.kWh * 1e6) / 1e6
        return `${(e.from - T0) / 60_000}-${(e.to - T0) / 60_000}=${kWh} ${flagsOf(e)}`.trim()
      })
      .join(' · ')
  }
}
