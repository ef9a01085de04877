/** Sparkplug B 3.0 payloads read as samples; names and data types that only births carry are remembered. */

import protobuf from 'protobufjs/light.js'
import { LIMITS } from '../core/limits.ts'
import { Refused, refusal } from '../core/refused.ts'
import { instantOf } from './instant.ts'
import { sparkplugSource, sparkplugTopic } from './sparkplug-topic.ts'
import { from64Bits, withoutValue, withValue, type Sample } from './sample.ts'

const KINDS = ['int', 'long', 'float', 'double', 'boolean', 'string'] as const

/** The fields of the Sparkplug B Payload (specification 3.0, 6.4) that we need; out of a `oneof` a 0 would count as absent. */
const Payload = protobuf.Root.fromJSON({
  nested: {
    Payload: {
      fields: {
        timestamp: { type: 'uint64', id: 1 },
        metrics: { rule: 'repeated', type: 'Metric', id: 2 },
      },
      nested: {
        Metric: {
          oneofs: { kind: { oneof: [...KINDS] }, _alias: { oneof: ['alias'] } },
          fields: {
            name: { type: 'string', id: 1 },
            alias: { type: 'uint64', id: 2 },
            timestamp: { type: 'uint64', id: 3 },
            datatype: { type: 'uint32', id: 4 },
            isNull: { type: 'bool', id: 7 },
            properties: { type: 'PropertySet', id: 9 },
            int: { type: 'uint32', id: 10 },
            long: { type: 'uint64', id: 11 },
            float: { type: 'float', id: 12 },
            double: { type: 'double', id: 13 },
            boolean: { type: 'bool', id: 14 },
            string: { type: 'string', id: 15 },
          },
        },
        PropertySet: {
          fields: {
            keys: { rule: 'repeated', type: 'string', id: 1 },
            values: { rule: 'repeated', type: 'PropertyValue', id: 2 },
          },
        },
        // Without the choice a 0, which says that the value is bad, would be taken for none.
        PropertyValue: {
          oneofs: { kind: { oneof: ['int', 'long'] } },
          fields: { int: { type: 'uint32', id: 3 }, long: { type: 'uint64', id: 4 } },
        },
      },
    },
  },
}).lookupType('Payload')

interface Words {
  high: number
  low: number
}
interface Metric {
  name?: string
  alias?: Words | number
  timestamp?: Words | number
  datatype?: number
  isNull?: boolean
  properties?: { keys: string[]; values: { int?: number; long?: Words | number }[] }
  /** Name of the field that holds the value; absent for data sets, templates and bytes. */
  kind?: (typeof KINDS)[number]
  int?: number
  long?: Words | number
  float?: number
  double?: number
  boolean?: boolean
  string?: string
}

interface Known {
  name: string
  datatype: number | undefined
}

type Aliases = Map<string, Known>

/**
 * Names and data types by alias, per edge node. Bounded: the edge nodes whose birth is longest ago are forgotten first,
 * and those whose data was read last of all, so that a flood of births does not push out what is in use.
 */
export class Births {
  readonly #edges = new Map<string, Aliases>()
  readonly #inUse = new Map<string, Aliases>()
  readonly #most: number
  #held = 0

  constructor(most: number = LIMITS.distinctNames) {
    this.#most = most
  }

  get(edge: string, key: string): Known | undefined {
    return this.#of(edge)?.get(key)
  }

  /** Says that data of an edge node is read with its birth. */
  use(edge: string): void {
    const aliases = this.#edges.get(edge)
    if (!aliases) return
    this.#edges.delete(edge)
    this.#inUse.set(edge, aliases)
  }

  /** A node birth begins anew: aliases of the last session are void. */
  forget(edge: string): void {
    this.#held -= this.#of(edge)?.size ?? 0
    this.#edges.delete(edge)
    this.#inUse.delete(edge)
  }

  set(edge: string, key: string, known: Known): void {
    let aliases = this.#of(edge)
    if (!aliases) this.#edges.set(edge, (aliases = new Map()))
    if (!aliases.has(key)) this.#held++
    aliases.set(key, known)
    while (this.#held > this.#most) this.#drop(this.#edges.size > 0 ? this.#edges : this.#inUse)
  }

  #of(edge: string): Aliases | undefined {
    return this.#inUse.get(edge) ?? this.#edges.get(edge)
  }

  #drop(edges: Map<string, Aliases>): void {
    const [edge, aliases] = edges.entries().next().value!
    this.#held -= aliases.size
    edges.delete(edge)
  }
}

/** A birth that one node of the runtime hears serves all of them. */
export const births = new Births()

/** One sample per metric of a birth or data message; deaths, commands and host states hold none. */
export function sparkplugSamples(topic: string, payload: unknown, memory: Births): Sample[] {
  const parts = sparkplugTopic(topic)
  if (!parts) return []
  const { group, level, kind, edge, device } = parts
  const source = sparkplugSource(topic)
  const decoded = decode(payload)
  if (typeof decoded === 'string') return [withoutValue({ source, value: null, at: null, quality: 'bad' }, decoded)]
  const session = `${group}/${edge}`
  if (level === 'N' && kind === 'BIRTH') memory.forget(session)
  const scope = { source, session, device: device ?? '', birth: kind === 'BIRTH', sent: numberOf(decoded.timestamp) }
  return (decoded.metrics ?? []).map((metric) => sampleOf(metric, scope, memory))
}

function decode(payload: unknown): { timestamp?: Words | number; metrics?: Metric[] } | string {
  if (!(payload instanceof Uint8Array))
    return `payload: expected a Buffer, got ${typeof payload}; set the output of the MQTT in node to "a Buffer"`
  if (payload.length > LIMITS.jsonChars) throw refusal('payload', `at most ${LIMITS.jsonChars} bytes`, payload)
  try {
    checkFields(protobuf.Reader.create(payload), payload.length, NESTED, { metrics: LIMITS.rows, all: LIMITS.values })
    return Payload.toObject(Payload.decode(payload), { oneofs: true })
  } catch (error) {
    if (error instanceof Refused) throw error
    return `payload: expected Sparkplug B, got ${payload.length} bytes that are not (${(error as Error).message})`
  }
}

/** The fields that are messages themselves: the metrics of a payload, the properties of a metric, the values of those. */
const NESTED = [2, 9, 2] as const
const LENGTH_DELIMITED = 2

/** Throws for more metrics or fields than a message may hold. Two bytes make a metric, and an object of each costs much more. */
function checkFields(
  reader: protobuf.Reader,
  end: number,
  [nested, ...deeper]: readonly number[],
  left: { metrics: number; all: number },
): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (--left.all < 0) throw new Refused('payload', `expected at most ${LIMITS.values} values, got more`)
    if (tag >>> 3 !== nested || (tag & 7) !== LENGTH_DELIMITED) {
      reader.skipType(tag & 7)
      continue
    }
    if (nested === 2 && deeper.length === 2 && --left.metrics < 0)
      throw new Refused('metrics', `expected at most ${LIMITS.rows}, got more`)
    const length = reader.uint32()
    checkFields(reader, reader.pos + length, deeper, left)
  }
}

interface Scope {
  source: string
  session: string
  device: string
  birth: boolean
  sent: number | undefined
}

function sampleOf(metric: Metric, scope: Scope, memory: Births): Sample {
  const stated = instantOf(numberOf(metric.timestamp) ?? scope.sent)
  const at = stated && 'at' in stated ? stated.at : null
  const unnamed: Sample = { source: scope.source, value: null, at, quality: 'bad' }
  if (metric.name && metric.name.length > LIMITS.nameChars)
    return withoutValue(unnamed, refusal('metric name', `at most ${LIMITS.nameChars} characters`, metric.name).message)
  const known = knownOf(metric, scope, memory)
  if (!known) {
    const alias = numberOf(metric.alias)
    const unknown = `alias ${alias} of ${scope.session} is not known: no birth was heard; ask the edge node for a rebirth`
    return withoutValue(unnamed, unknown)
  }
  const sample: Sample = { source: `${scope.source}/${known.name}`, value: null, at, quality: 'good' }
  const quality = qualityOf(metric)
  if (quality !== undefined && quality !== GOOD) return withoutValue(sample, `quality is ${quality}`)
  if (metric.isNull) sample.isNull = true
  return withValue(sample, metric.isNull ? undefined : valueOf(metric, known.datatype))
}

/** Name and data type of a metric; a birth teaches them for the alias, and the data type for the name. */
function knownOf(metric: Metric, scope: Scope, memory: Births): Known | undefined {
  const alias = metric.alias === undefined ? undefined : `#${numberOf(metric.alias)}`
  const byName = metric.name ? `${scope.device}/${metric.name}` : undefined
  if (scope.birth && metric.name) {
    const known = { name: metric.name, datatype: metric.datatype }
    if (alias) memory.set(scope.session, alias, known)
    else memory.set(scope.session, byName!, known)
  }
  const born = alias && memory.get(scope.session, alias)
  if (born && !scope.birth) memory.use(scope.session)
  if (born) return { name: born.name, datatype: metric.datatype ?? born.datatype }
  if (!metric.name) return undefined
  return { name: metric.name, datatype: metric.datatype ?? memory.get(scope.session, byName!)?.datatype }
}

/** Values of the Sparkplug `Quality` property: 0 bad, 192 good, 500 stale. */
const GOOD = 192

function qualityOf({ properties }: Metric): number | undefined {
  const property = properties?.values?.[properties.keys?.indexOf('Quality') ?? -1]
  return property?.int ?? numberOf(property?.long)
}

/** Bits of the signed integer types; they travel as two's complement in unsigned fields. */
const SIGNED_BITS: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 32 }
const INT64 = 4

function valueOf(metric: Metric, datatype: number | undefined): Sample['value'] | undefined {
  const value = metric.kind && metric[metric.kind]
  if (metric.kind === 'long') return numberOf(metric.long, datatype === INT64)
  if (metric.kind !== 'int') return value as Sample['value'] | undefined
  const bits = SIGNED_BITS[datatype ?? 0]
  return bits ? (metric.int! << (32 - bits)) >> (32 - bits) : metric.int!
}

function numberOf(words: Words | number | undefined, signed = false): number | undefined {
  if (words === undefined || typeof words === 'number') return words
  return from64Bits(words.high, words.low, signed)
}
