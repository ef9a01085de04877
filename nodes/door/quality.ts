/** What a message says of the quality of its value, in the vocabularies of OPC UA, OPC DA, Siemens and plain words. */

import type { Json } from '../core/fields.ts'
import { plain, shown } from '../core/shown.ts'
import type { Sample } from './sample.ts'
import { isFields, ranked, ranksOf } from './shape.ts'

export type QualityKind = 'opcua' | 'opcda' | 'siemens' | 'boolean'

export interface Judged {
  quality: Sample['quality']
  /** Where it is bad: the word that says so. */
  reason?: string
}

const GOOD: Judged = { quality: 'good' }
const UNCERTAIN: Judged = { quality: 'uncertain' }

/** Names of fields, and the vocabulary of the numbers in them. */
const KINDS: ReadonlyMap<string, QualityKind> = new Map([
  ['statusCode', 'opcua'],
  ['StatusCode', 'opcua'],
  ['quality', 'opcda'],
  ['Quality', 'opcda'],
  ['q', 'opcda'],
  ['qc', 'siemens'],
  ['is_valid', 'boolean'],
  ['isValid', 'boolean'],
  ['valid', 'boolean'],
])
const NAMES = ranksOf([...KINDS.keys()])

/** The quality that the objects around a value state, from the inside out, then that of the message. */
export function qualityAround(around: readonly Json[], msg: Json): Judged {
  for (const fields of around) {
    const property = propertyOf(fields)
    if (property !== undefined) return judged(property, 'opcda')
    const [name] = ranked(fields, NAMES)
    if (name !== undefined) return judged(fields[name], KINDS.get(name)!)
  }
  const { statusCode } = msg
  return statusCode === undefined || statusCode === null ? GOOD : judged(statusCode, 'opcua')
}

/** Sparkplug keeps the quality of a metric in a property: 192 good, 0 bad, 500 stale. */
function propertyOf({ properties }: Json): number | undefined {
  const property = isFields(properties) ? properties['Quality'] : undefined
  const value = isFields(property) ? property['value'] : property
  return typeof value !== 'number' ? undefined : value === SPARKPLUG_GOOD ? SPARKPLUG_GOOD : 0
}
const SPARKPLUG_GOOD = 192

/** Judges a value by its vocabulary; a word and a truth say themselves what they mean. */
export function judged(given: unknown, kind: QualityKind): Judged {
  const code = isFields(given) ? (given['value'] ?? given['_value'] ?? given['Code']) : given
  const name = (isFields(given) ? (given['name'] ?? given['_name'] ?? given['Symbol']) : undefined) ?? code
  const verdict = verdictOf(code ?? name, kind)
  if (verdict !== 'bad') return verdict === 'good' ? GOOD : UNCERTAIN
  return { quality: 'bad', reason: `quality is bad (${typeof name === 'string' ? plain(name, 60) : shown(name)})` }
}

function verdictOf(code: unknown, kind: QualityKind): Sample['quality'] {
  if (typeof code === 'boolean') return code ? 'good' : 'bad'
  if (typeof code === 'string') return ofWord(code.trim(), kind)
  return typeof code === 'number' ? ofNumber(code, kind) : 'uncertain'
}

const GOOD_WORD = /^(good|ok|valid|true|gut)/i
const BAD_WORD =
  /^(bad|stale|invalid|false|error|fault|fail|offline|not.?connected|disconnected|comm|timeout|out.?of.?service)/i

function ofWord(word: string, kind: QualityKind): Sample['quality'] {
  if (GOOD_WORD.test(word)) return 'good'
  if (BAD_WORD.test(word)) return 'bad'
  return /^\d{1,10}$/.test(word) ? ofNumber(Number(word), kind) : 'uncertain'
}

/** Severity: the two top bits of an OPC UA status code (part 4, 7.39). */
const SEVERITY = ['good', 'uncertain'] as const
/** The two top bits of the low byte of an OPC DA quality. */
const DA = ['bad', 'uncertain', 'bad', 'good'] as const
/** Beyond this a number is no OPC DA quality, but a status code of OPC UA. */
const MOST_DA = 0xffff

function ofNumber(code: number, kind: QualityKind): Sample['quality'] {
  if (!(code >= 0)) return 'bad'
  if (kind === 'opcua' || (kind === 'opcda' && code > MOST_DA)) return SEVERITY[code >>> 30] ?? 'bad'
  if (kind === 'opcda') return DA[(code >> 6) & 3]!
  if (kind === 'boolean') return code === 0 ? 'bad' : 'good'
  // The quality code of Siemens: 0 bad, 1 uncertain, 3 good.
  return code === 3 ? 'good' : code === 0 ? 'bad' : 'uncertain'
}
