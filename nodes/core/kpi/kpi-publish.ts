/** KPI and alarm records as messages for the stock MQTT and OPC UA nodes. */

import { partsOf } from '../ids.ts'
import { alarmOf, kpiOf, type AlarmRecord, type KpiRecord, type Scope } from './kpi.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { Carbon, CarbonAlert, View } from '../records.ts'

/** What the stock MQTT out node sends; it writes the payload as JSON. */
export interface UnsMessage {
  topic: string
  payload: KpiRecord | AlarmRecord
  qos: 1
  retain: boolean
}

/** What the stock OPC UA client writes. */
export interface OpcUaMessage {
  /** Node id. */
  topic: string
  datatype: string
  payload: number | string | boolean
  action: 'write'
}

/** One row of the dialog: which figure of which line goes to which node. */
export interface OpcUaRow {
  nodeId: string
  datatype: string
  field: OpcUaField
  /** Empty: every line. */
  line?: string
  /** Empty: every view that is published. */
  view?: View | ''
}

const KPI_FIELDS = {
  value: (k: KpiRecord) => k.value,
  energyKWh: (k: KpiRecord) => k.energyKWh,
  emissionsKgCO2e: (k: KpiRecord) => k.emissionsKgCO2e,
  factorKgPerKWh: (k: KpiRecord) => k.factorKgPerKWh,
  qtyGood: (k: KpiRecord) => k.qtyGood,
  qtyScrap: (k: KpiRecord) => k.qtyScrap,
  throughputPerHour: (k: KpiRecord) => k.throughputPerHour,
  availability: (k: KpiRecord) => k.oee?.availability ?? null,
  performance: (k: KpiRecord) => k.oee?.performance ?? null,
  qualityRate: (k: KpiRecord) => k.oee?.quality ?? null,
  oee: (k: KpiRecord) => k.oee?.oee ?? null,
  downtimeSeconds: (k: KpiRecord) => k.oee?.downtimeSeconds ?? null,
  expected: (k: KpiRecord) => k.assessment?.expected ?? null,
  jobOrderId: (k: KpiRecord) => k.jobOrderId,
  materialDefinitionId: (k: KpiRecord) => k.materialDefinitionId,
} as const
const ALARM_FIELDS = {
  alarmActive: (a: AlarmRecord) => a.active,
  alarmSeverity: (a: AlarmRecord) => a.severity,
  alarmCause: (a: AlarmRecord) => a.message,
  alarmValue: (a: AlarmRecord) => a.value,
  alarmAvoidableKgCO2e: (a: AlarmRecord) => a.avoidableKgCO2e,
} as const

export type OpcUaField = keyof typeof KPI_FIELDS | keyof typeof ALARM_FIELDS
export const OPCUA_FIELDS = [...Object.keys(KPI_FIELDS), ...Object.keys(ALARM_FIELDS)] as readonly OpcUaField[]
export const OPCUA_DATATYPES = ['Double', 'Float', 'Int32', 'UInt32', 'Boolean', 'String'] as const

/** MQTT 3.1.1 section 4.7: these have a meaning of their own, so a name that contains them cannot be a level. */
const level = (name: string): string => name.replace(/[+#/\0]/g, '-').trim() || '-'

/** `enterprise/site/area/line` of a scope, as levels of a topic. */
const placeOf = ({ enterprise, site, area, line }: Scope): string =>
  [enterprise, site, area, line]
    .filter((name) => name !== null)
    .map(level)
    .join('/')

/**
 * The topic of a KPI: `<prefix>enterprise/site/area/line/kpi/co2e-per-unit/<view>`. A record that is not the newest of its
 * topic is sent for those who listen now, and does not replace what the broker retains.
 */
export function unsKpi(
  record: Carbon,
  model: PlantModel,
  { prefix, isNewest }: { prefix: string; isNewest: boolean },
): UnsMessage {
  const payload = kpiOf(record, model)
  return {
    topic: `${prefix}${placeOf(payload.scope)}/kpi/co2e-per-unit/${record.view}`,
    payload,
    qos: 1,
    retain: isNewest,
  }
}

/**
 * The topic of an alarm: `…/alarm/carbon/<sku>`, one for all that come and go there, so that what the broker retains says
 * whether one is active.
 */
export function unsAlarm(alert: CarbonAlert, model: PlantModel, prefix: string): UnsMessage {
  const payload = alarmOf(alert, model)
  const topic = `${prefix}${placeOf(payload.scope)}/alarm/carbon/${level(subjectOf(alert))}`
  return { topic, payload, qos: 1, retain: true }
}

/** What an alarm is about: its id without line and time. */
const subjectOf = ({ id }: CarbonAlert): string =>
  partsOf(id).slice(2, -1).filter(Boolean).join(' ').replaceAll('|', ' ') || 'line'

export interface OpcUaWrites {
  writes: OpcUaMessage[]
  /** Fields that have no value now; a `null` is never written as 0. */
  withheld: OpcUaField[]
}

/** The writes of a KPI record. */
export function opcUaKpi(record: Carbon, model: PlantModel, rows: readonly OpcUaRow[]): OpcUaWrites {
  const kpi = kpiOf(record, model)
  const mine = rows.filter((row) => !row.view || row.view === record.view)
  return writesOf(mine, record.line, (field) =>
    field in KPI_FIELDS ? KPI_FIELDS[field as keyof typeof KPI_FIELDS](kpi) : undefined,
  )
}

/** The writes of an alarm record. */
export function opcUaAlarm(alert: CarbonAlert, model: PlantModel, rows: readonly OpcUaRow[]): OpcUaWrites {
  const alarm = alarmOf(alert, model)
  return writesOf(rows, alert.line, (field) =>
    field in ALARM_FIELDS ? ALARM_FIELDS[field as keyof typeof ALARM_FIELDS](alarm) : undefined,
  )
}

type Value = number | string | boolean | null | undefined

function writesOf(rows: readonly OpcUaRow[], line: string, valueOf: (field: OpcUaField) => Value): OpcUaWrites {
  const result: OpcUaWrites = { writes: [], withheld: [] }
  for (const { nodeId, datatype, field, line: only } of rows) {
    const payload = valueOf(field)
    if ((only && only !== line) || payload === undefined) continue
    if (payload === null) result.withheld.push(field)
    else result.writes.push({ topic: nodeId, datatype, payload, action: 'write' })
  }
  return result
}

/** Reads the rows of the dialog; throws with the row, the field, what was expected and what was got. */
export function readOpcUaRows(given: unknown): OpcUaRow[] {
  const list: unknown = typeof given === 'string' ? (given.trim() === '' ? [] : JSON.parse(given)) : (given ?? [])
  if (!Array.isArray(list)) throw new Error(`opcuaNodes: expected a list of rows, got ${typeof list}`)
  return list.map((row: Partial<OpcUaRow> | null, i) => {
    const must = (field: keyof OpcUaRow, expected: string, ok: boolean): void => {
      if (!ok) throw new Error(`opcuaNodes[${i}].${field}: expected ${expected}, got "${String(row?.[field])}"`)
    }
    must('nodeId', 'an OPC UA node id such as ns=1;s=L1.CO2e', /^(ns=\d+;)[isgb]=.+$/.test(String(row?.nodeId)))
    must('datatype', OPCUA_DATATYPES.join(', '), OPCUA_DATATYPES.includes(row?.datatype as never))
    must('field', OPCUA_FIELDS.join(', '), OPCUA_FIELDS.includes(row?.field as never))
    return row as OpcUaRow
  })
}

/** Remembers what was published, so that the old never overwrites the new. Bounded. */
export class Newest {
  readonly #revisions = new Map<string, number>()
  readonly #begins = new Map<string, number>()
  readonly #capacity: number

  constructor(capacity = 5000) {
    this.#capacity = capacity
  }

  /** True for a revision of a record or alarm that was not published yet, nor a younger one. */
  takes({ id, revision }: { id: string; revision: number }): boolean {
    if (revision <= (this.#revisions.get(id) ?? -1)) return false
    this.#revisions.delete(id)
    this.#revisions.set(id, revision)
    if (this.#revisions.size > this.#capacity) this.#revisions.delete(this.#revisions.keys().next().value!)
    return true
  }

  /** True where no record of the same line and view is about a later time. */
  isCurrent({ line, view, from }: Carbon): boolean {
    const place = `${line}\n${view}`
    if (from < (this.#begins.get(place) ?? -Infinity)) return false
    this.#begins.set(place, from)
    return true
  }
}
