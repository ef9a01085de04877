/** The stations wired in one process, as the nodes wire them: facts in, in any order, records and totals out. */

import { Calendar } from '../../nodes/core/calendar.ts'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { FactorTimeline } from '../../nodes/core/factor/factor.ts'
import { Meter, type Reading } from '../../nodes/core/meter/meter.ts'
import { Calculator, type CalculatorOptions } from '../../nodes/core/per-unit/per-unit.ts'
import { PlantContext } from '../../nodes/core/context/plant-context.ts'
import type { PlantModel } from '../../nodes/core/plant/plant.ts'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import type { Carbon, EmissionFactor, Energy } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import { totalsOf, type TotalKey, type TotalRow } from '../../nodes/core/per-unit/totals.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'

export type Fact = { meter: string; reading: Reading } | { factor: EmissionFactor } | { context: ContextFact }

const FOREVER = Number.MAX_SAFE_INTEGER
export const HOUR = 3_600_000

/** A plant model from its parts; throws where it is wrong. */
export function plantOf(parts: Record<string, unknown>): PlantModel {
  const read = readPlant({ enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', gridZone: 'GB', ...parts })
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.model
}

export class Pipeline {
  readonly calculator: Calculator
  readonly model: PlantModel
  /** What the meters told: the facts of a ledger. */
  readonly energies: Energy[] = []
  readonly #calendar: Calendar
  readonly #meters: Map<string, Meter>
  readonly #factors = new FactorTimeline()
  readonly #context: PlantContext
  readonly #now: number
  readonly #minCoverage: number

  constructor(model: PlantModel, options: Partial<CalculatorOptions> = {}, now = Date.UTC(2030, 0, 1)) {
    this.model = model
    this.#now = now
    this.#calendar = new Calendar(model, zonedTime(model.timeZone))
    this.#context = new PlantContext(model, this.#calendar)
    this.#meters = new Map(model.meters.map((m) => [m.id, new Meter(m)]))
    this.#minCoverage = options.minCoverage ?? 0.95
    this.calculator = new Calculator({
      model,
      calendar: this.#calendar,
      views: ['window', 'shift', 'order', 'sku-shift', 'day'],
      windowMs: HOUR / 12,
      minCoverage: this.#minCoverage,
      horizonMs: 48 * HOUR,
      latenessMs: 60_000,
      constantFactor: null,
      ...options,
    })
  }

  take(fact: Fact): void {
    if ('meter' in fact) this.#read(fact.meter, fact.reading)
    else if ('factor' in fact) this.#settle(fact.factor)
    else this.#tell(fact.context)
  }

  /** Every record of every line in its last state. */
  records(): Carbon[] {
    return this.calculator.lines().flatMap((line) => this.calculator.due(line, 0, true))
  }

  totals(by: TotalKey[]): TotalRow[] {
    const facts = this.calculator.held(0, FOREVER)
    const { model } = this
    return totalsOf({
      facts,
      from: 0,
      to: FOREVER,
      by,
      model,
      calendar: this.#calendar,
      minCoverage: this.#minCoverage,
    })
  }

  #read(meter: string, reading: Reading): void {
    const { energies, rejected } = this.#meters.get(meter)!.add(reading, this.#now)
    if (rejected) throw new Error(rejected)
    for (const energy of energies) {
      this.energies.push(structuredClone(energy))
      this.#lay(structuredClone(energy))
    }
  }

  #lay(energy: Energy): void {
    energy.segments = withFactors(
      energy,
      this.#factors.pieces(energy.carrier, this.model.gridZone, energy.from, energy.to),
    )
    this.#context.lay(energy)
    this.calculator.energy(energy)
  }

  #settle(row: EmissionFactor): void {
    const change = this.#factors.add(row)
    if (!change) return
    const { carrier, zone } = row
    const { from, to } = change
    const factors = this.#factors.winners(carrier, zone, from, to)
    this.calculator.factorRevision({ type: 'factor-revision', carrier, zone, from, to, factors })
  }

  #tell(fact: ContextFact): void {
    const { production, revision } = this.#context.take(fact)
    if (revision) this.calculator.contextRevision(revision)
    for (const piece of production) this.calculator.production(piece)
  }
}
