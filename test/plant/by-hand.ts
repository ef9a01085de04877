/** Arithmetic by hand on what the plant tells, for tests. */

import assert from 'node:assert/strict'
import type { PlantFact, Reading } from './facts.ts'
import type { MeterId } from './line-data.ts'
import { METER_REPORTS } from './reporting.ts'
import type { ScenarioName } from './scenarios.ts'
import { simulate, type Simulation } from './simulate.ts'
import { kgPerGood, type Totals } from './truth.ts'

/** A whole scenario with all it tells. */
export function run(name: ScenarioName, seed = 1): { simulation: Simulation; facts: PlantFact[] } {
  const simulation = simulate(name, seed)
  return { simulation, facts: [...simulation] }
}

export const ratio = (t: Totals): number => kgPerGood(t)!

export const within = (got: number, expected: number, by: number): void =>
  assert.ok(Math.abs(got - expected) <= by, `expected ${expected} ± ${by}, got ${got}`)

/** The healthy time before a fault, the fault, and the time after it. */
export function phases({ truth, fault, startAt, endAt }: Simulation): Record<'before' | 'during' | 'after', Totals> {
  const { from, to } = fault!
  return { before: truth.sum(startAt, from), during: truth.sum(from, to), after: truth.sum(to, endAt) }
}

export const readingsOf = (facts: readonly PlantFact[], meter: MeterId): Reading[] =>
  facts.filter((f): f is Reading => f.kind === 'reading' && f.meter === meter)

/** kWh of `[from, to]` from what a meter reported: differences of a counter, or 5-second means of power. */
export function kWhFromReadings(facts: readonly PlantFact[], meter: MeterId, from: number, to: number): number {
  const { reading, unit, rolloverAt = 0, everySeconds } = METER_REPORTS.find((m) => m.id === meter)!
  const inside = readingsOf(facts, meter).filter((r) => r.at >= from && r.at <= to)
  const values = inside.map((r) => r.value!)
  if (reading === 'power') return values.slice(1).reduce((sum, kW) => sum + (kW * everySeconds) / 3600, 0)
  const steps = values.slice(1).map((v, i) => (v < values[i]! ? v - values[i]! + rolloverAt : v - values[i]!))
  return steps.reduce((a, b) => a + b, 0) / (unit === 'Wh' ? 1000 : 1)
}
