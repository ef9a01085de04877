/** What the detector remembers: plain data, so that it can be kept as JSON and taken up again. */

import type { Chart } from './alarm-chart.ts'
import type { Memory } from './baseline.ts'
import type { DataFault } from './data-gate.ts'
import type { Window } from './features.ts'
import type { CarbonAlert } from '../records.ts'

export interface AlarmSettings {
  /** Productive windows of a line and product before it is judged. */
  minWindows: number
  /** Shares of the expected CO₂e per unit: least contribution that alarms, and below which an alarm may clear. */
  materiality: number
  clear: number
  /** Tell, as advice, how a change of product moves the line's CO₂e per unit. */
  adviseMix: boolean
}

/** A window that was compared with the usual, or one without units between such. */
export interface Judged {
  window: Window
  /** Emissions above the expected, kg CO₂e, and the part that something on the line could have avoided. */
  aboveKg: number
  excessKg: number
  /** The line stood idle and made no unit. */
  isRest: boolean
}

export interface Episode {
  /** What was last said. */
  alert: CarbonAlert
  /** The deviating windows, oldest first, and the excess of those that are too old to be kept. */
  windows: Judged[]
  droppedKg: number
  /** How many windows the figures rested on that were last told. */
  toldWindows: number
}

export interface SeenFault {
  fault: DataFault
  from: number
  /** End of the newest window that had it. */
  to: number
  /** Windows in a row with and without it. */
  bad: number
  sound: number
  active: boolean
}

/** One line and product. */
export interface ContextState {
  line: string
  sku?: string
  memory: Memory
  charts: Record<string, Chart>
  faults: Record<string, SeenFault>
  recent: Judged[]
  /** Revisions of the windows that were taken, by id, oldest first. */
  seen: [id: string, revision: number][]
  /** Beginning of the newest window that was judged. */
  newest: number
  /** What was last expected, and the range of most windows. */
  usual?: { expected: number; band: [number, number] }
  episode?: Episode
}

/** The product that a line makes and the one it made before. */
export interface MixState {
  sku: string
  expected: number
  change?: MixChange
}
export interface MixChange {
  from: number
  before: string
  expectedBefore: number
  windows: Window[]
  alert?: CarbonAlert
}

export interface DetectorState {
  version: 1
  /** The end of the newest window taken, epoch ms. */
  newest: number
  contexts: Record<string, ContextState>
  mixes: Record<string, MixState>
}

export const newState = (): DetectorState => ({ version: 1, newest: 0, contexts: {}, mixes: {} })

/** What is said of a window, added to its record. */
export interface Assessment {
  state: 'learning' | 'normal' | 'deviating' | 'alarm' | 'no-data'
  /** kg CO₂e per good unit, and the range in which 9 of 10 windows lie; `null` while learning. */
  expected: number | null
  band: [number, number] | null
  /** How far the window lies above the expected, in its usual scatter. */
  z: number | null
  /** Windows learned of this line and product. */
  windows: number
  /** Why nothing could be said. */
  missing?: string
  /** Emissions of a window without good units, kg CO₂e per hour. */
  kgCO2ePerHour?: number
}
