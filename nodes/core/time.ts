/** Times in messages and tables: epoch milliseconds, or ISO 8601 with a zone; a plain day is its midnight UTC. */

import { LIMITS } from './limits.ts'
import { refusal } from './refused.ts'

const ISO = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/
/** The spring of 1973 in ms, and the year 5138 in s: a smaller number of ms was meant as seconds. */
const LEAST_MS = 1e11
const MOST_MS = 8.64e15

/** Epoch ms; `undefined` where nothing is given, an error that names the field where it is no time. */
export function timeFrom(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? parsed(value) : NaN
  if (Number.isInteger(ms) && (ms === 0 || ms >= LEAST_MS) && ms <= MOST_MS) return ms
  throw refusal(field, 'epoch milliseconds, or ISO 8601 with Z or an offset such as 2026-03-02T10:00:00Z', value)
}

function parsed(text: string): number {
  const day = text.length <= LIMITS.numberChars ? ISO.exec(text)?.[1] : undefined
  // Date.parse moves the 30th of February into March.
  if (!day || new Date(Date.parse(day) || 0).toISOString().slice(0, 10) !== day) return NaN
  return Date.parse(text)
}
