/** Two readings of each device of the table, 12 kWh and 15 kWh, as that device sends them. */

import sparkplug from 'sparkplug-payload'

export const FIRST = Date.UTC(2026, 5, 1, 16)
export const SECOND = FIRST + 1_800_000

const { encodePayload } = sparkplug.get('spBv1.0')!
type Metrics = NonNullable<Parameters<typeof encodePayload>[0]['metrics']>

const iso = (at: number): string => new Date(at).toISOString()
/** British summer time. */
const local = (at: number): string => iso(at + 3_600_000).slice(0, 19)
const json = (topic: string, payload: object): object => ({ topic, payload: JSON.stringify(payload) })

function shellyStatus(wh: number): object {
  const phases = { a_total_act_energy: wh / 2, b_total_act_energy: wh / 4, c_total_act_energy: wh / 4 }
  return { id: 0, ...phases, total_act: wh, total_act_ret: 3.5 }
}

function tasmota(kWh: number, at: number): object {
  const ENERGY = {
    TotalStartTime: '2025-01-07T10:12:08',
    Total: kWh,
    Yesterday: 1.1,
    Today: 0.2,
    Power: 6,
    Voltage: 231,
  }
  return { Time: local(at), ENERGY }
}

function sparkplugData(type: 'BIRTH' | 'DATA', kWh: number, at: number): object {
  const metric = type === 'BIRTH' ? { name: 'oven/kWh', alias: 7 } : { alias: 7 }
  const metrics = [{ ...metric, type: 'Double', value: kWh, timestamp: at }] as unknown as Metrics
  const payload = Buffer.from(encodePayload({ timestamp: at, seq: 1, metrics }))
  return { topic: `spBv1.0/Acme/D${type}/Leeds/L1`, payload }
}

function s7Connector(kWh: number, at: number): object {
  const vals = [
    { id: '100', qc: 3, ts: iso(at), val: true },
    { id: '101', qc: 3, ts: iso(at), val: kWh },
  ]
  return json('ie/d/j/simatic/v1/s7c1/dp/r/PLC1/default', { seq: 4711, vals })
}

function modbus(kWh: number): object {
  const payload = [0, kWh * 10]
  return {
    topic: 'modbus/oven',
    payload,
    values: payload,
    modbusRequest: { unitid: 1, fc: 3, address: 0, quantity: 2 },
  }
}

type Send = (kWh: number, at: number) => object

/** By the name of the row; a function for each shape that the row says is understood. */
export const MESSAGES: Readonly<Record<string, Send[]>> = {
  'Shelly, second generation and later': [(kWh) => json('shelly-oven/status/emdata:0', shellyStatus(kWh * 1000))],
  'Shelly, first generation': [(kWh) => ({ topic: 'shellies/oven/emeter/0/total', payload: `${kWh * 1000}.0` })],
  Tasmota: [(kWh, at) => json('tele/oven/SENSOR', tasmota(kWh, at))],
  Zigbee2MQTT: [
    (kWh, at) => json('zigbee2mqtt/oven', { energy: kWh, power: 6, linkquality: 120, state: 'ON', last_seen: iso(at) }),
    (kWh, at) => json('zigbee2mqtt/oven', { energy: kWh, power: 6, last_seen: at }),
  ],
  'Kepware, IoT gateway': [
    (kWh, at) =>
      json('iotgateway', {
        timestamp: at + 40,
        values: [
          { id: 'Line1.Oven.Door', v: false, q: true, t: at },
          { id: 'Line1.Oven.kWh', v: kWh, q: true, t: at },
        ],
      }),
  ],
  'Siemens S7 (`node-red-contrib-s7`)': [
    (kWh) => ({ topic: '', payload: { oven_kWh: kWh, order: 4711, door: false } }),
    (kWh) => ({ payload: { oven_kWh: kWh, order: 4711, door: false } }),
    (kWh) => ({ topic: 'oven_kWh', payload: kWh }),
  ],
  'Siemens S7 Connector, Industrial Edge': [
    s7Connector,
    (kWh, at) =>
      json('ie/d/j/simatic/v1/pnhs1/dp/r/PN1/default', {
        seq: 4711,
        records: [{ rseq: 1, ts: iso(at), vals: [{ id: '101', qc: 3, val: kWh }] }],
      }),
  ],
  ThingsBoard: [
    (kWh, at) => json('v1/devices/me/telemetry', { ts: at, values: { oven_kWh: kWh, door: 'shut' } }),
    (kWh, at) => json('v1/devices/me/telemetry', [{ ts: at, values: { oven_kWh: kWh } }]),
    (kWh) => json('v1/devices/me/telemetry', { oven_kWh: kWh, door: 'shut' }),
  ],
  'United Manufacturing Hub': [
    (kWh, at) => json('umh/v1/acme/leeds/l1/_historian/oven/kWh', { timestamp_ms: at, value: kWh }),
  ],
  'Sparkplug B': [(kWh, at) => sparkplugData(at === FIRST ? 'BIRTH' : 'DATA', kWh, at)],
  'Modbus (`node-red-contrib-modbus`)': [modbus],
  'Beckhoff TwinCAT, ADS': [
    (kWh) => ({ payload: { name: 'MAIN.fOven_kWh', value: kWh } }),
    (kWh) => ({
      payload: [
        { name: 'MAIN.bDoor', value: false },
        { name: 'MAIN.fOven_kWh', value: kWh },
      ],
    }),
    (kWh, at) => ({ topic: 'MAIN.fOven_kWh', payload: { value: kWh, timestamp: new Date(at) } }),
  ],
  'Beckhoff TwinCAT, IoT': [
    (kWh, at) =>
      json('twincat/leeds/Json/Tx/Data', {
        Timestamp: `${local(at)}.0000000`,
        GroupName: 'Group1',
        Values: { 'MAIN.bDoor': false, 'MAIN.fOven_kWh': kWh },
      }),
    (kWh, at) =>
      json('twincat/leeds/Json/Tx/Data', {
        Timestamp: local(at),
        GroupName: 'Group1',
        Values: { MAIN: { fOven_kWh: kWh } },
      }),
  ],
  'OPC UA (`node-red-contrib-opcua`)': [
    (kWh, at) => ({
      topic: 'ns=2;s=L1.Oven.kWh',
      payload: kWh,
      statusCode: { _value: 0, _name: 'Good' },
      sourceTimestamp: new Date(at),
    }),
    (kWh, at) => ({ topic: 'ns=2;s=L1.Oven.kWh;datatype=UInt64', payload: [0, kWh], sourceTimestamp: new Date(at) }),
    (kWh, at) => ({
      topic: 'readmultiple',
      items: [{ nodeId: 'ns=2;s=L1.Door' }, { nodeId: 'ns=2;s=L1.Oven.kWh' }],
      payload: [false, kWh].map((value) => ({
        value: { dataType: 11, value },
        statusCode: { value: 0 },
        sourceTimestamp: new Date(at),
      })),
    }),
  ],
}
