/** What leaves the plant: readings, signals, factors and process values, each with its source and its time. */

import type { SignalRole } from '../../nodes/core/plant/plant.ts'
import type { FactorMessage } from '../../nodes/core/records.ts'
import type { MeterId } from './line-data.ts'

interface Told {
  /** Source time, epoch ms. */
  at: number
  /** An OPC UA node id or an MQTT topic, as in the plant model. */
  source: string
}
export interface Reading extends Told {
  kind: 'reading'
  meter: MeterId
  /** In the meter's unit; `null` where the status is bad. */
  value: number | null
  status: 'Good' | 'Uncertain' | 'Bad'
}
export interface Signal extends Told {
  kind: 'signal'
  role: SignalRole
  value: number | string
}
export interface FactorFact extends Told {
  kind: 'factor'
  message: FactorMessage
}
/** A value that the plant model does not name. */
export interface Process extends Told {
  kind: 'process'
  value: number | boolean
}
export type PlantFact = Reading | Signal | FactorFact | Process
