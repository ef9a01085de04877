/**
 * The KPI as a manufacturing execution system takes it: one canonical record (ISO 22400-2 terms, KPI-ML's shape), with
 * every figure as it was computed. Nothing is rounded, so that KPI, ledger and report agree to the last digit.
 */

import type { Assessment } from '../anomaly/alarm-state.ts'
import { hoursByMeter } from '../anomaly/features.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { Carbon, CarbonAlert, Coverage, Oee, View } from '../records.ts'

/** ISA-95 equipment hierarchy. */
export interface Scope {
  enterprise: string
  site: string
  area: string | null
  line: string
}

export interface KpiRecord {
  kpiId: 'co2e-per-unit'
  kpiName: 'CO2e per unit'
  /** kg CO₂e per good unit; `null` with the reason in `missing`. */
  value: number | null
  unit: 'kgCO2e/unit'
  missing?: string
  timeRange: { start: string; end: string }
  view: View
  scope: Scope
  shift: string | null
  jobOrderId: string | null
  materialDefinitionId: string | null
  qtyGood: number | null
  qtyProduced: number | null
  qtyScrap: number | null
  energyKWh: number
  emissionsKgCO2e: number
  /** kg CO₂e per kWh of electricity. */
  factorKgPerKWh: number | null
  factorQuality: string
  status: Carbon['status']
  reasons: string[]
  coverage: Coverage
  /** Good units per hour. */
  throughputPerHour: number | null
  oee: Oee | null
  assessment: Assessment | null
  recordId: string
  revision: number
}

export interface AlarmRecord {
  alarmId: string
  kpiId: 'co2e-per-unit'
  revision: number
  active: boolean
  state: CarbonAlert['state']
  severity: CarbonAlert['severity']
  message: string
  scope: Scope
  shift: string | null
  jobOrderId: string | null
  materialDefinitionId: string | null
  timeRange: { start: string; end: string | null }
  detectedAt: string
  value: number
  expected: number
  band: [number, number]
  unit: 'kgCO2e/unit'
  split: CarbonAlert['split']
  causes: CarbonAlert['causes']
  avoidableKgCO2e: number
  acknowledgedBy: string | null
}

const iso = (ms: number): string => new Date(ms).toISOString()

function scopeOf(model: PlantModel, line: string): Scope {
  const area = model.lines.find((l) => l.id === line)?.area ?? null
  return { enterprise: model.enterprise, site: model.site, area, line }
}

/** The KPI record of a carbon record, with its assessment where the record has passed the anomaly node. */
export function kpiOf(record: Carbon & { assessment?: Assessment }, model: PlantModel): KpiRecord {
  const { perUnit, units, from, to } = record
  return {
    kpiId: 'co2e-per-unit',
    kpiName: 'CO2e per unit',
    value: perUnit.kgCO2ePerGood,
    unit: 'kgCO2e/unit',
    ...(perUnit.missing !== undefined && { missing: perUnit.missing }),
    timeRange: { start: iso(from), end: iso(to) },
    view: record.view,
    scope: scopeOf(model, record.line),
    shift: record.shift ?? null,
    jobOrderId: record.order ?? null,
    materialDefinitionId: record.sku ?? null,
    qtyGood: units.good,
    qtyProduced: units.produced,
    qtyScrap: units.scrap,
    energyKWh: record.kWh,
    emissionsKgCO2e: record.kgCO2e.total,
    factorKgPerKWh: record.factor.kgPerKWh,
    factorQuality: record.factor.worstQuality,
    status: record.status,
    reasons: record.reasons,
    coverage: record.coverage,
    throughputPerHour: throughputOf(record),
    oee: record.oee ?? null,
    assessment: record.assessment ?? null,
    recordId: record.id,
    revision: record.revision,
  }
}

/** Good units by the time that has come; an open record does not count the time before it. */
function throughputOf({ units, buckets }: Carbon): number | null {
  const hours = Math.max(0, ...hoursByMeter(buckets).values())
  return units.good === null || hours <= 0 ? null : units.good / hours
}

/** The alarm record of an alert. */
export function alarmOf(alert: CarbonAlert, model: PlantModel): AlarmRecord {
  return {
    alarmId: alert.id,
    kpiId: 'co2e-per-unit',
    revision: alert.revision,
    active: alert.state !== 'cleared',
    state: alert.state,
    severity: alert.severity,
    message: alert.causes[0]?.cause ?? 'CO₂e per unit deviates',
    scope: scopeOf(model, alert.line),
    shift: alert.shift ?? null,
    jobOrderId: alert.order ?? null,
    materialDefinitionId: alert.sku ?? null,
    timeRange: { start: iso(alert.from), end: alert.clearedAt === undefined ? null : iso(alert.clearedAt) },
    detectedAt: iso(alert.detectedAt),
    value: alert.kgCO2ePerGood,
    expected: alert.expected,
    band: alert.band,
    unit: 'kgCO2e/unit',
    split: alert.split,
    causes: alert.causes,
    avoidableKgCO2e: alert.kgCO2eAvoidable,
    acknowledgedBy: alert.acknowledgedBy ?? null,
  }
}
