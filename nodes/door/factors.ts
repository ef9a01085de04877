/** Factor messages: rows of emission factors for a source of the provider `message`. */

import { readRows, type RefusedRow, type RowTerms } from '../core/factor/factor-row.ts'
import type { Json } from '../core/fields.ts'
import type { EmissionFactor } from '../core/records.ts'

/** Refused rows that an error names; of more it says how many. */
const MOST_NAMED = 5

export interface FactorRows {
  rows: EmissionFactor[]
  /** What was refused, row by row; the first of them, and how many more. */
  refused: string[]
  /** The same of rows that were taken, and may be wrong. */
  doubted: string[]
}

/** The rows of a message that was checked for its size; a bad row does not hold up the others. */
export function readFactors(content: Json, terms: RowTerms): FactorRows {
  const { rows, refused, doubted } = readRows(content['factors'], terms)
  return { rows, refused: named(refused, 'refused'), doubted: named(doubted, 'doubted') }
}

function named(found: readonly RefusedRow[], what: string): string[] {
  const more = found.length - MOST_NAMED
  const first = found.slice(0, MOST_NAMED).map(({ index, reason }) => `factors[${index}]: ${reason}`)
  return more > 0 ? [...first, `${more} more rows were ${what}`] : first
}
