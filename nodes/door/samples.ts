/** What the stock OPC UA, MQTT and inject nodes send, read as samples: value, source time and quality. */

import { isObject, whole, type Json } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import { refusal } from '../core/refused.ts'
import { plain, shown } from '../core/shown.ts'
import { from64Bits, instantOf, withoutValue, withValue, type Sample } from './sample.ts'
import { checkJson, checkSize } from './size.ts'
import { births, isSparkplug, sparkplugSamples } from './sparkplug.ts'

export type { Sample } from './sample.ts'

/** An object with fields to read, which a time and a Buffer are not. */
const isFields = (x: unknown): x is Json => isObject(x) && !(x instanceof Date) && !(x instanceof Uint8Array)

/**
 * The samples that a message holds, in the order they stand in it.
 *
 * Takes the shapes of the OPC UA client (bare value with `statusCode` and `sourceTimestamp`, `DataValue`, arrays of them),
 * of MQTT (number, numeric text, JSON, UMH, Sparkplug B as a Buffer) and of an inject node; classes and their JSON forms.
 * Gives an empty list for what is no reading at all: the OPC UA subscription id, and records such as `energy`. What is
 * larger than a message may be is one bad sample of its topic.
 */
export function samplesOf(message: object): Sample[] {
  const msg = message as Json
  const { topic } = msg
  if (topic === 'subscriptionId') return []
  try {
    if (typeof topic === 'string' && topic.length > LIMITS.textChars)
      throw refusal('topic', `at most ${LIMITS.textChars} characters`, topic)
    if (isSparkplug(topic)) return sparkplugSamples(topic, msg['payload'], births)
    const payload = contentOf(msg['payload'])
    checkSize(payload)
    return samplesIn(payload, msg)
  } catch (error) {
    return [withoutValue({ source: nameOf(topic), value: null, at: null, quality: 'bad' }, (error as Error).message)]
  }
}

function samplesIn(payload: unknown, msg: Json): Sample[] {
  const { topic } = msg
  // One item of a multiple read that is no reading does not take the others along.
  if (Array.isArray(payload) && payload.some(isFields))
    return payload.map((item, i) => sampleOf(nameOf(Array.isArray(topic) ? topic[i] : topic), item, {}))
  if (isFields(payload) && typeof payload['type'] === 'string' && !('value' in payload)) return []
  return [sampleOf(nameOf(topic), payload, msg)]
}

const utf8 = new TextDecoder()

/** Text of a Buffer, content of JSON text; anything else as it is. Throws where it is longer than a message may be. */
export function contentOf(payload: unknown): unknown {
  if (payload instanceof Uint8Array && payload.length > LIMITS.jsonChars)
    throw refusal('payload', `at most ${LIMITS.jsonChars} bytes`, payload)
  const content = payload instanceof Uint8Array ? utf8.decode(payload) : payload
  if (typeof content !== 'string' || !/^\s*[[{]/.test(content)) return content
  if (content.length > LIMITS.jsonChars)
    throw refusal('payload', `at most ${LIMITS.jsonChars} characters of JSON`, content)
  checkJson(content)
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** A topic, or the `nodeId` of an item of a multiple read. */
function nameOf(topic: unknown): string {
  const name = isFields(topic) && 'nodeId' in topic ? topic['nodeId'] : topic
  if (typeof name === 'string' || typeof name === 'number') return String(name)
  try {
    // A node id of an OPC UA library is an object that knows its text.
    return isFields(name) && name.toString !== Object.prototype.toString ? String(name) : ''
  } catch {
    return ''
  }
}

/** One sample from a payload; `msg` is where quality and time stand when the payload is a bare value. */
function sampleOf(source: string, payload: unknown, msg: Json): Sample {
  const fields = isFields(payload) ? payload : {}
  const { told, quality } = qualityOf(fields['statusCode'] ?? fields['quality'] ?? msg['statusCode'])
  const sample: Sample = { source, value: null, at: null, quality }
  const fault = setTimes(sample, fields, msg) ?? (quality === 'bad' ? `quality is bad (${codeText(told)})` : undefined)
  // A device may call something else its revision, its firmware for instance, but not with a number.
  if (typeof fields['revision'] === 'number') sample.revision = whole(fields, 'revision')
  if (fault) return withoutValue(sample, fault)
  const holder = isFields(payload) ? payload['value'] : payload
  const isVariant = isFields(holder) && 'dataType' in holder
  const value = isVariant ? holder['value'] : holder
  const dataType = isVariant ? holder['dataType'] : (msg['datatype'] ?? msg['dataType'])
  // OPC UA sends 64-bit integers as two words, the high one first.
  const isSigned = dataType === 8 || dataType === 'Int64'
  return withValue(sample, isPair(value) ? from64Bits(value[0], value[1], isSigned) : value)
}

const isWord = (x: unknown): x is number => Number.isInteger(x) && Math.abs(x as number) <= 0xffff_ffff
const isPair = (x: unknown): x is [number, number] => Array.isArray(x) && x.length === 2 && x.every(isWord)

/** The two top bits of an OPC UA status code (part 4, 7.39) are its severity; a class, `{value}`, a number or a word. */
function qualityOf(status: unknown): { told: unknown; quality: Sample['quality'] } {
  const code = isFields(status) ? (status['value'] ?? status['_value']) : status
  const told = (isFields(status) ? (status['name'] ?? status['_name']) : undefined) ?? code
  if (typeof code === 'number') return { told, quality: (['good', 'uncertain'] as const)[code >>> 30] ?? 'bad' }
  const word = typeof code === 'string' ? /^(bad|uncertain)/i.exec(code)?.[1]?.toLowerCase() : undefined
  return { told, quality: (word as Sample['quality'] | undefined) ?? 'good' }
}

const codeText = (told: unknown): string => (typeof told === 'string' ? plain(told, 60) : shown(told))

const TIMES = ['sourceTimestamp', 'timestamp', 'ts', 'time', 'timestamp_ms'] as const

/** Sets `at` and `from`; gives the fault where a time is there but cannot be read. */
function setTimes(sample: Sample, fields: Json, msg: Json): string | undefined {
  const begin = fields['from'] ?? fields['start']
  const end = fields['to'] ?? fields['end']
  if (begin !== undefined && end !== undefined) {
    const [from, to] = [instantOf(begin), instantOf(end)]
    if (from !== undefined && to !== undefined && to - from > LIMITS.periodMs)
      return `period: expected at most ${LIMITS.periodMs / 86_400_000} days, got ${shown(begin)} to ${shown(end)}`
    if (from === undefined || to === undefined || !(from < to))
      return `period: expected from and to (epoch or ISO 8601 with Z), to after from, got ${shown(begin)} and ${shown(end)}`
    sample.from = from
    sample.at = to
    return undefined
  }
  const field = TIMES.find((name) => fields[name] !== undefined && fields[name] !== null)
  const told = field ? fields[field] : msg['sourceTimestamp']
  if (told === undefined || told === null) return undefined
  const at = instantOf(told)
  if (at === undefined)
    return `${field ?? 'sourceTimestamp'}: expected epoch s or ms, or ISO 8601 with Z or offset, got ${shown(told)}`
  sample.at = at
  return undefined
}
