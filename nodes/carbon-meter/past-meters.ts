/** Meters at a time that is no longer held: read back from the ledger around a late reading, as far as its period is open. */

import { REACH } from '../core/meter/intervals.ts'
import { Meter } from '../core/meter/meter.ts'
import type { PlantMeter } from '../core/plant.ts'
import type { Energy } from '../core/records.ts'
import { MS_PER_HOUR } from '../core/units.ts'
import { checkOpen, openSince } from '../shared/open-period.ts'
import type { Ledger } from '../stores/ledger.ts'

/** How far around a reading its neighbours are looked for, hours: the least that has enough of them on both sides. */
const LOOKS = [2, 12, 48, 200, 1000]
/** Readings on each side that a verdict can hang on, and some to spare. */
const ENOUGH = 4 * REACH
/** What was issued lately may not be on disk yet. */
const MOST_ISSUED = 5_000
const MOST_HELD = 32

interface Past {
  meter: Meter
  /** Readings in this time have enough neighbours. */
  from: number
  to: number
}

export class PastMeters {
  readonly #ledger: Ledger
  readonly #horizonMs: number
  readonly #held = new Map<string, Past>()
  readonly #issued: Energy[] = []

  constructor(ledger: Ledger, horizonMs: number) {
    this.#ledger = ledger
    this.#horizonMs = horizonMs
  }

  /** The meter as it was around `at`; `undefined` for a time that the meter itself still holds. Throws where it is closed. */
  around(meter: Meter, at: number): Meter | undefined {
    if (at >= meter.oldest) return undefined
    checkOpen(at, openSince(this.#ledger, this.#horizonMs))
    const held = this.#held.get(meter.spec.id)
    if (held && at >= held.from && at <= held.to) return held.meter
    if (this.#held.size >= MOST_HELD) this.#held.clear()
    const past = this.#read(meter.spec, at)
    this.#held.set(meter.spec.id, past)
    return past.meter
  }

  /** Remembers what follows from a late reading until it is surely on disk. */
  note(energies: readonly Energy[]): void {
    this.#issued.push(...energies)
    if (this.#issued.length > MOST_ISSUED) this.#issued.splice(0, this.#issued.length - MOST_ISSUED / 2)
  }

  #read(spec: PlantMeter, at: number): Past {
    for (const hours of LOOKS) {
      const [from, to] = [at - hours * MS_PER_HOUR, at + hours * MS_PER_HOUR]
      const facts = this.#facts(spec, from, to)
      const before = facts.filter((e) => e.to <= at).length
      const isEnough = before >= ENOUGH && facts.length - before >= ENOUGH
      if (!isEnough && hours !== LOOKS.at(-1)) continue
      const meter = new Meter(spec, { horizonHours: Infinity, maxReadings: Infinity })
      meter.restore(facts)
      const margin = (hours / 2) * MS_PER_HOUR
      return { meter, from: at - margin, to: at + margin }
    }
    throw new Error('unreachable')
  }

  #facts({ id, line = '' }: PlantMeter, from: number, to: number): Energy[] {
    const kept: Energy[] = []
    for (const { body } of this.#ledger.facts({ kind: 'energy', line, since: from, until: to }))
      if ((body as Energy).meter === id) kept.push(body as Energy)
    return [...kept, ...this.#issued.filter((e) => e.meter === id && e.to > from && e.from < to)]
  }
}
