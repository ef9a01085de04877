/** Samples of the plant model's signals as facts of production. */

import type { ContextFact } from '../core/context/context-fact.ts'
import { STEP_ROLES } from '../core/context/context.ts'
import { asName } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import type { PlantSignal } from '../core/plant/plant.ts'
import { refusal } from '../core/refused.ts'
import { UNIT_ROLES, type UnitRole } from '../core/records.ts'
import type { Sample } from './sample.ts'

/**
 * The fact that a sample of a signal states, at a time that can be believed; `undefined` for a role that no figure
 * depends on. Throws on a bad value with what was expected and what was got.
 */
export function readSignal(
  signal: PlantSignal,
  sample: Pick<Sample, 'value'> & Partial<Sample>,
  at: number,
): ContextFact | undefined {
  const { line, machine, role } = signal
  const field = `${role} of ${line}`
  if (sample.value === null) throw new Error(sample.reason ?? `${field}: expected a value, got none`)
  const common = { line, at, revision: sample.revision ?? 0 }
  if (isStepRole(role)) {
    const value = stepValue(sample.text ?? sample.value, field)
    return { type: 'step', role, value, ...common, ...(role === 'state' && machine !== undefined && { machine }) }
  }
  if (!isUnitRole(role)) return undefined
  const { value } = sample
  if (typeof value !== 'number' || !(value >= 0)) throw refusal(field, 'a count of 0 or more', value)
  if (value > LIMITS.whole) throw refusal(field, `at most ${LIMITS.whole}`, value)
  return { type: 'count', role, kind: signal.kind ?? 'total', value, ...common }
}

/** A name; a text of blanks alone ends what stood before. */
function stepValue(value: string | number | boolean, field: string): string {
  const text = String(value)
  return text.length <= LIMITS.nameChars && text.replaceAll('\0', ' ').trim() === '' ? '' : asName(text, field)
}

/** True for the roles of the plant model whose value holds until the next one. */
const isStepRole = (role: string): role is (typeof STEP_ROLES)[number] =>
  (STEP_ROLES as readonly string[]).includes(role)
const isUnitRole = (role: string): role is UnitRole => (UNIT_ROLES as readonly string[]).includes(role)
