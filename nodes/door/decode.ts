/** One item as a sample, by what the plant model says of its source. */

import { whole, type Json } from '../core/fields.ts'
import { refusal, Refused } from '../core/refused.ts'
import { shown } from '../core/shown.ts'
import type { Zone } from './instant.ts'
import type { Item } from './item.ts'
import { follow, type Found } from './path.ts'
import { judged, qualityAround, type Judged, type QualityKind } from './quality.ts'
import { fromRegisters, registersIn } from './registers.ts'
import { from64Bits, withoutValue, withValue, type Sample } from './sample.ts'
import { hintFor, isFields } from './shape.ts'
import { timeAround, timed, type Timed, type TimeRules } from './times.ts'

/** What the plant model says of how a source writes. */
export interface Written {
  path?: string
  timePath?: string
  qualityPath?: string
  qualityKind?: QualityKind
  words?: string
}

export interface Rules extends TimeRules {
  written: Written
}

export const NO_RULES: Rules = { written: {}, zone: undefined as Zone | undefined, last: undefined }

/** The sample of an item; `null` as value where none can be read or its quality is bad, with the reason. */
export function sampleOf(item: Item, rules: Rules): Sample {
  const { written } = rules
  const sample: Sample = { source: item.source, value: null, at: null, quality: 'good' }
  try {
    const holder = holderOf(item, written)
    if (typeof holder === 'string') return withoutValue({ ...sample, isAbsent: true }, holder)
    const { value, dataType, around } = holder
    const objects = [...around, ...item.around]
    const time =
      written.timePath === undefined ? timeAround(objects, item.msg, rules) : timeAt(written.timePath, item, rules)
    const { quality, reason } = qualityOf(written, objects, item)
    sample.at = time.at
    if (time.from !== undefined) sample.from = time.from
    sample.quality = quality
    setRevision(sample, objects[0])
    if (time.fault) return withoutValue({ ...sample, isUntimed: true }, time.fault)
    if (item.msg['retain'] === true) sample.isRetained = true
    if (reason) return withoutValue(sample, reason)
    if (typeof around[0]?.['unit'] === 'string') sample.unit = around[0]['unit']
    if (value === null) sample.isNull = true
    const { words, path } = written
    const raw = words !== undefined && typeof value === 'number' ? registersIn(words, path, item.content) : value
    return withValue(sample, numberIn(raw, dataType ?? item.msg['datatype'] ?? item.msg['dataType'], written))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return withoutValue(sample, error.message)
  }
}

interface Holder extends Found {
  /** The OPC UA data type that the value states. */
  dataType?: unknown
}

/**
 * The value, and the objects that it stands in: where the path leads to, or where payloads mostly have it. Where the path
 * leads to nothing, what the payload has.
 */
function holderOf({ content }: Item, { path, words }: Written): Holder | string {
  // The stock Modbus node may send its registers beside the bytes that they came in.
  if (words !== undefined && path === undefined && isFields(content) && Array.isArray(content['data']))
    return { value: content['data'], around: [content] }
  if (path === undefined) return unwrapped({ value: content, around: [] }, content)
  const found = follow(path, content) ?? inValues(path, content)
  if (!found)
    return `value: expected "${path}" in the payload, got ${isFields(content) ? hintFor(content) : shown(content)}`
  return unwrapped(found, found.value)
}

/** Gateways that buffer put what they know beside the time: `{ts, values: {energy}}`. */
function inValues(path: string, content: unknown): Found | undefined {
  const found = isFields(content) ? follow(path, content['values']) : undefined
  return found && { ...found, around: [...found.around, content as Json] }
}

const HOLDERS = ['value', 'Value', 'v', 'val'] as const
/** A value within a value: a Variant of OPC UA within its DataValue. */
const DEEPEST = 2

function unwrapped({ value, around }: Found, whole: unknown): Holder {
  let holder: Holder = { value, around }
  for (let level = 0; isFields(holder.value) && level < DEEPEST; level++) {
    const fields: Json = holder.value
    if ('dataType' in fields) return { ...textIn(fields['value'], holder.around), dataType: fields['dataType'] }
    const inner = isLocalized(fields) ? 'text' : HOLDERS.find((key) => key in fields)
    if (inner === undefined) throw new Refused('value', `expected a number or text, got ${hintFor(whole)}`)
    holder = { value: fields[inner], around: [fields, ...holder.around] }
  }
  return holder
}

const textIn = (value: unknown, around: Json[]): Holder => ({
  value: isFields(value) && isLocalized(value) ? value['text'] : value,
  around,
})

/** A text of OPC UA with its language. */
const isLocalized = (fields: Json): boolean =>
  typeof fields['text'] === 'string' && Object.keys(fields).every((key) => key === 'text' || key === 'locale')

function timeAt(path: string, { content, around }: Item, rules: TimeRules): Timed {
  const found = follow(path, content) ?? around.map((object) => follow(path, object)).find((f) => f !== undefined)
  return found
    ? timed(found.value, path, rules)
    : { at: null, fault: `${path}: expected a time, got ${hintFor(content)}` }
}

function qualityOf({ qualityPath, qualityKind }: Written, objects: readonly Json[], { content, msg }: Item): Judged {
  if (qualityPath === undefined) return qualityAround(objects, msg)
  const found = follow(qualityPath, content)
  if (found) return judged(found.value, qualityKind ?? 'opcua')
  return { quality: 'bad', reason: `${qualityPath}: expected a quality, got ${hintFor(content)}` }
}

function setRevision(sample: Sample, fields: Json | undefined): void {
  // A device may call something else its revision, its firmware for instance, but not with a number.
  if (typeof fields?.['revision'] === 'number') sample.revision = whole(fields, 'revision')
}

const SIGNED = new Set<unknown>([8, 'Int64'])
const UNSIGNED = new Set<unknown>([9, 'UInt64'])
const isWord = (x: unknown): x is number => Number.isInteger(x) && Math.abs(x as number) <= 0xffff_ffff

/** A number out of registers, or of the two words that OPC UA sends a 64-bit integer in; anything else as it is. */
function numberIn(value: unknown, dataType: unknown, { words }: Written): unknown {
  if (words !== undefined) {
    const number = fromRegisters(words, value)
    if (number === undefined) throw refusal('value', `the registers of a ${words}`, value)
    return number
  }
  const isPair = Array.isArray(value) && value.length === 2 && value.every(isWord)
  if (isPair && (SIGNED.has(dataType) || UNSIGNED.has(dataType)))
    return from64Bits(value[0] as number, value[1] as number, SIGNED.has(dataType))
  if (!Array.isArray(value)) return value
  const hint = 'say which with "path", sum them with "[*]", or name their "words"'
  throw new Refused('value', `expected a number or text, got ${shown(value)}; ${hint}`)
}
