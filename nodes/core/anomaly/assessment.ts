/** What is said of each window, beside its figures. */

import { isSuspicious } from './alarm-chart.ts'
import { isOpen } from './alarm-episode.ts'
import type { Surroundings } from './alarm-figures.ts'
import type { Assessment } from './alarm-state.ts'
import type { Window } from './features.ts'
import { ruleOf } from './learning.ts'
import { quantile, scaleOf } from './robust.ts'
import type { Comparison } from './split.ts'

/** A window with all that is known about its line and product. */
export interface Seen extends Surroundings {
  window: Window
  minWindows: number
}

const BAND = [0.05, 0.95] as const
const LEVEL_FLOOR = 0.02
const ENOUGH_LEVELS = 4

/** The range in which 9 of 10 usual windows lie, kg CO₂e per good unit. */
export function bandOf({ baseline, limits }: Seen, expected: number): [number, number] {
  const levels = baseline.values('level')
  if (levels.length < ENOUGH_LEVELS) return [expected * (1 - limits.materiality), expected * (1 + limits.materiality)]
  const [low, high] = BAND.map((p) => quantile(levels, p)) as [number, number]
  return [expected * Math.min(1 - limits.clear, low), expected * Math.max(1 + limits.clear, high)]
}

/** What is said where a window is not compared. */
export function told({ baseline, context }: Seen, state: Assessment['state']): Assessment {
  const { expected, band } = context.usual ?? { expected: null, band: null }
  return { state, expected, band, z: null, windows: baseline.windows }
}

/** What is said of a window that has no figure, or none to be trusted. */
export function noData(seen: Seen, missing: string): Assessment {
  const { context, baseline, minWindows, window } = seen
  const state = isOpen(context) ? 'alarm' : baseline.windows < minWindows ? 'learning' : 'no-data'
  const perHour = window.good > 0 || window.hours <= 0 ? {} : { kgCO2ePerHour: window.kg / window.hours }
  return { ...told(seen, state), missing, ...perHour }
}

/** What is said of a window against the usual. */
export function compared(seen: Seen, { actual, expected }: Comparison): Assessment {
  const { context, baseline } = seen
  const levels = baseline.values('level').map(Math.log)
  const scale = levels.length < ENOUGH_LEVELS ? LEVEL_FLOOR : scaleOf(levels, LEVEL_FLOOR)
  const deviates = Object.entries(context.charts).some(([key, chart]) => isSuspicious(chart, ruleOf(key)))
  const state = isOpen(context) ? 'alarm' : deviates ? 'deviating' : 'normal'
  return { ...told(seen, state), expected, band: bandOf(seen, expected), z: Math.log(actual / expected) / scale }
}
