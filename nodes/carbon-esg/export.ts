/** One export: records out of the ledger, made into documents, and what there is to state of each. */

import { hash } from 'node:crypto'
import { documentOf, type EsgDocument, type EsgFormat } from '../core/esg/esg-format.ts'
import { selectRecords, type ExportPeriod, type ExportScope, type Selection, type Totals } from '../core/esg/esg.ts'
import type { View } from '../core/records.ts'
import type { Ledger } from '../stores/ledger.ts'

export interface ExportSettings {
  ledger: Ledger
  formats: readonly EsgFormat[]
  view: View
  site: string
  scopeNotes: string
  includeProvisional: boolean
}

export interface Statement {
  format: EsgFormat
  view: View
  period: { from: string; to: string }
  records: number
  totals: Totals
  excludedProvisional: number
  excludedStraddling: number
  sha256: string
  chainHead: string
}

export interface EsgReceipt extends Statement {
  type: 'esg-receipt'
  /** Where the document lies, or its file name where it was handed on. */
  file: string
}

export interface EsgDeadLetter extends Statement {
  type: 'esg-dead-letter'
  reason: string
  document: EsgDocument
}

export interface Prepared {
  document: EsgDocument
  statement: Statement
}

/** Makes the documents of one period, one in every format. Throws when the ledger cannot be read. */
export function prepareExport(settings: ExportSettings, { from, to }: ExportPeriod): Prepared[] {
  const { ledger, formats, view, site, scopeNotes, includeProvisional } = settings
  const scope: ExportScope = { from, to, site, view, scopeNotes, includeProvisional, chainHead: ledger.head() }
  const selection = selectRecords(ledger.records({ view, since: from, until: to }), scope)
  return formats.map((format) => {
    const document = documentOf(format, selection.records, scope)
    return { document, statement: stateOf(document, selection, scope) }
  })
}

function stateOf({ format, text }: EsgDocument, selection: Selection, scope: ExportScope): Statement {
  const { records, totals, excludedProvisional, excludedStraddling } = selection
  return {
    format,
    view: scope.view,
    period: { from: new Date(scope.from).toISOString(), to: new Date(scope.to).toISOString() },
    records: records.length,
    totals,
    excludedProvisional,
    excludedStraddling,
    sha256: hash('sha256', text),
    chainHead: scope.chainHead,
  }
}
