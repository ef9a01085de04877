/** What devices and gateways send, and the right figure or the reason: counts, power, registers, coarse counters, quality, units. */

import helper from 'node-red-node-test-helper'
import { at, check, readings, told, type Row } from './fixtures/device-line.ts'

const ENERGY = readings('0=1000 60=1060')
const counts = (values: string): Row['messages'] => [
  ...ENERGY,
  ...values.split(' ').map((value, i) => told('l1/good', i * 10, Number(value))),
]
const counted = (title: string, values: string, good: number, more: Partial<Row> & { flags?: string[] } = {}): Row => {
  const { flags = [], ...row } = more
  return { title, messages: counts(values), right: { kWh: 60, units: { good }, flags }, ...row }
}

const COUNTS: Row[] = [
  counted('zero once', '5500 5510 0 5530 5540', 40, { flags: ['glitch'] }),
  counted('a piece taken back', '5500 5510 5509 5520 5530', 30, { flags: ['correction'] }),
  counted('an old value once', '5500 5510 5480 5530', 30, { flags: ['glitch'] }),
  counted('a reset at the change of shift', '5500 5510 0 10 20', 30, { flags: ['reset'] }),
  counted('a reset seen late', '5500 5510 12 20', 30, { flags: ['reset'] }),
  counted('a register without a value', '100 4294967295 200', 100, { flags: ['glitch'] }),
  counted('a roll-over', '65530 65535 5 15', 21, {
    signals: [{ source: 'l1/good', line: 'L1', role: 'good', kind: 'total', rolloverAt: 65536 }],
    flags: ['rollover'],
  }),
  {
    title: 'a cleared topic',
    messages: [...ENERGY, ...[5500, 5510, '', 5520].map((value, i) => told('l1/good', i * 10, value))],
    right: { kWh: 60, units: { good: 20 }, refused: [/^good of L1: expected a count of 0 or more, got ""/] },
  },
  {
    title: 'a rise that the line cannot make',
    plant: { lines: [{ id: 'L1', maxUnitsPerHour: 120 }] },
    messages: counts('5500 5510 9000 9010'),
    right: { kWh: 60, units: { good: 20 }, coverage: { count: 'below 1' } },
  },
]

const POWER = { reading: 'power', unit: 'kW' }
const ON_CHANGE: Row[] = [
  {
    title: 'holds until the next value',
    meter: { ...POWER, sampling: 'on-change', maxGapSeconds: 86_400 },
    messages: readings('0=40 120=0'),
    right: { kWh: 80, kg: 16, coverage: { energy: 1 } },
  },
  {
    title: 'is nothing through the night',
    meter: { ...POWER, sampling: 'on-change' },
    messages: readings('0=0 480=40 481=40'),
    right: { kWh: 0.666666667, coverage: { energy: 1 } },
  },
  {
    title: 'is not known beyond a keep-alive that is missing',
    meter: { ...POWER, sampling: 'on-change', maxGapSeconds: 600 },
    messages: readings('0=60 10=60 21=60 31=0'),
    right: { kWh: 20, coverage: { energy: 'below 1' } },
  },
]

/** The stock Modbus node tells no time: what it read is of the time at which it arrives. */
const modbus = (minute: number, payload: unknown, more: object = {}): Row['messages'][number] => ({
  topic: 'l1/energy',
  payload,
  arrives: at(minute),
  ...more,
})
const PHASES = { datatype: 'Int32', sourceTimestamp: new Date(at(0)) }
const AS_LIST = /^value: expected a number or text, got \[.*\]; say which with "path", sum them with "\[\*\]", or name/
const REGISTERS: Row[] = [
  {
    title: 'two registers, high word first',
    meter: { unit: 'Wh', words: 'uint32be' },
    messages: [modbus(0, [1, 65500]), modbus(60, [2, 64])],
    right: { kWh: 0.1, flags: ['arrival-time'] },
  },
  {
    title: 'two registers that nobody explains',
    meter: { unit: 'Wh' },
    messages: [modbus(0, [1, 65500]), modbus(60, [2, 64])],
    right: { kWh: null, rejected: [AS_LIST, AS_LIST] },
  },
  {
    title: 'a float in two registers, within the node’s object',
    meter: { words: 'float32be' },
    messages: [modbus(0, { data: [0x41c4, 0], buffer: [0x41, 0xc4, 0, 0] }), modbus(60, { data: [0x4244, 0] })],
    right: { kWh: 24.5 },
  },
  {
    title: 'a float in two registers that nobody explains',
    messages: [modbus(0, [0x41c4, 0]), modbus(60, [0x4244, 0])],
    right: { kWh: null, rejected: [AS_LIST, AS_LIST] },
  },
  {
    title: 'two phases of Int32',
    messages: [{ topic: 'l1/energy', payload: [500, 600], ...PHASES }],
    right: { kWh: null, rejected: [AS_LIST] },
  },
  {
    title: 'two phases of Int32 where the model sums them',
    meter: { path: '[*]' },
    messages: [
      { topic: 'l1/energy', payload: [500, 600], ...PHASES },
      { topic: 'l1/energy', payload: [510, 620], ...PHASES, sourceTimestamp: new Date(at(60)) },
    ],
    right: { kWh: 30 },
  },
  {
    title: 'a UInt64 that says so',
    messages: [
      { topic: 'l1/energy', payload: [1, 0], datatype: 'UInt64', sourceTimestamp: new Date(at(0)) },
      { topic: 'l1/energy', payload: [1, 60], datatype: 'UInt64', sourceTimestamp: new Date(at(60)) },
    ],
    right: { kWh: 60 },
  },
]

const hourly = (hours: number, load: (hour: number) => number): Row['messages'] => {
  let total = 1000
  return Array.from({ length: hours * 60 + 1 }, (_, minute) => {
    if (minute > 0 && minute % 60 === 0) total += load(minute / 60 - 1)
    return readings(`${minute}=${total}`)
  }).flat()
}
const coarse = (title: string, meter: object): Row => ({
  title,
  meter,
  messages: [told('l1/order', 0, 'O1'), ...hourly(3, () => 60), told('l1/order', 115, 'O2')],
  right: { kWh: 180, by: { order: { O1: 115, O2: 65 } }, flags: ['spread'] },
})
const COARSE: Row[] = [
  coarse('by its rated power', { ratedKW: 75 }),
  coarse('by how often it is renewed', { renewMinutes: 60 }),
  {
    title: 'of a machine that rests all night',
    meter: { ratedKW: 75 },
    messages: [
      told('l1/order', 0, 'O1'),
      ...hourly(14, (hour) => (hour >= 3 && hour < 11 ? 0 : 60)),
      told('l1/order', 180, 'O2'),
      told('l1/order', 660, 'O3'),
    ],
    right: { kWh: 360, by: { order: { O1: 180, O3: 180 } } },
  },
]

/** A reading that says it is bad, in the words of its gateway. */
const doubted = (word: string, quality: object, more: object = {}): Row => ({
  title: `${JSON.stringify(quality)}`,
  messages: [
    ...readings('0=1000'),
    { topic: 'l1/energy', payload: { value: 1300, timestamp: at(30), ...quality }, ...more },
    ...readings('60=1060'),
  ],
  right: { kWh: 60, rejected: [new RegExp(`^quality is bad \\(${word}\\)$`)] },
})
const good = (quality: object): Row => ({
  title: `${JSON.stringify(quality)} is good`,
  messages: [
    { topic: 'l1/energy', payload: { value: 1000, timestamp: at(0), ...quality } },
    { topic: 'l1/energy', payload: { value: 1060, timestamp: at(60), ...quality } },
  ],
  right: { kWh: 60, coverage: { energy: 1 } },
})
const QUALITY: Row[] = [
  doubted('0', { quality: 0 }),
  doubted('24', { quality: 24 }),
  doubted('0', { q: 0 }),
  doubted('24', { q: 24 }),
  doubted('false', { q: false }),
  doubted('false', { quality: false }),
  doubted('0', { qc: 0 }),
  doubted('STALE', { quality: 'STALE' }),
  doubted('false', { is_valid: false }),
  doubted('2147483648', { statusCode: 0x80000000 }),
  ...[
    { quality: 192 },
    { q: 216 },
    { q: true },
    { qc: 3 },
    { quality: 'GOOD' },
    { is_valid: true },
    { statusCode: 0 },
  ].map(good),
  {
    title: 'a counter that shows 0 while its quality is bad',
    messages: [
      ...readings('0=1000 10=1001'),
      { topic: 'l1/energy', payload: { value: 0, quality: 0, timestamp: at(20) } },
      { topic: 'l1/energy', payload: { value: 0, quality: 0, timestamp: at(30) } },
      ...readings('60=1500'),
    ],
    right: { kWh: 500, rejected: [/\(0\)$/, /\(0\)$/] },
  },
  {
    title: 'a quality of its own name',
    meter: { qualityPath: 'state.ok', qualityKind: 'boolean' },
    messages: [0, 1, 0].map((bad, i) => ({
      topic: 'l1/energy',
      payload: { value: bad ? 5 : 1000 + i, timestamp: at(30 * i), state: { ok: 1 - bad } },
    })),
    right: { kWh: 2, rejected: [/^quality is bad \(0\)$/] },
  },
]

const slip = (title: string, row: object, warned: RegExp): Row => ({
  title,
  messages: [{ payload: { type: 'factor', factors: [{ ...row, revision: 1 }] } }, ...ENERGY],
  right: { kWh: 60, kg: 0.02028, statusOfFactor: /GB 0\.000338 kg\/kWh/, warned },
})
const UNITS: Row[] = [
  {
    title: 'power that is always below zero',
    meter: POWER,
    messages: [...readings('0=-6 30=-6 60=-6'), told('l1/good', 0, 0), told('l1/good', 60, 100)],
    right: { coverage: { energy: 0 }, perUnit: null, flags: ['reversed'], status: /m runs backwards/ },
  },
  {
    title: 'Wh on a meter in kWh',
    messages: [499_500, 500_250].map((value, i) => ({
      topic: 'l1/energy',
      payload: { value, unit: 'Wh', timestamp: at(60 * i) },
    })),
    right: { kWh: 0.75 },
  },
  slip(
    'a factor that is a thousand too small, in grams',
    { gPerKWh: 0.338 },
    /^factors\[0\]: gPerKWh: 0\.338 g\/kWh is taken, but a slip by 1,000/,
  ),
  slip('the same in kg', { kgPerKWh: 0.000338 }, /^factors\[0\]: kgPerKWh: 0\.000338 kg\/kWh is taken/),
  { title: 'tenths of a kWh', meter: { scale: 0.1 }, messages: readings('0=1000 60=1600'), right: { kWh: 60 } },
  { title: 'a current transformer', meter: { scale: 40 }, messages: readings('0=1 60=2.5'), right: { kWh: 60 } },
  {
    title: 'pulses of 0.01 m3',
    meter: {
      ...{ carrier: 'natural-gas', unit: 'm3', scale: 0.01 },
      heatingValue: { value: 10, unit: 'kWh/m3', basis: 'gross' },
    },
    messages: readings('0=500 60=1100'),
    right: { kWh: 60 },
  },
]

const SECTIONS: [title: string, rows: Row[]][] = [
  ['The count of a line', COUNTS],
  ['Power that is sent on change', ON_CHANGE],
  ['Registers and 64-bit integers', REGISTERS],
  ['A coarse counter that is polled fast', COARSE],
  ['Quality', QUALITY],
  ['Sign, unit and scale', UNITS],
]

for (const [title, rows] of SECTIONS)
  describe(title, () => {
    before(() => helper.startServer())
    after(() => helper.stopServer())
    for (const row of rows) it(row.title, () => check(row))
  })
