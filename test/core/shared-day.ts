/** Generated days of a site with two lines: a main meter, a shared one, and one that another stands in for. */

import fc from 'fast-check'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { plantOf, type Fact } from './pipeline.ts'
import { factorRow } from './worked-example.ts'

const T0 = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
export const MINUTES = 4 * 60
export const LINES = ['L1', 'L2'] as const

export const RULES = [
  { rule: 'units' },
  { rule: 'run-time' },
  { rule: 'energy' },
  { rule: 'mass' },
  { rule: 'fixed', shares: { L1: 0.3, L2: 0.7 } },
] as const

const counter = (id: string, more: object): object => ({
  id,
  source: id,
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
  ...more,
})

/** The site with a rule for the shared meter; its periods are the windows. */
export const siteOf = (rule: (typeof RULES)[number]) =>
  plantOf({
    lines: LINES.map((id) => ({ id })),
    meters: [
      counter('main-e', { main: true }),
      counter('hvac-e', { parent: 'main-e', shared: { lines: [...LINES], ...rule } }),
      { ...counter('l1-e', { line: 'L1', parent: 'main-e', maxGapSeconds: 1800 }), reading: 'power', unit: 'kW' },
      counter('l1-check', { line: 'L1', redundantTo: 'l1-e' }),
      counter('l2-e', { line: 'L2', parent: 'main-e' }),
      counter('l2-fan', { line: 'L2', parent: 'hvac-e' }),
    ],
    products: [
      { sku: 'A', massKg: 0.5 },
      { sku: 'B', massKg: 2 },
    ],
  })

const minute = fc.integer({ min: 0, max: MINUTES })
const amount = fc.integer({ min: 0, max: 400 })
const series = <T>(value: fc.Arbitrary<T>, minLength = 2) =>
  fc
    .uniqueArray(fc.record({ minute, value }), { selector: (x) => x.minute, minLength, maxLength: 9 })
    .map((list) => list.sort((a, b) => a.minute - b.minute))

const ofLine = fc.record({
  good: series(amount),
  jobs: series(fc.constantFrom('O1/A', 'O2/B', 'O3/A'), 1),
  states: series(fc.constantFrom('productive', 'idle', 'stopped'), 0),
})

export const aSharedDay = fc.record({
  rule: fc.constantFrom(...RULES),
  counters: fc.record(
    Object.fromEntries(['main-e', 'hvac-e', 'l1-check', 'l2-e', 'l2-fan'].map((id) => [id, series(amount)])),
  ),
  power: series(amount),
  lines: fc.record({ L1: ofLine, L2: ofLine }),
  slots: fc.array(fc.option(fc.integer({ min: 50, max: 900 })), { minLength: MINUTES / 30, maxLength: MINUTES / 30 }),
})
export type SharedDay = typeof aSharedDay extends fc.Arbitrary<infer T> ? T : never

const at = (m: number): number => T0 + m * MINUTE
const totals = (list: readonly { minute: number; value: number }[]): { minute: number; value: number }[] => {
  let sum = 1000
  return list.map(({ minute, value }, i) => ({ minute, value: (sum += i === 0 ? 0 : value) }))
}

/** The day as a plant would tell it. */
export function factsOf(day: SharedDay): Fact[] {
  const reading = (meter: string, m: number, value: number): Fact => ({ meter, reading: { at: at(m), value } })
  const context = (fact: object): Fact => ({ context: { revision: 0, ...fact } as ContextFact })
  return [
    ...Object.entries(day.counters).flatMap(([id, list]) => totals(list).map((r) => reading(id, r.minute, r.value))),
    ...day.power.map((r) => reading('l1-e', r.minute, r.value)),
    ...LINES.flatMap((line) => [
      ...totals(day.lines[line].good).map((g) =>
        context({ type: 'count', role: 'good', kind: 'total', line, at: at(g.minute), value: g.value }),
      ),
      ...day.lines[line].jobs.map((j) => {
        const [order, sku] = j.value.split('/')
        return context({ type: 'job', action: 'start', line, at: at(j.minute), order, sku })
      }),
      ...day.lines[line].states.map((s) =>
        context({ type: 'step', role: 'state', line, at: at(s.minute), value: s.value }),
      ),
    ]),
    ...day.slots.flatMap((g, i) => (g === null ? [] : [{ factor: slotOf(i, g / 1000) }])),
  ]
}

export const slotOf = (i: number, kgPerKWh: number): EmissionFactor => ({
  ...factorRow('09:00', '10:00', kgPerKWh),
  id: `slot ${i}`,
  from: at(i * 30),
  to: at(i * 30 + 30),
})

/** What a running total counted in the whole day. */
export const countedBy = (day: SharedDay, id: string): number =>
  day.counters[id]!.slice(1).reduce((sum, r) => sum + r.value, 0)
