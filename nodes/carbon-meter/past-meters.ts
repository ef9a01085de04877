/** Meters at a time that is no longer held: read back from the ledger around a late reading, as far as its period is open. */

import { REACH } from '../core/meter/intervals.ts'
import { Meter } from '../core/meter/meter.ts'
import type { PlantMeter } from '../core/plant/plant.ts'
import type { Energy } from '../core/records.ts'
import { MS_PER_HOUR } from '../core/plant/units.ts'
import { checkOpen } from '../shared/open-period.ts'
import type { Pending } from '../shared/pending.ts'
import type { Ledger } from '../stores/ledger.ts'

/** How far around a reading its neighbours are looked for, hours: the least that has enough of them on both sides. */
const LOOKS = [2, 12, 48, 200, 1000]
/** Readings on each side that a verdict can hang on, and some to spare. */
const ENOUGH = 4 * REACH
const MOST_HELD = 32

/** Readings of the time that is held may come meanwhile, and be old by then: so one is not gone on from for long. */
const KEPT_MS = 60_000

interface Past {
  meter: Meter
  readAt: number
  /** Readings in this time have enough neighbours. */
  from: number
  to: number
}

export class PastMeters {
  readonly #ledger: Ledger
  readonly #horizonMs: number
  readonly #held = new Map<string, Past>()
  readonly #pending: Pending

  constructor(ledger: Ledger, pending: Pending, horizonMs: number) {
    this.#ledger = ledger
    this.#pending = pending
    this.#horizonMs = horizonMs
  }

  /** The meter as it was around `at`; `undefined` for a time that the meter itself still holds. Throws where it is closed. */
  around(meter: Meter, at: number): Meter | undefined {
    if (at >= meter.oldest) return undefined
    checkOpen(at, this.#ledger, this.#horizonMs)
    const held = this.#held.get(meter.spec.id)
    if (held && at >= held.from && at <= held.to && Date.now() < held.readAt + KEPT_MS) return held.meter
    if (this.#held.size >= MOST_HELD) this.#held.clear()
    const past = this.#read(meter.spec, at)
    this.#held.set(meter.spec.id, past)
    return past.meter
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
      return { meter, readAt: Date.now(), from: at - margin, to: at + margin }
    }
    throw new Error('unreachable')
  }

  #facts({ id, line = '' }: PlantMeter, from: number, to: number): Energy[] {
    const kept: Energy[] = []
    for (const { body } of this.#ledger.facts({ kind: 'energy', line, since: from, until: to }))
      if ((body as Energy).meter === id) kept.push(body as Energy)
    for (const body of this.#pending.bodies()) {
      const energy = body as Energy
      if (energy.meter === id && energy.to >= from && energy.from < to) kept.push(energy)
    }
    return kept
  }
}
