/** One export: records out of the ledger, documents to the target, and a receipt or a dead letter for each. */

import { hash } from 'node:crypto'
import { documentOf, type EsgDocument, type EsgFormat } from '../core/esg/esg-format.ts'
import { selectRecords, type ExportPeriod, type ExportScope, type Selection, type Totals } from '../core/esg/esg.ts'
import type { View } from '../core/records.ts'
import type { Ledger } from '../stores/ledger.ts'
import type { Target } from '../targets/target.ts'

export interface ExportSettings {
  ledger: Ledger
  /** Without one the documents are only handed on. */
  target: Target | undefined
  formats: readonly EsgFormat[]
  view: View
  site: string
  scopeNotes: string
  includeProvisional: boolean
}

interface Statement {
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

export interface ExportResult {
  /** Documents to hand on, where there is no target. */
  documents: EsgDocument[]
  receipts: EsgReceipt[]
  deadLetters: EsgDeadLetter[]
}

/** Exports one period in every format. Rejects when the ledger cannot be read. */
export async function exportPeriod(settings: ExportSettings, { from, to }: ExportPeriod): Promise<ExportResult> {
  const { ledger, target, formats, view, site, scopeNotes, includeProvisional } = settings
  const scope: ExportScope = { from, to, site, view, scopeNotes, includeProvisional, chainHead: ledger.head() }
  const selection = selectRecords(ledger.records({ view, since: from, until: to }), scope)
  const result: ExportResult = { documents: [], receipts: [], deadLetters: [] }
  for (const format of formats) {
    const document = documentOf(format, selection.records, scope)
    const statement = stateOf(document, selection, scope)
    if (!target) result.documents.push(document)
    try {
      const file = target ? await target.deliver(document) : document.filename
      result.receipts.push({ type: 'esg-receipt', file, ...statement })
    } catch (error) {
      result.deadLetters.push({ type: 'esg-dead-letter', reason: (error as Error).message, document, ...statement })
    }
  }
  return result
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
