/** The audit record as text: JSON Lines, and CSV (RFC 4180) that a spreadsheet opens without running it. */

import type { AuditRecord, ExportScope } from './esg.ts'

export const ESG_FORMATS = ['jsonl', 'csv'] as const
export type EsgFormat = (typeof ESG_FORMATS)[number]

/** A document for a file, an HTTP request or a platform. */
export interface EsgDocument {
  type: 'esg-document'
  format: EsgFormat
  filename: string
  text: string
}

/** The formats that a dialog chose. Throws for an unknown one, and for none. */
export function readFormats(formats: unknown): EsgFormat[] {
  const list = Array.isArray(formats) ? (formats as unknown[]) : [formats]
  const wrong = list.find((f) => !ESG_FORMATS.includes(f as EsgFormat))
  if (wrong !== undefined || list.length === 0) {
    throw new Error(`formats: expected one or more of ${ESG_FORMATS.join(', ')}, got ${JSON.stringify(formats)}`)
  }
  return [...new Set(list as EsgFormat[])]
}

/** One document; the same export always has the same file name. */
export function documentOf(format: EsgFormat, records: readonly AuditRecord[], scope: ExportScope): EsgDocument {
  const text = format === 'csv' ? csvOf(records) : jsonLinesOf(records)
  return { type: 'esg-document', format, filename: `${nameOf(scope)}.${format}`, text }
}

/** E.g. `carbon_Acme-Leeds_order_20260302T000000Z_20260303T000000Z`. */
function nameOf({ site, view, from, to }: ExportScope): string {
  const place = site.replace(/[^\p{L}\p{N}.]+/gu, '-')
  const time = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.000/g, '')
  return `carbon_${place}_${view}_${time(from)}_${time(to)}`
}

/** One JSON object per line. */
export const jsonLinesOf = (records: readonly AuditRecord[]): string =>
  records.map((r) => `${JSON.stringify(r)}\n`).join('')

type Cell = string | number | null | undefined
type Column = [header: string, cell: (r: AuditRecord) => Cell]

/**
 * A header and one line per record; the energy of each carrier has its own column. An unknown figure is an empty cell
 * that the column `missing` explains; a carrier that a record does not have is an empty cell too. Numbers are in the shortest form that reads back to the same double.
 */
export function csvOf(records: readonly AuditRecord[]): string {
  const carriers = [...new Set(records.flatMap((r) => Object.keys(r.kWhByCarrier)))].sort()
  const columns = columnsFor(carriers)
  const lines = [
    columns.map(([header]) => textCell(header)),
    ...records.map((r) => columns.map(([, of]) => cell(of(r)))),
  ]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function columnsFor(carriers: string[]): Column[] {
  return [
    ['record id', (r) => r.id],
    ['revision', (r) => r.revision],
    ['status', (r) => r.status],
    ['reasons', (r) => r.reasons.join('; ')],
    ['site', (r) => r.site],
    ['view', (r) => r.view],
    ['line', (r) => r.line],
    ['order', (r) => r.order],
    ['SKU', (r) => r.sku],
    ['shift', (r) => r.shift],
    ['from (UTC)', (r) => r.from],
    ['to (UTC)', (r) => r.to],
    ['energy (kWh)', (r) => r.kWh],
    ...carriers.map((carrier): Column => [`${carrier} (kWh)`, (r) => r.kWhByCarrier[carrier]]),
    ['scope 1 (kgCO2e)', (r) => r.kgCO2e.scope1],
    ['scope 2 location-based (kgCO2e)', (r) => r.kgCO2e.scope2Location],
    ['scope 2 market-based (kgCO2e)', (r) => r.kgCO2e.scope2Market],
    ['scope 3.3 upstream (kgCO2e)', (r) => r.kgCO2e.scope3Upstream],
    ['total (kgCO2e)', (r) => r.kgCO2e.total],
    ['of it in scrap (kgCO2e)', (r) => r.scrap?.kgCO2e],
    ['carried in the ratios for what is not known (kgCO2e)', (r) => r.surrogate?.kgCO2e],
    ['produced (units)', (r) => r.units.produced],
    ['good (units)', (r) => r.units.good],
    ['scrap (units)', (r) => r.units.scrap],
    ['rework (units)', (r) => r.units.rework],
    ['standard (units)', (r) => r.units.standard],
    ['per good unit (kgCO2e)', (r) => r.perUnit.kgCO2ePerGood],
    ['per produced unit (kgCO2e)', (r) => r.perUnit.kgCO2ePerProduced],
    ['per standard unit (kgCO2e)', (r) => r.perUnit.kgCO2ePerStandard],
    ['per good unit (kWh)', (r) => r.perUnit.kWhPerGood],
    ['per good unit at constant factor (kgCO2e)', (r) => r.perUnit.kgCO2ePerGoodAtConstantFactor],
    ['energy coverage (0-1)', (r) => r.coverage.energy],
    ['factor coverage (0-1)', (r) => r.coverage.factor],
    ['context coverage (0-1)', (r) => r.coverage.context],
    ['count coverage (0-1)', (r) => r.coverage.count],
    ['factor (kgCO2e/kWh)', (r) => r.factor.kgPerKWh],
    ['factor sources', (r) => r.factor.sources.join('; ')],
    ['worst factor quality', (r) => r.factor.worstQuality],
    [
      'missing',
      (r) =>
        Object.entries(r.missing)
          .map(([field, why]) => `${field}: ${why}`)
          .join('; '),
    ],
    ['adjusts record', (r) => r.adjusts?.id],
    ['adjusts revision', (r) => r.adjusts?.revision],
    ['plant model', (r) => r.plant],
    ['scope notes', (r) => r.scopeNotes],
    ['ledger head (SHA-256)', (r) => r.chainHead],
  ]
}

const cell = (value: Cell): string => (typeof value === 'number' ? String(value) : textCell(value ?? ''))

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe in front, which it shows as text. Spreadsheets
 * split at commas, semicolons, tabs or lines, as their user's country has it: what begins a formula behind any of
 * these gets one, too, and a text that holds one of them is quoted.
 */
function textCell(text: string): string {
  const safe = text
    .replace(/(^|[,;\t\r\n"])(\s*)([=+\-@\uff0b\uff0d\uff1d\uff20])/g, "$1$2'$3")
    .replace(/^[\t\r]/, "'$&")
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
