/** What devices and gateways send, and the right figure or the reason: times and clocks. */

import helper from 'node-red-node-test-helper'
import { at, check, iso, readings, told, type Row, type Sent } from './fixtures/device-line.ts'

const RIGHT = { kWh: 60, by: { order: { O1: 20, O2: 40 } }, coverage: { energy: 1 } }
/** An hour at 60 kW, with an order that changes 20 min into it: only the right times give each its own. */
const hour = (title: string, messageOf: (kWh: number, minute: number) => Sent, more: Partial<Row> = {}): Row => ({
  title,
  messages: [told('l1/order', 0, 'O1'), ...[0, 20, 60].map((m) => messageOf(1000 + m, m)), told('l1/order', 20, 'O2')],
  right: RIGHT,
  ...more,
})
const payload = (title: string, fieldsOf: (minute: number) => object): Row =>
  hour(title, (value, m) => ({ topic: 'l1/energy', payload: { value, ...fieldsOf(m) } }))

const FIELDS = [
  ...['sourceTimestamp', 'SourceTimestamp', 'timestamp', 'Timestamp', 'timeStamp', 'ts', 'time', 'Time', 't'],
  ...['datetime', 'dateTime', 'DateTime', 'last_seen', 'unixtime', 'serverTimestamp', 'ServerTimestamp'],
]
const NAMED: Row[] = [
  ...FIELDS.map((name) => payload(name, (m) => ({ [name]: iso(m) }))),
  payload('serverTimestamp, where sourceTimestamp is null', (m) => ({
    sourceTimestamp: null,
    serverTimestamp: iso(m),
  })),
  hour('the message’s serverTimestamp, where sourceTimestamp is null', (kWh, m) => ({
    ...{ topic: 'l1/energy', payload: kWh, statusCode: 0 },
    ...{ sourceTimestamp: null, serverTimestamp: new Date(at(m)) },
  })),
  payload('an instant beside the time of day', (m) => ({ time: iso(m).slice(11, 16), unixtime: at(m) / 1000 })),
  payload('a temperature t beside the time', (m) => ({ t: 21.5, ts: at(m) })),
]

const WRITTEN: Row[] = [
  payload('epoch seconds', (m) => ({ ts: at(m) / 1e3 })),
  payload('epoch seconds with decimals', (m) => ({ ts: at(m) / 1e3 + 0.0004 })),
  payload('epoch ms', (m) => ({ ts: at(m) })),
  payload('epoch µs', (m) => ({ ts: at(m) * 1e3 })),
  payload('epoch ns', (m) => ({ ts: at(m) * 1e6 })),
  payload('epoch µs as text', (m) => ({ ts: `${at(m)}000` })),
  payload('epoch ns as text', (m) => ({ ts: `${at(m)}000000` })),
  payload('a blank instead of T, and +00', (m) => ({ ts: `${iso(m).slice(0, 19).replace('T', ' ')}+00` })),
  payload('nine decimals', (m) => ({ ts: iso(m).replace('.000Z', '.000000000Z') })),
  payload('an offset without a colon', (m) => ({ ts: `${iso(m + 60).slice(0, 19)}+0100` })),
  hour(
    'local time in a zone',
    (value, m) => ({ topic: 'l1/energy', payload: { value, ts: iso(m + 60).slice(0, 19) } }),
    { meter: { timeZone: 'Europe/Berlin' } },
  ),
]

/** Readings of a day whose clocks change, half an hour and 30 kWh apart; the order changes at 01:00 UTC. */
const change = (title: string, day: string, zeroAt: string, times: string[], right: object): Row => ({
  title,
  meter: { timeZone: 'Europe/London' },
  messages: [
    { topic: 'l1/order', payload: { value: 'O1', timestamp: zeroAt } },
    ...times.map((time, i) => ({ topic: 'l1/energy', payload: { value: 1000 + 30 * i, ts: `${day} ${time}` } })),
    { topic: 'l1/order', payload: { value: 'O2', timestamp: `${day}T01:00:00Z` } },
  ],
  right: { coverage: { energy: 1 }, ...right },
})
const CHANGES: Row[] = [
  change(
    'that comes twice',
    '2025-10-26',
    '2025-10-25T23:00:00Z',
    ['00:30:00', '01:00:00', '01:30:00', '01:00:00', '01:30:00', '02:00:00'],
    { kWh: 150, by: { order: { O1: 90, O2: 60 } } },
  ),
  change('that is missing', '2026-03-29', '2026-03-29T00:00:00Z', ['00:30:00', '02:00:00', '02:30:00'], {
    kWh: 60,
    by: { order: { O1: 30, O2: 30 } },
  }),
]

const still = (minute: number, more: object = {}): Sent => ({
  ...{ topic: 'l1/energy', payload: 100 + minute, sourceTimestamp: new Date(at(0)), arrives: at(minute), ...more },
})
const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, i) => i)
const unset = (message: Sent): Sent => ({ ...message, arrives: 5_000 })
const CLOCKS: Row[] = [
  {
    title: 'of a source that stands still: the time of arrival from then on, and a word',
    messages: upTo(7).map((m) => still(m)),
    right: { kWh: 6, flags: ['arrival-time'], status: /the clock of m stands still/ },
  },
  {
    title: 'of a source that stands still, with one of a server that runs',
    messages: upTo(7).map((m) => still(m, { serverTimestamp: new Date(at(m)), arrives: at(m + 30) })),
    right: { kWh: 6, flags: ['arrival-time'], status: /the clock of m stands still/ },
  },
  {
    title: 'of a source that is two hours behind',
    messages: upTo(12).map((m) => ({ ...readings(`${m}=${100 + m}`)[0], arrives: at(m + 120) })),
    right: { kWh: 12, status: /the clock of m is 2\.0 h behind/ },
  },
  {
    title: 'of our own that says 1970',
    messages: [
      told('l1/state', 0, 'Execute'),
      ...readings('0=100 1=101 5=105 9=109'),
      ...[0, 9].map((m) => told('l1/good', m, 100 * m)),
    ].map(unset),
    right: {
      kWh: 9,
      units: { good: 900 },
      by: { state: { productive: 9 } },
      status: /our own clock is wrong \(1970-01-01/,
    },
  },
  {
    title: 'of our own that says 1970, and none in the message',
    messages: [unset({ topic: 'l1/energy', payload: 100 }), unset({ topic: 'l1/good', payload: 5 })],
    right: {
      kWh: null,
      rejected: [/^time: expected one in the message while our own clock is wrong \(1970-/],
      refused: [/^time: expected one in the message while our own clock is wrong/],
    },
  },
  {
    title: 'of our own that is sound: states, counts and orders far ahead of it are refused like readings',
    messages: [
      ...readings('0=1000 60=1060'),
      told('l1/state', 90, 'Execute'),
      told('l1/good', 90, 5),
      told('l1/order', 90, 'O1'),
      told('l1/energy', 90, 1090),
      { payload: { type: 'job', line: 'L1', at: at(90), action: 'start', order: 'O1' } },
    ].map((message) => ({ ...message, arrives: at(61) })),
    right: {
      kWh: 60,
      rejected: [/^time: expected at most 300 s ahead of our clock/],
      refused: [1, 2, 3, 4].map(() => /^time: expected at most 300 s ahead of our clock/),
    },
  },
]

const DELTA = [{ source: 'l1/good', line: 'L1', role: 'good', kind: 'delta' }]
const REPEATED = /^time: expected one in a message that the broker repeats \(retained\), got none/
const RETAINED: Row[] = [
  {
    title: 'delta without a time is no news',
    signals: DELTA,
    messages: [
      ...readings('0=1000 60=1060'),
      told('l1/good', 0, 0),
      told('l1/good', 30, 50),
      { topic: 'l1/good', payload: 50, retain: true },
      { topic: 'l1/good', payload: 50, retain: true },
    ],
    right: { kWh: 60, units: { good: 50 }, refused: [REPEATED, REPEATED] },
  },
  {
    title: 'delta with its time counts once',
    signals: DELTA,
    messages: [
      ...readings('0=1000 60=1060'),
      told('l1/good', 0, 0),
      ...[1, 2, 3].map(() => ({ ...told('l1/good', 30, 50), retain: true })),
    ],
    right: { kWh: 60, units: { good: 50 } },
  },
  {
    title: 'power without a time is no news',
    meter: { reading: 'power', unit: 'kW' },
    messages: [...readings('0=60 60=60'), { topic: 'l1/energy', payload: 60, retain: true }],
    right: { kWh: 60, rejected: [REPEATED] },
  },
]

for (const [title, rows] of [
  ['The time in the field', NAMED],
  ['A time that is written as', WRITTEN],
  ['The hour of a local day', CHANGES],
  ['A clock', CLOCKS],
  ['A retained', RETAINED],
] as const)
  describe(title, () => {
    before(() => helper.startServer())
    after(() => helper.stopServer())
    for (const row of rows) it(row.title, () => check(row))
  })
