/** Where ESG documents go: the one interface in front of every destination. */

import type { EsgDocument } from '../core/esg/esg-format.ts'

export interface Target {
  /** Delivers a document, whole or not at all; the same file name again replaces it. Gives the place where it lies. */
  deliver(document: EsgDocument): Promise<string>
}
