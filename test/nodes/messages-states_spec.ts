/** What devices and gateways send, and the right figure or the reason: states, orders and count events. */

import helper from 'node-red-node-test-helper'
import { DataType, DataValue, LocalizedText, StatusCodes, Variant } from 'node-opcua'
import { at, check, readings, told, type Row, type Sent } from './fixtures/device-line.ts'

const HOUR = readings('0=1000 60=1060')
const state = (title: string, first: Sent, right: Row['right'] = {}, more: Partial<Row> = {}): Row => ({
  title,
  messages: [...HOUR, first],
  right: { kWh: 60, by: { state: { productive: 60 } }, ...right },
  ...more,
})
const shown = (value: unknown): string => JSON.stringify(value)
const localized = new DataValue({
  value: new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ locale: 'en', text: 'Execute' }) }),
  statusCode: StatusCodes.Good,
  sourceTimestamp: new Date(at(0)),
})
const ends = (title: string, message: Sent, refused: RegExp[]): Row => ({
  title,
  messages: [...HOUR, told('l1/order', 0, 'O1'), told('l1/state', 0, 'Execute'), message],
  right: { kWh: 60, by: { state: { productive: 30, unknown: 30 } }, refused },
})

const STATES: Row[] = [
  ...['Execute', 'Executing', '6', '6.0', 6, 'Execute \0\0', 'EXECUTE  ', { locale: 'en', text: 'Execute' }].map(
    (value) => state(`${shown(value)} is productive`, told('l1/state', 0, value)),
  ),
  state('LocalizedText as the whole payload is productive', {
    topic: 'l1/state',
    payload: { locale: 'en', text: 'Execute' },
    sourceTimestamp: new Date(at(0)),
  }),
  state('LocalizedText of an OPC UA library is productive', { topic: 'l1/state', payload: localized }),
  ...(
    [
      ['packml', 6],
      ['opc-40001', 3],
      ['weihenstephan', 128],
      ['umh', 20000],
    ] as const
  ).map(([map, value]) =>
    state(
      `${value} of ${map} is productive`,
      told('l1/state', 0, value),
      {},
      {
        signals: [{ source: 'l1/state', line: 'L1', role: 'state', map }],
      },
    ),
  ),
  ends('a word that nobody knows ends what stood', told('l1/state', 30, 'Dancing'), [/state of L1/]),
  ends(
    'a state of bad quality ends what stood',
    { topic: 'l1/state', payload: { value: 'Execute', quality: 'bad', timestamp: at(30) } },
    [/^quality is bad \(bad\)$/],
  ),
  ends('JSON null ends what stood', told('l1/state', 30, null), []),
]

const orders = (title: string, values: [minute: number, value: unknown][], order: Record<string, number>): Row => ({
  title,
  messages: [...HOUR, ...values.map(([minute, value]) => told('l1/order', minute, value))],
  right: { kWh: 60, by: { order } },
})
const ORDERS: Row[] = [
  orders(
    'JSON null is no order',
    [
      [0, 'O1'],
      [30, null],
    ],
    { O1: 30, none: 30 },
  ),
  {
    title: 'a bare JSON null is no order',
    messages: [
      told('l1/order', 0, 'O1'),
      HOUR[0]!,
      { topic: 'l1/order', payload: 'null', arrives: at(30) },
      { topic: 'l1/order', payload: null, arrives: at(30) },
      { ...HOUR[1], arrives: at(60) },
    ],
    right: { kWh: 60, by: { order: { O1: 30, none: 30 } } },
  },
  orders(
    'blanks and NULs around it are no part of it',
    [
      [0, 'O1  '],
      [20, 'O1'],
      [40, 'O1\0\0\0'],
    ],
    { O1: 60 },
  ),
  orders(
    'text of blanks is no order',
    [
      [0, 'O1'],
      [30, '   '],
    ],
    { O1: 30, none: 30 },
  ),
  orders(
    'its leading zeros are part of it',
    [
      [0, '0042'],
      [30, '42'],
    ],
    { '0042': 30, '42': 30 },
  ),
  orders(
    'it is no number',
    [
      [0, '12345678901234567890'],
      [30, '1e3'],
    ],
    { '12345678901234567890': 30, '1e3': 30 },
  ),
  {
    title: 'a number that has lost its last digits is none',
    messages: [...HOUR, { topic: 'l1/order', payload: `{"value": 12345678901234567890, "timestamp": ${at(0)}}` }],
    right: {
      kWh: 60,
      refused: [
        /^value: expected a number from|^order of L1: expected a text, as numbers beyond 9007199254740991 lose/,
      ],
    },
  },
  {
    title: 'a padded SKU is the product',
    plant: { products: [{ sku: 'A-500', standardUnits: 2 }] },
    signals: [
      { source: 'l1/sku', line: 'L1', role: 'sku' },
      { source: 'l1/good', line: 'L1', role: 'good', kind: 'total' },
    ],
    messages: [...HOUR, told('l1/sku', 0, 'A-500   '), told('l1/good', 0, 0), told('l1/good', 60, 100)],
    right: { kWh: 60, units: { good: 100, standard: 200 } },
  },
]

const PRODUCED = [{ source: 'l1/count', line: 'L1', role: 'produced' }]
const umh = (minute: number, fields: object): Sent => ({
  topic: 'l1/count',
  payload: { timestamp_ms: at(minute), ...fields },
})
const COUNTS: Row[] = [
  {
    title: 'of the Unified Namespace is what was made, and the scrap in it',
    signals: PRODUCED,
    messages: [...HOUR, umh(0, { count: 0, scrap: 0 }), umh(30, { count: 5, scrap: 1 })],
    right: { kWh: 60, units: { produced: 5, scrap: 1 } },
  },
  {
    title: 'as JSON text, again and again',
    signals: PRODUCED,
    messages: [0, 10, 20, 30, 30, 20].map((m) => {
      const { payload, ...message } = umh(m, { count: m === 0 ? 0 : 5 })
      return { ...message, payload: JSON.stringify(payload) }
    }),
    right: { units: { produced: 15 } },
  },
]

for (const [title, rows] of [
  ['The state', STATES],
  ['An order', ORDERS],
  ['A count event', COUNTS],
] as const)
  describe(title, () => {
    before(() => helper.startServer())
    after(() => helper.stopServer())
    for (const row of rows) it(row.title, () => check(row))
  })
