/** Whether two records say the same, byte for byte, and where they first do not. */

import type { Carbon } from '../core/records.ts'
import { canonicalJson } from '../stores/chain.ts'

export interface Difference {
  /** E.g. `buckets[2].kWh`. */
  field: string
  /** Canonical JSON of both values; `nothing` where the field is not there. */
  told: string
  reckoned: string
}

/** A record as canonical JSON without what tells of the way the facts came: nobody can reckon that from the facts. */
export const figuresText = (record: Carbon): string => canonicalJson(figuresOf(record), record.id)

/** The first field in which what was told differs from what the facts give; `undefined` where all bytes agree. */
export function firstDifference(told: Carbon, reckoned: Carbon): Difference | undefined {
  if (figuresText(told) === figuresText(reckoned)) return undefined
  return differing(figuresOf(told), figuresOf(reckoned), '')
}

function figuresOf({ revision: _r, status: _s, reasons: _w, ...record }: Carbon): object {
  return { ...record, buckets: record.buckets.map(({ signal: _shape, ...bucket }) => bucket) }
}

function differing(told: unknown, reckoned: unknown, field: string): Difference | undefined {
  if (textOf(told) === textOf(reckoned)) return undefined
  if (!isObject(told) || !isObject(reckoned)) return { field, told: textOf(told), reckoned: textOf(reckoned) }
  for (const key of [...new Set([...Object.keys(told), ...Object.keys(reckoned)])].sort()) {
    const inner = Array.isArray(told) ? `${field}[${key}]` : field === '' ? key : `${field}.${key}`
    const found = differing(told[key], reckoned[key], inner)
    if (found) return found
  }
  return { field, told: textOf(told), reckoned: textOf(reckoned) }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string => (value === undefined ? 'nothing' : canonicalJson(value, ''))
