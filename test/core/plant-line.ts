/** The simulated plant through the stations, without servers and without waiting. */

import { readSignal } from '../../nodes/door/signals.ts'
import { readRows } from '../../nodes/core/factor/factor-row.ts'
import type { CalculatorOptions } from '../../nodes/core/per-unit/per-unit.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import type { PlantFact } from '../plant/facts.ts'
import { GAS_FACTOR_ROW, PLANT_MODEL } from '../plant/model.ts'
import { simulate, type Simulation } from '../plant/simulate.ts'
import type { ScenarioName } from '../plant/scenarios.ts'
import { Pipeline, type Fact } from './pipeline.ts'

const terms = {
  retrievedAt: 0,
  zone: 'GB',
  carrier: 'electricity',
  boundary: 'direct',
  provider: 'message',
} as const

const rowsOf = (input: unknown): EmissionFactor[] => {
  const { rows, refused } = readRows(input, terms)
  if (refused.length > 0) throw new Error(JSON.stringify(refused))
  return rows
}

/** The facts of the stations for one of the plant's; none for what the plant model does not name, or a bad quality. */
export function factsOf(fact: PlantFact): Fact[] {
  switch (fact.kind) {
    case 'reading':
      if (fact.value === null) return []
      return [
        { meter: fact.meter, reading: { at: fact.at, value: fact.value, isUncertain: fact.status === 'Uncertain' } },
      ]
    case 'signal': {
      const signal = PLANT_MODEL.signals.find((s) => s.source === fact.source)
      const context = signal && readSignal(signal, { value: fact.value }, () => fact.at)
      return context ? [{ context }] : []
    }
    case 'factor':
      return rowsOf(fact.message.factors).map((factor) => ({ factor }))
    case 'process':
      return []
  }
}

/** The factor of the oven's gas, which holds for all time. */
export const gasFactor = (): Fact[] => rowsOf([GAS_FACTOR_ROW]).map((factor) => ({ factor }))

export interface PlantRun {
  facts: Fact[]
  truth: Simulation['truth']
  simulation: Simulation
}

/** All facts of a scenario, and what really happened. */
export function runOf(scenario: ScenarioName, seed = 1): PlantRun {
  const simulation = simulate(scenario, seed)
  const facts = gasFactor()
  for (const fact of simulation) facts.push(...factsOf(fact))
  return { facts, truth: simulation.truth, simulation }
}

export const lineWith = (facts: Iterable<Fact>, options: Partial<CalculatorOptions> = {}): Pipeline => {
  const line = new Pipeline(PLANT_MODEL, options)
  for (const fact of facts) line.take(fact)
  return line
}
