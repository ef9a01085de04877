/** What the stock OPC UA, MQTT and inject nodes send, read as samples: value, source time and quality. */

import { from64Bits, instantOf, NUMBER, type Sample } from './sample.ts'
import { births, isSparkplug, sparkplugSamples } from './sparkplug.ts'

export type { Sample } from './sample.ts'

type Fields = Record<string, unknown>

const isFields = (x: unknown): x is Fields =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && !(x instanceof Date) && !(x instanceof Uint8Array)

/**
 * The samples that a message holds, in the order they stand in it.
 *
 * Takes the shapes of the OPC UA client (bare value with `statusCode` and `sourceTimestamp`, `DataValue`, arrays of them),
 * of MQTT (number, numeric text, JSON, UMH, Sparkplug B as a Buffer) and of an inject node; classes and their JSON forms.
 * Gives an empty list for what is no reading at all: the OPC UA subscription id, and records such as `energy`.
 */
export function samplesOf(message: object): Sample[] {
  const msg = message as Fields
  const { topic } = msg
  if (topic === 'subscriptionId') return []
  if (isSparkplug(topic)) return sparkplugSamples(topic, msg['payload'], births)
  const payload = parsed(msg['payload'])
  if (Array.isArray(payload) && payload.length > 0 && payload.every(isFields))
    return payload.map((item, i) => sampleOf(nameOf(Array.isArray(topic) ? topic[i] : topic), item, {}))
  if (isFields(payload) && typeof payload['type'] === 'string' && !('value' in payload)) return []
  return [sampleOf(nameOf(topic), payload, msg)]
}

const utf8 = new TextDecoder()

/** Text of a Buffer, content of JSON text; anything else as it is. */
function parsed(payload: unknown): unknown {
  const content = payload instanceof Uint8Array ? utf8.decode(payload) : payload
  if (typeof content !== 'string' || !/^\s*[[{]/.test(content)) return content
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** A topic, or the `nodeId` of an item of a multiple read. */
function nameOf(topic: unknown): string {
  const name = isFields(topic) && 'nodeId' in topic ? topic['nodeId'] : topic
  return name === undefined || name === null ? '' : String(name)
}

/** One sample from a payload; `msg` is where quality and time stand when the payload is a bare value. */
function sampleOf(source: string, payload: unknown, msg: Fields): Sample {
  const fields = isFields(payload) ? payload : {}
  const { code, quality } = qualityOf(fields['statusCode'] ?? fields['quality'] ?? msg['statusCode'])
  const sample: Sample = { source, value: null, at: null, quality }
  const fault = setTimes(sample, fields, msg) ?? (quality === 'bad' ? `quality is bad (${code})` : undefined)
  if (typeof fields['revision'] === 'number') sample.revision = fields['revision']
  if (fault) return Object.assign(sample, { quality: 'bad', reason: fault })
  const holder = isFields(payload) ? payload['value'] : payload
  const isVariant = isFields(holder) && 'dataType' in holder
  setValue(
    sample,
    isVariant ? holder['value'] : holder,
    isVariant ? holder['dataType'] : (msg['datatype'] ?? msg['dataType']),
  )
  return sample
}

/** Puts a raw value into a sample: a number where it is one, else text or truth, else `null` and the reason. */
function setValue(sample: Sample, raw: unknown, dataType: unknown): void {
  if (isPair(raw)) {
    // OPC UA sends 64-bit integers as two words, the high one first.
    sample.value = from64Bits(raw[0], raw[1], dataType === 8 || dataType === 'Int64')
  } else if (typeof raw === 'string' && NUMBER.test(raw)) {
    sample.value = Number(raw)
    sample.text = raw.trim()
  } else if (typeof raw === 'string' || typeof raw === 'boolean' || (typeof raw === 'number' && Number.isFinite(raw))) {
    sample.value = raw
  } else if (typeof raw === 'bigint') {
    sample.value = Number(raw)
  } else {
    sample.quality = 'bad'
    sample.reason = `value: expected a number or text, got ${shown(raw)}`
  }
}

const isWord = (x: unknown): x is number => Number.isInteger(x) && Math.abs(x as number) <= 0xffff_ffff
const isPair = (x: unknown): x is [number, number] => Array.isArray(x) && x.length === 2 && x.every(isWord)
const shown = (raw: unknown): string => {
  if (raw === undefined || raw === null) return 'nothing'
  return typeof raw === 'number' ? String(raw) : (JSON.stringify(raw)?.slice(0, 60) ?? typeof raw)
}

/** The two top bits of an OPC UA status code (part 4, 7.39) are its severity; a class, `{value}`, a number or a word. */
function qualityOf(status: unknown): { code: string; quality: Sample['quality'] } {
  const told = isFields(status) ? (status['value'] ?? status['_value']) : status
  const name = isFields(status) ? (status['name'] ?? status['_name']) : undefined
  const code = String(name ?? told)
  if (typeof told === 'number') return { code, quality: (['good', 'uncertain'] as const)[told >>> 30] ?? 'bad' }
  const word = typeof told === 'string' ? /^(bad|uncertain)/i.exec(told)?.[1]?.toLowerCase() : undefined
  return { code, quality: (word as Sample['quality'] | undefined) ?? 'good' }
}

const TIMES = ['sourceTimestamp', 'timestamp', 'ts', 'time', 'timestamp_ms'] as const

/** Sets `at` and `from`; gives the fault where a time is there but cannot be read. */
function setTimes(sample: Sample, fields: Fields, msg: Fields): string | undefined {
  const begin = fields['from'] ?? fields['start']
  const end = fields['to'] ?? fields['end']
  if (begin !== undefined && end !== undefined) {
    const [from, to] = [instantOf(begin), instantOf(end)]
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
