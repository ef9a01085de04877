/** Keys that do nothing where they stand: no fault, but whoever wrote them expects something. */

import { UNIT_ROLES } from '../records.ts'
import { objectsOf, type Findings, type Json } from './findings.ts'

/** By key of a meter, the readings for which it does something. */
const OF_METERS: Readonly<Record<string, readonly string[]>> = {
  rolloverAt: ['counter'],
  renewMinutes: ['counter'],
  maxGapSeconds: ['counter', 'power'],
  sampling: ['counter', 'power'],
  periodMinutes: ['interval'],
  direction: ['power'],
}

/** By key of a signal, the roles for which it does something. */
const OF_SIGNALS: Readonly<Record<string, readonly string[]>> = {
  kind: UNIT_ROLES,
  rolloverAt: UNIT_ROLES,
  map: ['state'],
  quantity: ['sensor'],
  unit: ['sensor'],
}
/** Roles that are taken, for what will read them is not there yet. */
const IDLE_ROLES = ['sensor', 'alarm', 'stop-reason']

/** Warns of what has no effect where it stands. */
export function checkEffects(found: Findings, raw: Json): void {
  objectsOf(raw, 'meters').forEach((meter, i) => {
    const { reading } = meter
    const warn = (key: string): void =>
      found.warn(`meters[${i}].${key}`, `has no effect with reading ${String(reading)}`)
    for (const [key, readings] of Object.entries(OF_METERS))
      if (meter[key] !== undefined && !readings.includes(reading as string)) warn(key)
  })
  objectsOf(raw, 'signals').forEach((signal, i) => {
    const { role, kind } = signal
    const at = `signals[${i}].`
    for (const [key, roles] of Object.entries(OF_SIGNALS))
      if (signal[key] !== undefined && !roles.includes(role as string))
        found.warn(at + key, `has no effect with role ${String(role)}`)
    if (kind === 'delta' && signal['rolloverAt'] !== undefined)
      found.warn(`${at}rolloverAt`, 'has no effect with kind delta')
    if (IDLE_ROLES.includes(role as string)) found.warn(`${at}role`, 'has no effect yet')
  })
}
