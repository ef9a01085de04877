/** The figures of an alarm so far: sums over its windows, divided last, split and explained. */

import type { Chart, Limits } from './alarm-chart.ts'
import type { ContextState, Episode } from './alarm-state.ts'
import type { Baseline } from './baseline.ts'
import type { DataFault } from './data-gate.ts'
import { intensityOf, pooled } from './features.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { Carbon, CarbonAlert, Cause } from '../records.ts'
import { causesOf, dataCauses } from './root-cause.ts'
import { compare, splitOf, sumOf, type Comparison, type Term } from './split.ts'

/** What an episode needs beside its own state. */
export interface Surroundings {
  context: ContextState
  baseline: Baseline
  model: PlantModel
  limits: Limits
  /** The window that was just taken. */
  record: Carbon
}

export type Figures = Pick<
  CarbonAlert,
  'severity' | 'kgCO2ePerGood' | 'expected' | 'band' | 'split' | 'causes' | 'kgCO2eAvoidable'
>

/** From this excess on an alarm is critical, share of the expected. */
const CRITICAL = 0.2

/** What something on the line added, kg per good unit; the grid and the products are not its doing. */
export const avoidable = (terms: readonly Term[]): number =>
  sumOf(terms, (t) => t.effect !== 'grid-factor' && t.effect !== 'product-mix' && t.effect !== 'data')

export const ranked = (causes: readonly Cause[]): Cause[] => causes.map((cause, i) => ({ ...cause, rank: i + 1 }))

/** The figures of an episode, or `undefined` where nothing can be compared. */
export function figuresOf(around: Surroundings, episode: Episode): Figures | undefined {
  const { charts, usual, faults: seen } = around.context
  const faults = Object.values(seen).flatMap((f) => (f.active ? [f.fault] : []))
  const kgCO2eAvoidable = Math.max(
    0,
    episode.windows.reduce((sum, j) => sum + j.excessKg, episode.droppedKg),
  )
  const found = findingsOf(around, episode)
  if (!found || !usual) return faults.length > 0 ? dataFigures(around, faults, kgCO2eAvoidable) : undefined
  const { kgCO2ePerGood, comparison } = found
  const { expected, terms } = comparison
  return {
    severity: severityOf(charts, faults, avoidable(terms) / expected),
    kgCO2ePerGood,
    expected,
    band: usual.band,
    split: splitOf(terms, kgCO2ePerGood, expected),
    causes: ranked([...found.causes, ...dataCauses(faults, 0)]),
    kgCO2eAvoidable,
  }
}

interface Findings {
  comparison: Comparison
  kgCO2ePerGood: number
  causes: Cause[]
}

function findingsOf({ context, baseline, model }: Surroundings, episode: Episode): Findings | undefined {
  const windows = episode.windows.map((j) => j.window)
  const latest = windows.at(-1)
  if (!latest) return undefined
  const whole = pooled(windows)
  const now = intensityOf(whole)
  const usual = now && baseline.expected(latest.from, now)
  if (!usual) return undefined
  const comparison = compare(now, usual)
  const causes = causesOf({ model, line: context.line, windows, whole, usual, baseline, terms: comparison.terms })
  return { comparison, kgCO2ePerGood: whole.kg / whole.good, causes }
}

/**
 * Figures of an alarm that only the data raise. Where the window has no figure the expected one stands in for it: a
 * missing meter must not look like a saving.
 */
function dataFigures(
  { context, record }: Surroundings,
  faults: DataFault[],
  kgCO2eAvoidable: number,
): Figures | undefined {
  if (!context.usual) return undefined
  const { expected, band } = context.usual
  const known = record.perUnit.kgCO2ePerGood
  const kgCO2ePerGood = known ?? expected
  const causes = dataCauses(faults, kgCO2ePerGood - expected)
  if (known === null)
    causes[0]!.evidence.push('The CO₂e per unit is not known; it is shown at its usual value until it is')
  const split = [{ effect: 'data' as const, kgCO2ePerUnit: kgCO2ePerGood - expected }]
  return { severity: severityOf({}, faults, 0), kgCO2ePerGood, expected, band, split, causes, kgCO2eAvoidable }
}

/** Critical and warning call for someone on the line; advice does not. */
function severityOf(charts: Record<string, Chart>, faults: readonly DataFault[], excess: number): Figures['severity'] {
  const active = Object.keys(charts).filter((key) => charts[key]!.active && !key.startsWith('grid'))
  if (active.length > 0) return excess >= CRITICAL ? 'critical' : 'warning'
  return faults.some((f) => !f.isTold) ? 'warning' : 'advice'
}
