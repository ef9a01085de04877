/** Samples of the plant model's signals as facts of production. */

import type { ContextFact, StepFact } from '../core/context/context-fact.ts'
import { STEP_ROLES, type StepRole } from '../core/context/context.ts'
import { asName } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import type { PlantSignal } from '../core/plant/plant.ts'
import { Refused, refusal } from '../core/refused.ts'
import { UNIT_ROLES, type UnitRole } from '../core/records.ts'
import type { Sample } from './sample.ts'

/**
 * The fact that a sample of a signal states; `undefined` for a role that no figure depends on. `believe` gives its time,
 * or throws where it cannot be believed. Throws on a bad value with what was expected and what was got.
 */
export function readSignal(
  signal: PlantSignal,
  sample: Pick<Sample, 'value'> & Partial<Sample>,
  believe: () => number,
): ContextFact | undefined {
  const { line, role } = signal
  if (!isStepRole(role) && !isUnitRole(role)) return undefined
  if (isStepRole(role)) return stepOf(signal, role, sample, believe)
  const { value } = sample
  const field = `${role} of ${line}`
  if (value === null) throw new Error(sample.reason ?? `${field}: expected a value, got none`)
  if (sample.isRetained && sample.at === null)
    throw new Refused('time', 'expected one in a message that the broker repeats (retained), got none')
  if (typeof value !== 'number' || !(value >= 0)) throw refusal(field, 'a count of 0 or more', value)
  if (value > LIMITS.whole) throw refusal(field, `at most ${LIMITS.whole}`, value)
  return {
    type: 'count',
    role,
    kind: signal.kind ?? 'total',
    value,
    line,
    at: believe(),
    revision: sample.revision ?? 0,
  }
}

/** What holds from a time on. A state that cannot be read, or nothing at all, ends what stood before. */
function stepOf(
  { line, machine }: PlantSignal,
  role: StepRole,
  sample: Pick<Sample, 'value'> & Partial<Sample>,
  believe: () => number,
): StepFact {
  const isEnd = sample.isNull === true || (role === 'state' && !sample.isUntimed && !sample.isAbsent)
  if (sample.value === null && !isEnd)
    throw new Error(sample.reason ?? `${role} of ${line}: expected a value, got none`)
  if (typeof sample.value === 'number' && sample.text === undefined && Math.abs(sample.value) > LIMITS.whole)
    throw refusal(`${role} of ${line}`, `a text, as numbers beyond ${LIMITS.whole} lose digits`, sample.value)
  const value = sample.value === null ? null : nameIn(sample.text ?? sample.value, `${role} of ${line}`)
  const of = role === 'state' && machine !== undefined ? { machine } : {}
  return { type: 'step', role, value, line, at: believe(), revision: sample.revision ?? 0, ...of }
}

/** A name; a text of blanks alone is none. */
function nameIn(value: string | number | boolean, field: string): string | null {
  const text = String(value)
  return text.length <= LIMITS.nameChars && text.replaceAll('\0', ' ').trim() === '' ? null : asName(text, field)
}

/** True for the roles of the plant model whose value holds until the next one. */
const isStepRole = (role: string): role is StepRole => (STEP_ROLES as readonly string[]).includes(role)
const isUnitRole = (role: string): role is UnitRole => (UNIT_ROLES as readonly string[]).includes(role)
