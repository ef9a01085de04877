/** Two eventful days of a line on the bench, with a restart in the middle: the ledger that the command is tried on. */

import helper from 'node-red-node-test-helper'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { deployLine, type Line } from './line.ts'

const T0 = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
export const at = (day: number, hm: string): number =>
  T0 + ((day - 1) * 24 + Number(hm.slice(0, 2))) * 60 * MINUTE + Number(hm.slice(3)) * MINUTE

export const AUDIT_MODEL = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'UTC',
  gridZone: 'GB',
  lines: [{ id: 'L1', machines: [{ id: 'oven' }, { id: 'comp' }] }],
  meters: [
    ...[
      ['main', undefined, undefined],
      ['oven-e', 'oven', 'main'],
      ['comp-e', 'comp', 'main'],
    ].map(([id, machine, parent]) => ({
      id,
      source: `m/${id}`,
      line: 'L1',
      ...(machine && { machine }),
      ...(parent && { parent }),
      carrier: 'electricity',
      reading: 'counter',
      unit: 'kWh',
    })),
    { id: 'gas', source: 'm/gas', line: 'L1', carrier: 'natural-gas', reading: 'counter', unit: 'kWh' },
  ],
  signals: [],
  shifts: ['06:00-14:00', '14:00-22:00', '22:00-06:00'].map((hours, i) => ({
    name: ['early', 'late', 'night'][i],
    from: hours.slice(0, 5),
    to: hours.slice(6),
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  })),
  products: [
    { sku: 'A', idealSecondsPerUnit: 0.5, standardUnits: 1 },
    { sku: 'B', idealSecondsPerUnit: 0.7, standardUnits: 1.5 },
  ],
}

type Told = { at: number; message: object }

const reading = (meter: string, time: number, value: number): Told => ({
  at: time,
  message: { topic: `m/${meter}`, payload: { value, timestamp: time } },
})
const event = (time: number, more: object, told = time): Told => ({
  at: told,
  message: { payload: { line: 'L1', at: time, ...more } },
})
const slot = (from: number, kgPerKWh: number, told: number, revision = 0, carrier = 'electricity'): Told => ({
  at: told,
  message: {
    payload: {
      type: 'factor',
      factors: [
        { from, to: from + 30 * MINUTE, kgPerKWh, carrier, revision, quality: revision ? 'measured' : 'forecast' },
      ],
    },
  },
})

/** What the plant tells from 05:00 of the first day to 23:00 of the second, by the time at which it comes in. */
function story(): Told[] {
  const told: Told[] = []
  const end = at(2, '23:00')
  let [step, oven, comp, main, gas, good, scrap] = [0, 1000, 500, 9000, 300, 100, 5]
  for (let time = at(1, '05:00'); time <= end; time += 10 * MINUTE, step++) {
    oven += 3 + (step % 7) / 10
    comp += 1 + (step % 5) / 10
    main += 6 + (step % 11) / 7
    gas += 2 + (step % 3) / 9
    // The oven falls silent for a while; its reading of 09:40 on the first day comes 50 minutes late.
    const silent = time > at(2, '02:00') && time < at(2, '03:10')
    if (!silent)
      told.push({ ...reading('oven-e', time, oven), at: time === at(1, '09:40') ? time + 50 * MINUTE : time })
    told.push(
      reading('comp-e', time + 2 * MINUTE, comp),
      reading('main', time, main),
      reading('gas', time + MINUTE, gas),
    )
    good += 90 + (step % 13)
    scrap += step % 3
    if (step % 3 === 0) told.push(event(time + 30_000, { type: 'count', kind: 'total', good, scrap }))
    if (step % 3 === 0) {
      told.push(slot(time, 0.1 + (step % 17) / 100, time - MINUTE))
      if (step % 6 === 0) told.push(slot(time, 0.12 + (step % 19) / 100, time + 120 * MINUTE, 1))
      told.push(slot(time, 0.18, time - MINUTE, 0, 'natural-gas'))
    }
  }
  const orders = ['05:00', '07:35', '10:05', '13:40', '16:15', '19:55', '22:20']
  for (const day of [1, 2]) {
    orders.forEach((hm, i) => {
      const order = `O${day}${i}`
      told.push(event(at(day, hm), { type: 'job', action: 'start', order, sku: i % 2 ? 'B' : 'A' }))
    })
    told.push(event(at(day, '05:01'), { type: 'state', state: 'productive' }))
    for (const hm of ['09:00', '12:00', '18:00']) {
      told.push(event(at(day, hm), { type: 'state', state: 'stopped' }))
      told.push(event(at(day, hm) + 17 * MINUTE, { type: 'state', state: 'productive' }))
    }
  }
  // The compressor tells states of its own; the changeover at 10:05 was at 10:12; a stop becomes known hours later.
  told.push(event(at(1, '11:00'), { type: 'state', machine: 'comp', state: 'idle' }))
  told.push(event(at(1, '11:20'), { type: 'state', machine: 'comp', state: 'productive' }))
  const corrected = { type: 'job', action: 'start', order: 'O12', sku: 'A', corrects: at(1, '10:05') }
  told.push(event(at(1, '10:12'), corrected, at(1, '15:00')))
  told.push(event(at(1, '20:31'), { type: 'state', state: 'idle' }, at(2, '01:00')))
  told.push(event(at(1, '20:44'), { type: 'state', state: 'productive' }, at(2, '01:01')))
  told.push(event(at(1, '21:03') + 30_000, { type: 'count', kind: 'delta', good: 0, rework: 12 }, at(2, '00:30')))
  return told.sort((a, b) => a.at - b.at)
}

/** Runs the days through the real nodes into a ledger file; each message is taken before the next comes. */
export async function runAuditLine(ledger: string): Promise<Line[]> {
  const told = story()
  const half = told.findIndex((t) => t.at > at(2, '04:45'))
  const first = await feed(told.slice(0, half), ledger)
  return [first, await feed(told.slice(half), ledger)]
}

async function feed(told: Told[], ledger: string): Promise<Line> {
  const line = await deployLine({ model: AUDIT_MODEL, ledger })
  for (const { message } of told) {
    line.send(message)
    await new Promise(setImmediate)
  }
  await line.ask({ ask: 'verify' })
  await isQuiet(line)
  await helper.unload()
  return line
}

/** Records leave one commit after the other: until a commit of ours, which comes after those at hand, has let none out. */
async function isQuiet(line: Line): Promise<void> {
  const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
  for (let seen = -1; seen < line.records.length;) {
    seen = line.records.length
    await ledger.append([])
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  }
}
