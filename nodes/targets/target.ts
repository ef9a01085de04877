/** Where ESG documents go: the one interface in front of every destination. */

import type { EsgDocument } from '../core/esg/esg-format.ts'

export interface Target {
  /** What letters to it are kept under while they wait: the same place has the same name. */
  readonly name: string
  /** Delivers a document, whole or not at all; the same file name again replaces it. Gives the place where it lies. */
  deliver(document: EsgDocument): Promise<string>
}
