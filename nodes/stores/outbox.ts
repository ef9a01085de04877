/** Letters: documents that are to reach a target, kept until they have. */

import { hash } from 'node:crypto'

export interface Letter {
  /** What names it to the target too, so that a letter that comes twice is known: SHA-256 of where, its name and itself. */
  id: string
  /** Where it goes. */
  target: string
  created: number
  filename: string
  document: string
  /** What there is to say when it is delivered. */
  about: object
  /** How often it was tried in vain, and why the last time. */
  attempts: number
  lastError: string | null
}

export type NewLetter = Omit<Letter, 'id' | 'attempts' | 'lastError'>

/** Delivered letters are kept for a month. */
export const DELIVERED_KEPT_MS = 31 * 86_400_000

export const letterId = ({ target, filename, document }: Pick<Letter, 'target' | 'filename' | 'document'>): string =>
  hash('sha256', [target, filename, document].join('\n'))
