/** The line's controller: it reports orders, states, counts and the compressor's process values. */

import type { SignalRole } from '../../nodes/core/plant/plant.ts'
import type { PlantFact, Process, Signal } from './facts.ts'
import { SKUS } from './line-data.ts'
import type { Second } from './physics.ts'
import { GOOD_BEGIN, GOOD_EVERY_SECONDS, NODE, SCRAP_BEGIN, SCRAP_EVERY_SECONDS, TOPIC } from './reporting.ts'

const SECONDS_PER_MINUTE = 60
const PROCESS_EVERY_SECONDS = 5

export class Controller {
  #known: Record<string, string | number | boolean> = {}
  #good = GOOD_BEGIN
  #scrap = SCRAP_BEGIN
  #goodToldAt = -Infinity
  #pressures: number[] = []

  /** What a second changed, in order of time. The first one tells everything. */
  take(second: Second): PlantFact[] {
    return [...this.#context(second), ...this.#units(second), ...this.#process(second)]
  }

  /** At a change the counts are told too, so that units stay on their side of it. */
  #context({ from, duty }: Second): PlantFact[] {
    const { recipe } = SKUS[duty.sku]
    const changed = [
      this.#signal(from, 'sku', duty.sku),
      this.#signal(from, 'recipe', recipe),
      this.#signal(from, 'order', duty.order),
      this.#signal(from, 'state', duty.state),
    ].filter((s) => s !== undefined)
    return changed.length > 0 ? [...changed, ...this.#tellGood(from), this.#scrapAt(from)] : []
  }

  #units({ finished, to }: Second): PlantFact[] {
    const facts: PlantFact[] = []
    for (const { at, good } of finished) {
      if (good) this.#good++
      else this.#scrap++
      if (!good) facts.push(this.#scrapAt(at))
      else if (at - this.#goodToldAt >= GOOD_EVERY_SECONDS * 1000) facts.push(...this.#tellGood(at))
    }
    if ((to / 1000) % SCRAP_EVERY_SECONDS === 0) facts.push(this.#scrapAt(to))
    return facts
  }

  #tellGood(at: number): Signal[] {
    this.#goodToldAt = at
    const told = this.#signal(at, 'good', this.#good)
    return told ? [told] : []
  }

  #scrapAt(at: number): Signal {
    return { kind: 'signal', at, source: TOPIC.scrap, role: 'scrap', value: this.#scrap }
  }

  /** A signal of the OPC UA server, where its value is another one than before. */
  #signal(at: number, role: SignalRole & keyof typeof NODE, value: string | number): Signal | undefined {
    if (this.#known[role] === value) return undefined
    this.#known[role] = value
    return { kind: 'signal', at, source: NODE[role], role, value }
  }

  #process({ to, unitsPerHour, compressor }: Second): Process[] {
    const { pressureBar, loaded, loadStarts } = compressor
    this.#pressures.push(pressureBar)
    if (this.#pressures.length > SECONDS_PER_MINUTE) this.#pressures.shift()
    const facts = [this.#changed(to, 'loaded', loaded), this.#changed(to, 'loadStarts', loadStarts)]
    if ((to / 1000) % PROCESS_EVERY_SECONDS === 0) {
      facts.push(this.#changed(to, 'pressure', Number(pressureBar.toFixed(3))))
      facts.push(this.#changed(to, 'pressureLow', Number(Math.min(...this.#pressures).toFixed(3))))
      facts.push(this.#changed(to, 'speed', Math.round(unitsPerHour / 10) * 10))
    }
    return facts.filter((f) => f !== undefined)
  }

  #changed(at: number, name: keyof typeof NODE, value: number | boolean): Process | undefined {
    if (this.#known[name] === value) return undefined
    this.#known[name] = value
    return { kind: 'process', at, source: NODE[name], value }
  }
}
