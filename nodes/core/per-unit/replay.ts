/** Facts → calculator: the one way back after a restart, and the one that a replay checks the ledger with. */

import type { Calendar } from '../calendar.ts'
import type { ContextFact } from '../context/context-fact.ts'
import { FactorTimeline } from '../factor/factor.ts'
import type { Calculator } from './per-unit.ts'
import { PlantContext } from '../context/plant-context.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { EmissionFactor, Energy } from '../records.ts'
import { withFactors } from '../segments.ts'

export interface ReplayFacts {
  factors: Iterable<EmissionFactor>
  /** Jobs, steps and counts. */
  context: Iterable<ContextFact>
  /** Read for this replay: they get their segments here, and the calculator keeps them. */
  energy: Iterable<Energy>
  /** The time that the energy is of: counts told before and after it only bound what was made in it. Default: all. */
  time?: { from: number; to: number }
}

/**
 * Feeds a fresh calculator with everything the facts say. Factors and context are complete before the first energy is
 * laid out, so the order within each kind is no matter.
 */
export function replay(
  facts: ReplayFacts,
  plant: { model: PlantModel; calendar: Calendar },
  calculator: Calculator,
): void {
  const { model, calendar } = plant
  const factors = new FactorTimeline()
  for (const row of facts.factors) factors.add(row)
  const context = new PlantContext(model, calendar)
  for (const fact of facts.context) takeKnown(context, fact)

  const zones = new Map(model.meters.map((m) => [m.id, m.zone ?? model.gridZone]))
  for (const energy of facts.energy) {
    // The anchor of a meter's first reading is an instant, not an interval.
    if (energy.from >= energy.to) continue
    const pieces = factors.pieces(energy.carrier, zones.get(energy.meter) ?? model.gridZone, energy.from, energy.to)
    energy.segments = withFactors(energy, pieces)
    context.lay(energy)
    calculator.energy(energy)
  }
  for (const piece of context.production(facts.time)) calculator.production(piece)
}

/** A line or a state that the plant model no longer explains says nothing to it, as it would to the node. */
function takeKnown(context: PlantContext, fact: ContextFact): void {
  try {
    context.take(fact)
  } catch {
    // It was told under another version of the plant model.
  }
}
