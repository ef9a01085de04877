/**
 * The audit record: what an ESG platform or an auditor gets of one carbon record.
 *
 * Figures are those of the ledger, untouched: nothing is rounded, nothing is filled in. What is not known is `null` and
 * `missing` names the field and the reason. Totals are exact sums of what the document lists; a total with an unknown
 * part is unknown, because a smaller number would look like a better one.
 */

import { ExactSum } from '../exact-sum.ts'
import { VIEWS, type Carbon, type View } from '../records.ts'

export interface ExportPeriod {
  from: number
  to: number
}

/** What all records of one export have in common. */
export interface ExportScope extends ExportPeriod {
  /** `enterprise/site`. */
  site: string
  view: View
  /** Hash of the newest fact of the ledger at the time of the export. */
  chainHead: string
  /** The integrator's words on what the figures cover. */
  scopeNotes: string
  includeProvisional: boolean
}

type Figures = Pick<Carbon, 'kWh' | 'kWhByCarrier' | 'kgCO2e' | 'units' | 'coverage' | 'factor'> & Extras
/** What not every record has. */
type Extras = Pick<Carbon, 'scrap' | 'surrogate' | 'adjusts' | 'plant'>

/** One line of an export. Times are ISO 8601 UTC, energy is kWh, emissions are kg CO₂e. */
export interface AuditRecord extends Figures, Pick<Carbon, 'id' | 'revision' | 'status' | 'reasons' | 'view' | 'line'> {
  type: 'esg-record'
  site: string
  order?: string
  sku?: string
  shift?: string
  from: string
  to: string
  perUnit: Omit<Carbon['perUnit'], 'missing'>
  /** By field, why it is `null` or not the whole. */
  missing: Record<string, string>
  scopeNotes?: string
  chainHead: string
}

export interface Totals extends Pick<Carbon, 'kWh' | 'kWhByCarrier' | 'kgCO2e' | 'units'> {
  missing: Record<string, string>
}

export interface Selection {
  records: AuditRecord[]
  totals: Totals
  /** Records that still move. */
  excludedProvisional: number
  /** Records that begin before the period or end after it. */
  excludedStraddling: number
}

const ISO = (ms: number): string => new Date(ms).toISOString()

/** A view from a dialog. */
export function readView(view: unknown): View {
  if (VIEWS.includes(view as View)) return view as View
  throw new Error(`view: expected one of ${VIEWS.join(', ')}, got ${JSON.stringify(view)}`)
}

/** The records of a period as audit records, and what was left out. `records` are those that touch the period. */
export function selectRecords(records: Iterable<Carbon>, scope: ExportScope): Selection {
  const chosen: Carbon[] = []
  let excludedProvisional = 0
  let excludedStraddling = 0
  for (const record of records) {
    if (record.from < scope.from || record.to > scope.to) excludedStraddling++
    else if (record.status === 'provisional' && !scope.includeProvisional) excludedProvisional++
    else chosen.push(record)
  }
  return {
    records: chosen.map((record) => auditRecord(record, scope)),
    totals: totalsOf(chosen),
    excludedProvisional,
    excludedStraddling,
  }
}

function auditRecord(carbon: Carbon, { site, scopeNotes, chainHead }: ExportScope): AuditRecord {
  const { id, revision, status, reasons, view, line, order, sku, shift } = carbon
  const { kWh, kWhByCarrier, kgCO2e, units, coverage, factor, scrap, surrogate, adjusts, plant } = carbon
  const perUnit = { ...carbon.perUnit }
  delete perUnit.missing
  return {
    type: 'esg-record',
    ...{ id, revision, status, reasons, site, view, line },
    ...(order !== undefined && { order }),
    ...(sku !== undefined && { sku }),
    ...(shift !== undefined && { shift }),
    ...{ from: ISO(carbon.from), to: ISO(carbon.to), kWh, kWhByCarrier, kgCO2e, units, perUnit, coverage, factor },
    ...(scrap && { scrap }),
    ...(surrogate && { surrogate }),
    ...(adjusts && { adjusts }),
    ...(plant !== undefined && { plant }),
    missing: missingOf(carbon),
    ...(scopeNotes !== '' && { scopeNotes }),
    chainHead,
  }
}

const WHY = {
  scope2Market: 'a market-based factor is not known for all of the energy',
  scope3Upstream: 'an upstream factor is not known for all of the energy',
  standard: 'not counted, or a product without standardUnits',
  kgCO2ePerGoodAtConstantFactor: 'no constant factor is set',
}

function missingOf({ kgCO2e, units, perUnit, coverage, factor }: Carbon): Record<string, string> {
  const missing: Record<string, string> = {}
  if (coverage.energy < 1) missing['kWh'] = `the meters told about ${coverage.energy} of the time`
  if (coverage.factor < 1) missing['kgCO2e'] = `a factor is known for ${coverage.factor} of the energy`
  const note = (field: string, value: unknown, why: string): void => {
    if (value === null) missing[field] = why
  }
  note('scope2Market', kgCO2e.scope2Market, WHY.scope2Market)
  note('scope3Upstream', kgCO2e.scope3Upstream, WHY.scope3Upstream)
  for (const [role, n] of Object.entries(units)) note(role, n, role === 'standard' ? WHY.standard : 'not counted')
  const { missing: withheld, ...ratios } = perUnit
  for (const [ratio, n] of Object.entries(ratios)) {
    const own = ratio === 'kgCO2ePerGoodAtConstantFactor' ? WHY[ratio] : 'its units are not known'
    note(ratio, n, withheld ?? own)
  }
  note('factor', factor.kgPerKWh, 'no factor is known')
  return missing
}

/** Exact sums over the records, correctly rounded once, so that they do not depend on the order of the records. */
export function totalsOf(records: readonly Carbon[]): Totals {
  const missing: Record<string, string> = {}
  const carriers = [...new Set(records.flatMap((r) => Object.keys(r.kWhByCarrier)))].sort()
  const sum = (of: (r: Carbon) => number): number => exactly(records.map(of))
  const known = (field: string, of: (r: Carbon) => number | null): number | null => {
    const unknown = records.filter((r) => of(r) === null).length
    if (unknown > 0) missing[field] = `not known for ${unknown} of ${records.length} records`
    return unknown > 0 ? null : sum((r) => of(r)!)
  }
  const totals = {
    kWh: sum((r) => r.kWh),
    kWhByCarrier: Object.fromEntries(carriers.map((c) => [c, sum((r) => r.kWhByCarrier[c] ?? 0)])),
    kgCO2e: {
      scope1: sum((r) => r.kgCO2e.scope1),
      scope2Location: sum((r) => r.kgCO2e.scope2Location),
      scope2Market: known('scope2Market', (r) => r.kgCO2e.scope2Market),
      scope3Upstream: known('scope3Upstream', (r) => r.kgCO2e.scope3Upstream),
      total: sum((r) => r.kgCO2e.total),
    },
    units: {
      produced: known('produced', (r) => r.units.produced),
      good: known('good', (r) => r.units.good),
      scrap: known('scrap', (r) => r.units.scrap),
      rework: known('rework', (r) => r.units.rework),
      standard: known('standard', (r) => r.units.standard),
    },
  }
  const partly = records.filter((r) => r.coverage.factor < 1 || r.coverage.energy < 1).length
  if (partly > 0) missing['kgCO2e'] = `energy or factors are not fully known for ${partly} of ${records.length} records`
  return { ...totals, missing }
}

function exactly(terms: number[]): number {
  const sum = new ExactSum()
  terms.forEach((x) => sum.add(x))
  return sum.value
}
