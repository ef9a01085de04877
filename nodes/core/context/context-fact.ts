/** What the plant reports about production, as single facts: jobs, steps of a signal or state, counts. */

import type { PlantModel, PlantSignal } from '../plant/plant.ts'
import { STEP_ROLES, type StepEvent } from './context.ts'
import type { CountReport } from './counts.ts'
import { timeFrom } from '../time.ts'
import { UNIT_ROLES, type JobEvent, type UnitRole } from '../records.ts'

export type StepFact = StepEvent & { type: 'step'; line: string }
export type CountFact = CountReport & { type: 'count'; line: string; role: UnitRole; corrects?: number }
export type ContextFact = JobEvent | StepFact | CountFact

/** A fact is what it says: the same one twice has the same id. */
export const factId = (fact: ContextFact): string =>
  JSON.stringify(Object.entries(fact).sort(([a], [b]) => (a < b ? -1 : 1)))

type Json = Record<string, unknown>

/**
 * Reads a `job`, `state` or `count` event. Throws with the field, what was expected and what was got.
 */
export function readEvent(event: Json, model: PlantModel): ContextFact[] {
  const line = oneOf(event, 'line', new Set(model.lines.map((l) => l.id)))
  const at = time(event, 'at')
  const common = { line, at, revision: event['revision'] === undefined ? 0 : number(event, 'revision') }
  const corrects = event['corrects'] === undefined ? {} : { corrects: time(event, 'corrects') }
  switch (event['type']) {
    case 'job':
      return [readJob(event, { ...common, ...corrects })]
    case 'state': {
      const machine = optionalText(event, 'machine')
      return [
        {
          type: 'step',
          role: 'state',
          value: text(event, 'state'),
          ...common,
          ...corrects,
          ...(machine !== undefined && { machine }),
        },
      ]
    }
    default:
      return readCounts(event, { ...common, ...corrects })
  }
}

type Common = { line: string; at: number; revision: number; corrects?: number }

function readJob(event: Json, common: Common): JobEvent {
  const fact: JobEvent = {
    type: 'job',
    ...common,
    action: oneOf(event, 'action', new Set(['start', 'end'] as const)),
    order: text(event, 'order'),
  }
  for (const key of ['lane', 'sku', 'recipe', 'batch'] as const) {
    const value = optionalText(event, key)
    if (value !== undefined) fact[key] = value
  }
  return fact
}

function readCounts(event: Json, common: Common): CountFact[] {
  const kind = oneOf(event, 'kind', new Set(['total', 'delta'] as const))
  const from = event['from'] === undefined ? {} : { from: time(event, 'from') }
  if (from.from !== undefined && from.from >= common.at) throw fault('from', 'a time before `at`', event['from'])
  const roles = UNIT_ROLES.filter((role) => event[role] !== undefined && event[role] !== null)
  if (roles.length === 0) throw fault(UNIT_ROLES.join(', '), 'at least one count', undefined)
  return roles.map((role) => ({ type: 'count', role, kind, value: number(event, role), ...common, ...from }))
}

/** A sample of one of the plant's signals. */
interface SignalSample {
  value: number | string | boolean | null
  /** The text a number was read from: an order number keeps its leading zeros. */
  text?: string
  reason?: string
  revision?: number
}

/**
 * Reads a sample of a plant signal. Gives `undefined` for a role that no figure depends on; throws on a bad value with
 * what was expected and what was got.
 */
export function readSignal(signal: PlantSignal, sample: SignalSample, at: number): ContextFact | undefined {
  if (sample.value === null)
    throw new Error(sample.reason ?? `${signal.role} of ${signal.line}: expected a value, got none`)
  const { line, machine, role } = signal
  const common = { line, at, revision: sample.revision ?? 0 }
  if (isStepRole(role)) {
    const value = sample.text ?? String(sample.value)
    return { type: 'step', role, value, ...common, ...(role === 'state' && machine !== undefined && { machine }) }
  }
  if (!isUnitRole(role)) return undefined
  const value = Number(sample.value)
  if (!Number.isFinite(value) || value < 0) throw fault(`${role} of ${line}`, 'a count of 0 or more', sample.value)
  return { type: 'count', role, kind: signal.kind ?? 'total', value, ...common }
}

/** True for the roles of the plant model whose value holds until the next one. */
const isStepRole = (role: string): role is (typeof STEP_ROLES)[number] =>
  (STEP_ROLES as readonly string[]).includes(role)
const isUnitRole = (role: string): role is UnitRole => (UNIT_ROLES as readonly string[]).includes(role)

function fault(field: string, expected: string, got: unknown): Error {
  return new Error(`${field}: expected ${expected}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`)
}

function text(o: Json, key: string): string {
  const value = o[key]
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || value === '') throw fault(key, 'a text', value)
  return value
}

const optionalText = (o: Json, key: string): string | undefined =>
  o[key] === undefined || o[key] === null ? undefined : text(o, key)

function number(o: Json, key: string): number {
  const value = o[key]
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw fault(key, 'a number of 0 or more', value)
  return value
}

function time(o: Json, key: string): number {
  const at = timeFrom(o[key], key)
  if (at === undefined) throw fault(key, 'epoch milliseconds or an ISO 8601 time', undefined)
  return at
}

function oneOf<T extends string>(o: Json, key: string, names: ReadonlySet<T>): T {
  const value = o[key]
  if (!names.has(value as T)) throw fault(key, `one of ${[...names].join(', ')}`, value)
  return value as T
}
