/** What the table of devices says beside: other paths, and values that are not good. */

import type { Row } from './device-table.ts'
import { FIRST, SECOND } from './device-messages.ts'

interface Claim {
  says: string
  written: Row['written'] & { path?: string; words?: string }
  messages: object[]
  /** The energy between the two messages; none where they are refused. */
  kWh?: number
  reason?: string
}

/** Two messages of one topic, each with its time. */
const pair = (topic: string, send: (i: 0 | 1, at: number) => object): object[] => [
  { topic, payload: send(0, FIRST) },
  { topic, payload: send(1, SECOND) },
]

export const ALSO: readonly Claim[] = [
  {
    says: 'a Shelly plug has the path aenergy.total',
    written: { source: 'shelly-plug/status/switch:0', path: 'aenergy.total', unit: 'Wh' },
    messages: pair('shelly-plug/status/switch:0', (i) => ({
      id: 0,
      source: 'init',
      output: true,
      apower: 40.1,
      aenergy: { total: 1200 + 500 * i, by_minute: [0, 0, 0], minute_ts: FIRST / 1000 },
    })),
    kWh: 0.5,
  },
  {
    says: 'the phases of a first Shelly by HTTP are summed by emeters[*].total',
    written: { source: 'shelly', path: 'emeters[*].total', unit: 'Wh' },
    messages: pair('shelly', (i) => ({
      emeters: [1000, 2000, 3000].map((total) => ({ power: 10, total: total + 100 * i })),
    })),
    kWh: 0.3,
  },
  {
    says: 'tariffs of Tasmota are summed by ENERGY.Total[*]',
    written: { source: 'tele/oven/SENSOR', path: 'ENERGY.Total[*]', unit: 'kWh' },
    messages: pair('tele/oven/SENSOR', (i, at) => ({
      Time: new Date(at).toISOString(),
      ENERGY: { Total: [10 + i, 20 + i] },
    })),
    kWh: 2,
  },
  {
    says: 'a value of Kepware with q false is refused',
    written: { source: 'Line1.Oven.kWh', unit: 'kWh' },
    messages: pair('iotgateway', (i, at) => ({
      timestamp: at,
      values: [{ id: 'Line1.Oven.kWh', v: i, q: false, t: at }],
    })),
    reason: 'quality is bad (false)',
  },
  {
    says: 'a value of the S7 Connector with qc 0 is refused',
    written: { source: '101', unit: 'kWh' },
    messages: pair('ie/d/j/simatic/v1/s7c1/dp/r/PLC1/default', (i, at) => ({
      seq: 1,
      vals: [{ id: '101', qc: 0, ts: new Date(at).toISOString(), val: i }],
    })),
    reason: 'quality is bad (0)',
  },
  {
    says: 'a tag group of the United Manufacturing Hub has the name of the tag as path',
    written: { source: 'umh/v1/acme/leeds/l1/_historian/oven', path: 'kWh', unit: 'kWh' },
    messages: pair('umh/v1/acme/leeds/l1/_historian/oven', (i, at) => ({ timestamp_ms: at, kWh: 12 + i, power: 6 })),
    kWh: 1,
  },
  ...['[4]', 'values[4]'].map((path) => ({
    says: `a value in a block of Modbus registers begins where the path ${path} says`,
    written: { source: 'modbus/block', path, words: 'float32be', unit: 'kWh' },
    messages: pair('modbus/block', (i) => {
      // 12 and 12.5 as Float32.
      const block = [7, 7, 7, 7, [0x4140, 0x4148][i]!, 0, 9]
      return path === '[4]' ? block : { values: block }
    }),
    kWh: 0.5,
  })),
  {
    says: 'a block of registers that ends too early is refused',
    written: { source: 'modbus/block', path: '[4]', words: 'float32be', unit: 'kWh' },
    messages: pair('modbus/block', () => [7, 7, 7, 7, 0x4140]),
    reason: 'value: expected the registers of a float32be, got [16704]',
  },
  {
    says: 'a tag in a message that the broker repeats is no news',
    written: { source: 'oven_kWh', unit: 'kWh' },
    messages: [{ topic: 'acme/plc', retain: true, payload: { oven_kWh: 12, order: 4711 } }],
    reason: 'time: expected one in a message that the broker repeats (retained), got none',
  },
  {
    says: 'a tag has the time that stands beside the payload',
    written: { source: 'oven_kWh', unit: 'kWh' },
    messages: [FIRST, SECOND].map((at, i) => ({ sourceTimestamp: new Date(at), payload: { oven_kWh: 12 + i } })),
    kWh: 1,
  },
  {
    says: 'registers without words are refused, with what to write',
    written: { source: 'modbus/oven', unit: 'kWh' },
    messages: [{ topic: 'modbus/oven', payload: [0, 120] }],
    reason:
      'value: expected a number or text, got [0,120]; say which with "path", sum them with "[*]", or name their "words"',
  },
]
