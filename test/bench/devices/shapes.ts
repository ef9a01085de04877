/** The shapes of messages that devices and gateways send a reading in, and what the model says of each. */

import sparkplug from 'sparkplug-payload'
import type { PlantMeter } from '../../../nodes/core/plant/plant.ts'
import type { Sent } from '../../nodes/fixtures/device-line.ts'
import type { Reading } from './truth.ts'
import type { Manner } from './vocabularies.ts'

export interface Shape {
  name: string
  meter: Partial<PlantMeter>
  /** Wh of one step of the value. */
  worth: number
  messages(readings: Reading[], value: (r: Reading) => unknown, manner: Manner): Sent[]
  /** Whole registers and integers hold no text or other nonsense. */
  isBinary?: true
  /** It says nothing of quality. */
  isSilent?: true
  /** The model does not say what it would have to: nothing may be taken. */
  isUnexplained?: true
}

type Each = (r: Reading, value: unknown, manner: Manner) => Sent
const each =
  (of: Each): Shape['messages'] =>
  (readings, value, manner) =>
    readings.map((r) => ({ ...of(r, value(r), manner), arrives: r.arrives ?? r.at }))
const shape = (name: string, meter: Partial<PlantMeter>, of: Each, more: Partial<Shape> = {}): Shape => ({
  ...{ name, meter, worth: 1000, messages: each(of) },
  ...more,
})

const SOURCE = 'l1/energy'
const about = (r: Reading, m: Manner): object => ({ ...m.time(r.at), ...m.quality(r.isBad === true) })
const on = (payload: unknown, topic: unknown = SOURCE): Sent => ({ topic, payload })
const opcua = (r: Reading): object => ({ statusCode: r.isBad ? 0x80000000 : 0, sourceTimestamp: new Date(r.at) })
const words = (wh: number, isLowFirst: boolean): number[] => {
  const both = [Math.floor(wh / 65536), wh % 65536]
  return isLowFirst ? both.reverse() : both
}
const NODE = 'ns=2;s=L1.Energy'
const WH: Partial<Shape> = { worth: 1, isBinary: true }
const { encodePayload } = sparkplug.get('spBv1.0')!
const metric = (value: unknown, r: Reading): object => ({
  ...{ name: 'Energy', type: 'Double', value, timestamp: r.at },
  properties: { Quality: { type: 'Int32', value: r.isBad ? 0 : 192 } },
})

export const SHAPES: readonly Shape[] = [
  shape('bare, of the OPC UA client', {}, (r, v) => ({ ...on(v), ...opcua(r) })),
  shape('value and time', {}, (r, value, m) => on({ value, ...about(r, m) })),
  shape('the same as JSON text', {}, (r, value, m) => on(JSON.stringify({ value, ...about(r, m) }))),
  shape('the same as bytes', {}, (r, value, m) => on(Buffer.from(JSON.stringify({ value, ...about(r, m) })))),
  shape('val', {}, (r, val, m) => on({ val, ...about(r, m) })),
  shape('with its unit', {}, (r, value, m) => on({ value, unit: 'Wh', ...about(r, m) }), { worth: 1 }),
  shape('a name of its own', { path: 'total_kWh' }, (r, total_kWh, m) => on({ total_kWh, power: 4, ...about(r, m) })),
  shape('nested', { path: 'ENERGY.Total' }, (r, Total, m) => on({ ...about(r, m), ENERGY: { Total, Power: 7 } })),
  shape('a list within', { path: 'emeters[1].total' }, (r, total, m) =>
    on({ ...about(r, m), emeters: [{ total: 3 }, { total }] }),
  ),
  shape('an entry by its name', { path: 'values[id=E1].v' }, (r, v, m) =>
    on({
      values: [
        { id: 'P', v: 1 },
        { id: 'E1', v, ...about(r, m) },
      ],
    }),
  ),
  shape(
    'local time',
    { path: 'ENERGY.Total', timeZone: 'Europe/Berlin' },
    (r, Total) => on({ Time: new Date(r.at + 3_600_000).toISOString().slice(0, 19), ENERGY: { Total } }),
    { isSilent: true },
  ),
  shape('a time by its path', { path: 'e', timePath: 'meta.at' }, (r, e, m) =>
    on({ e, meta: { at: m.writtenTime(r.at) }, ...m.quality(r.isBad === true) }),
  ),
  shape('tags within an object', { source: 'E1' }, (r, v, m) =>
    on(
      {
        timestamp: 1,
        values: [
          { id: 'P', v: 4, t: r.at },
          { id: 'E1', v, ...about(r, m) },
        ],
      },
      'gateway',
    ),
  ),
  shape('a bare list of tags', { source: 'E1' }, (r, v, m) =>
    on(
      [
        { name: 'P', v: 4 },
        { name: 'E1', v, ...about(r, m) },
      ],
      'gateway',
    ),
  ),
  shape('keys of an object', { source: 'E1' }, (r, E1, m) => ({ payload: { ...about(r, m), P: 7, E1 } })),
  {
    ...{ name: 'a buffered batch', meter: { path: 'E1' }, worth: 1000 },
    messages: (readings, value, m) => [
      {
        ...on(readings.map((r) => ({ ...about(r, m), values: { E1: value(r), P: 4 } }))),
        arrives: Math.max(...readings.map((r) => r.arrives ?? r.at)),
      },
    ],
  },
  shape('a multiple read with items', { source: NODE }, (r, value) => ({
    ...{ topic: 'all', items: [{ nodeId: 'ns=2;s=P' }, { nodeId: NODE }] },
    payload: [7, value].map((x) => ({ value: { dataType: 'Double', value: x }, ...opcua(r) })),
  })),
  shape('a multiple read by topic', { source: NODE }, (r, value) => ({
    topic: [{ nodeId: NODE }],
    payload: [{ value: { dataType: 'Double', value }, ...opcua(r) }],
  })),
  shape('decoded Sparkplug', { source: 'spBv1.0/A/E/Energy' }, (r, value) =>
    on({ timestamp: 1e12, metrics: [metric(value, r)] }, 'spBv1.0/A/NDATA/E'),
  ),
  shape(
    'encoded Sparkplug',
    { source: 'spBv1.0/A/E/Energy' },
    (r, value) =>
      on(
        Buffer.from(encodePayload({ timestamp: r.at, seq: 0, metrics: [metric(value, r)] } as never)),
        'spBv1.0/A/NDATA/E',
      ),
    { isBinary: true, worth: 1000 },
  ),
  shape(
    'registers, high word first',
    { unit: 'Wh', words: 'uint32be' },
    (r, wh) => ({ ...on(words(wh as number, false)), ...opcua(r) }),
    WH,
  ),
  shape(
    'registers, low word first',
    { unit: 'Wh', words: 'uint32le' },
    (r, wh) => ({ ...on(words(wh as number, true)), ...opcua(r) }),
    WH,
  ),
  shape('a UInt64', { unit: 'Wh' }, (r, wh) => ({ ...on([0, wh]), datatype: 'UInt64', ...opcua(r) }), WH),
  shape('tenths', { scale: 0.1 }, (r, value, m) => on({ value, ...about(r, m) }), { worth: 100 }),
  shape(
    'phases that are summed',
    { path: 'p[*]', unit: 'Wh' },
    (r, wh, m) => on({ p: [wh, 0, 5], ...about(r, m) }),
    WH,
  ),
  shape(
    'registers that nobody explains',
    { unit: 'Wh' },
    (r, wh) => ({ ...on(words(wh as number, false)), ...opcua(r) }),
    {
      ...WH,
      isUnexplained: true,
    },
  ),
  shape('a nest without a path', {}, (r, Total, m) => on({ ENERGY: { Total, Power: 7 }, ...about(r, m) }), {
    isUnexplained: true,
  }),
  shape(
    'a path that is not there',
    { path: 'ENERGY.total' },
    (r, Total, m) => on({ ENERGY: { Total }, ...about(r, m) }),
    {
      isUnexplained: true,
    },
  ),
]
