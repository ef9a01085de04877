/** The alarms that a scenario of the simulated plant leads to, told as time goes by. */

import { AnomalyDetector } from '../../nodes/core/anomaly/anomaly.ts'
import type { Carbon, CarbonAlert } from '../../nodes/core/records.ts'
import { PLANT_MODEL } from '../plant/model.ts'
import type { ScenarioName } from '../plant/scenarios.ts'
import { Pipeline, type Fact } from './pipeline.ts'
import { runOf, type PlantRun } from './plant-line.ts'

const LATENESS_MS = 60_000

export interface WatchedRun extends PlantRun {
  alerts: CarbonAlert[]
  windows: (Carbon & { expected: number | null; state: string })[]
}

const timeOf = (fact: Fact): number | null => {
  if ('meter' in fact) return fact.reading.at
  return 'context' in fact ? fact.context.at : null
}

/** Runs a scenario; windows of a minute close a minute after their end, and each is judged as it closes. */
export function watch(scenario: ScenarioName, seed = 1, windowMs = 60_000): WatchedRun {
  const run = runOf(scenario, seed)
  const line = new Pipeline(PLANT_MODEL, { views: ['window'], windowMs })
  const detector = new AnomalyDetector(
    { model: PLANT_MODEL },
    { minWindows: 8, materiality: 0.05, clear: 0.03, adviseMix: true },
  )
  const watched: WatchedRun = { ...run, alerts: [], windows: [] }
  let looked = 0
  for (const fact of run.facts) {
    line.take(fact)
    const at = timeOf(fact)
    if (at === null || at < looked + 5_000) continue
    looked = at
    for (const record of line.calculator.due('L1', at - LATENESS_MS, false)) {
      const { assessment, alerts } = detector.judge(record)
      watched.windows.push({ ...record, expected: assessment.expected, state: assessment.state })
      watched.alerts.push(...alerts)
    }
  }
  return watched
}
