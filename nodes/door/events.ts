/** `job`, `state` and `count` events as facts of production. */

import { amount, checkPeriod, name, oneOf, optionalName, time, whole, type Json } from '../core/fields.ts'
import type { ContextFact, CountFact, StepFact } from '../core/context/context-fact.ts'
import { LIMITS } from '../core/limits.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import { refusal } from '../core/refused.ts'
import { UNIT_ROLES, type JobEvent } from '../core/records.ts'

export const EVENT_TYPES = ['job', 'state', 'count'] as const
type EventType = (typeof EVENT_TYPES)[number]

export const isEvent = (type: unknown): type is EventType => EVENT_TYPES.includes(type as EventType)

/** The facts that an event states. Throws with the field, what was expected and what was got. */
export function readEvent(event: Json, model: PlantModel): ContextFact[] {
  const line = oneOf(event, 'line', idsOf(model))
  const at = time(event, 'at')
  const common = { line, at, revision: event['revision'] === undefined ? 0 : whole(event, 'revision') }
  const all = event['corrects'] === undefined ? common : { ...common, corrects: corrected(event, at) }
  if (event['type'] === 'job') return [readJob(event, all)]
  if (event['type'] === 'state') return [readState(event, all, machinesOf(model, line))]
  return readCounts(event, all)
}

type Common = { line: string; at: number; revision: number; corrects?: number }

/** The lines of a model, listed once. */
function idsOf(model: PlantModel): readonly string[] {
  let ids = known.get(model)
  if (!ids) known.set(model, (ids = model.lines.map((l) => l.id)))
  return ids
}
const known = new WeakMap<PlantModel, readonly string[]>()

/** The machines of a line that the model names: in its list, or as the place of a meter or a signal. */
function machinesOf({ lines, meters, signals }: PlantModel, line: string): readonly string[] {
  const listed = lines.find((l) => l.id === line)?.machines ?? []
  const placed = [...meters, ...signals].filter((x) => x.line === line && x.machine !== undefined)
  return [...new Set([...listed.map((m) => m.id), ...placed.map((x) => x.machine!)])]
}

function corrected(event: Json, at: number): number {
  const corrects = time(event, 'corrects')
  if (corrects !== at) checkPeriod(Math.min(at, corrects), Math.max(at, corrects), 'corrects')
  return corrects
}

function readJob(event: Json, common: Common): JobEvent {
  const action = oneOf(event, 'action', ['start', 'end'] as const)
  const fact: JobEvent = { type: 'job', ...common, action, order: name(event, 'order') }
  for (const key of ['lane', 'sku', 'recipe', 'batch'] as const) {
    const value = optionalName(event, key)
    if (value !== undefined) fact[key] = value
  }
  return fact
}

function readState(event: Json, common: Common, machines: readonly string[]): StepFact {
  const machine = optionalName(event, 'machine')
  // Each machine with states of its own costs time at every change of its line.
  if (machine !== undefined && !machines.includes(machine))
    throw refusal('machine', `a machine of line ${common.line} in the plant model`, machine)
  const value = name(event, 'state')
  return { type: 'step', role: 'state', value, ...common, ...(machine !== undefined && { machine }) }
}

function readCounts(event: Json, common: Common): CountFact[] {
  const kind = oneOf(event, 'kind', ['total', 'delta'] as const)
  const from = event['from'] === undefined ? {} : { from: time(event, 'from') }
  if (from.from !== undefined) checkPeriod(from.from, common.at)
  const roles = UNIT_ROLES.filter((role) => event[role] !== undefined && event[role] !== null)
  if (roles.length === 0) throw refusal(UNIT_ROLES.join(', '), 'at least one count', undefined)
  return roles.map((role) => ({
    type: 'count',
    role,
    kind,
    value: amount(event, role, LIMITS.whole),
    ...common,
    ...from,
  }))
}
