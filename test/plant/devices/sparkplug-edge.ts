/** A Sparkplug B edge node with one device: births that name the metrics, and data that has aliases alone. */

import sparkplug from 'sparkplug-payload'
import { METER_REPORTS, NODE, TOPIC } from '../reporting.ts'
import { byInstant, modelOf, type Device, type Told } from './device.ts'

const { encodePayload } = sparkplug.get('spBv1.0')!
type Payload = Parameters<typeof encodePayload>[0]
type Metric = NonNullable<Payload['metrics']>[number]

const EDGE = { group: 'Acme', edge: 'Leeds', device: 'L1' } as const
const topicOf = (type: string, device?: string): string =>
  ['spBv1.0', EDGE.group, type, EDGE.edge, device].filter(Boolean).join('/')

/** Name and type of each metric; its alias is its place in the list, from 1 on. */
const METRICS = [
  ...METER_REPORTS.map(({ source, machine, unit }) => {
    const name = `${machine}/${source === TOPIC.gas ? 'gas' : 'electricity'}`
    return { source, name, type: unit === 'Wh' ? 'UInt64' : 'Double' } as const
  }),
  { source: NODE.order, name: 'job/order', type: 'String' },
  { source: NODE.sku, name: 'job/sku', type: 'String' },
  { source: NODE.recipe, name: 'job/recipe', type: 'String' },
  { source: NODE.state, name: 'packml/state', type: 'Int32' },
  { source: NODE.good, name: 'count/good', type: 'UInt32' },
  { source: TOPIC.scrap, name: 'count/scrap', type: 'Int64' },
] as const

const written = ({ source }: { source: string }): { source: string } => {
  const { name } = METRICS.find((metric) => metric.source === source)!
  return { source: `spBv1.0/${EDGE.group}/${EDGE.edge}/${EDGE.device}/${name}` }
}

export const SPARKPLUG: Device = {
  model: modelOf({ meter: written, signal: written }),
  // The specification knows good, bad and stale.
  saysUncertain: false,
  messages(facts) {
    let seq = 0
    const send = (type: string, at: number, metrics: Metric[], device?: string): object => {
      const payload = encodePayload({ timestamp: at, seq: seq++ % 256, metrics })
      return { topic: topicOf(type, device), payload: Buffer.from(payload) }
    }
    const begin = facts[0]!.at
    const bdSeq = { name: 'bdSeq', type: 'Int64', value: 0, timestamp: begin } as Metric
    return [
      send('NBIRTH', begin, [bdSeq]),
      send('DBIRTH', begin, METRICS.map(born), EDGE.device),
      ...byInstant(facts, (told, at) => [send('DDATA', at, told.map(metricOf), EDGE.device)]),
    ]
  },
}

/** The edge is born before its first scan: it knows no value yet. */
const born = ({ name, type }: (typeof METRICS)[number], i: number): Metric =>
  ({ name, type, alias: i + 1, value: null }) as unknown as Metric

function metricOf({ source, value, at, ...fact }: Told): Metric {
  const i = METRICS.findIndex((metric) => metric.source === source)
  const quality = fact.kind === 'reading' && fact.status === 'Bad' ? 0 : 192
  const properties = { Quality: { type: 'Int32', value: quality } }
  return { alias: i + 1, type: METRICS[i]!.type, value, timestamp: at, properties } as unknown as Metric
}
