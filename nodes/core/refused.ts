/** Why something from outside is not taken, in the words that all refusals share. */

import { shown } from './shown.ts'

export class Refused extends Error {
  /** Where it stood. */
  readonly field: string

  constructor(field: string, why: string) {
    super(`${field}: ${why}`)
    this.field = field
  }
}

export const refusal = (field: string, expected: string, got: unknown): Refused =>
  new Refused(field, `expected ${expected}, got ${shown(got)}`)
