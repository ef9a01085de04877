/** A generated day, and its reckoning minute by minute with nothing of the product: slow, plain and easy to check. */

import fc from 'fast-check'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { plantOf, type Fact } from './pipeline.ts'

export const T0 = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
const MINUTES = 12 * 60
const at = (minute: number): number => T0 + minute * MINUTE

export const METERS = ['a', 'b'] as const
type MeterId = (typeof METERS)[number]

export interface Day {
  /** Running totals by meter: minute and kWh since the reading before. */
  energy: Record<MeterId, { minute: number; kWh: number }[]>
  /** Good units since the report before. */
  good: { minute: number; units: number }[]
  jobs: { minute: number; order: string }[]
  states: { minute: number; state: 'productive' | 'stopped' | 'idle' }[]
  /** One factor for each half-hour; `null` where nobody told any. */
  factors: (number | null)[]
}

const minute = fc.integer({ min: 0, max: MINUTES - 1 })
const distinct = <T extends { minute: number }>(
  item: fc.Arbitrary<T>,
  minLength: number,
  maxLength: number,
): fc.Arbitrary<T[]> =>
  fc
    .uniqueArray(item, { selector: (x) => x.minute, minLength, maxLength })
    .map((list) => list.sort((a, b) => a.minute - b.minute))
const amount = fc.integer({ min: 0, max: 500 })

export const aDay: fc.Arbitrary<Day> = fc.record({
  energy: fc.record({
    a: distinct(fc.record({ minute, kWh: amount }), 2, 25),
    b: distinct(fc.record({ minute, kWh: amount }), 2, 25),
  }),
  good: distinct(fc.record({ minute, units: amount }), 2, 25),
  jobs: distinct(fc.record({ minute, order: fc.constantFrom('O1', 'O2', 'O3') }), 1, 8),
  states: distinct(
    fc.record({ minute, state: fc.constantFrom('productive' as const, 'stopped' as const, 'idle' as const) }),
    0,
    10,
  ),
  factors: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 50, max: 900 }).map((g) => g / 1000) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    {
      minLength: MINUTES / 30,
      maxLength: MINUTES / 30,
    },
  ),
})

export const MODEL = plantOf({
  lines: [{ id: 'L1' }],
  meters: METERS.map((id) => ({ id, source: id, line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' })),
})

/** The day as the facts that a plant would tell. */
export function factsOf(day: Day): Fact[] {
  const context = (fact: object): Fact => ({ context: { line: 'L1', revision: 0, ...fact } as ContextFact })
  const totals = <T>(items: readonly T[], of: (item: T) => number): number[] => {
    let sum = 1000
    return items.map((item, i) => (sum += i === 0 ? 0 : of(item)))
  }
  const readings = METERS.flatMap((meter) => {
    const values = totals(day.energy[meter], (r) => r.kWh)
    return day.energy[meter].map((r, i): Fact => ({ meter, reading: { at: at(r.minute), value: values[i]! } }))
  })
  const counts = totals(day.good, (g) => g.units)
  return [
    ...readings,
    ...day.good.map((g, i) =>
      context({ type: 'count', role: 'good', kind: 'total', at: at(g.minute), value: counts[i]! }),
    ),
    ...day.jobs.map((j) => context({ type: 'job', action: 'start', at: at(j.minute), order: j.order })),
    ...day.states.map((s) => context({ type: 'step', role: 'state', at: at(s.minute), value: s.state })),
    ...day.factors.flatMap((kgPerKWh, i): Fact[] => (kgPerKWh === null ? [] : [{ factor: slot(i, kgPerKWh) }])),
  ]
}

const slot = (i: number, kgPerKWh: number): EmissionFactor => ({
  id: `slot ${i}`,
  revision: 0,
  kgPerKWh,
  carrier: 'electricity',
  zone: 'GB',
  from: at(i * 30),
  to: at(i * 30 + 30),
  method: 'location',
  boundary: 'direct',
  gas: 'CO2e',
  quality: 'measured',
  source: { provider: 'table', licence: 'own', attribution: 'generated' },
  retrievedAt: 0,
})

export interface Sums {
  kWh: number
  kg: number
  kWhWithoutFactor: number
  good: number
}

/** The same by the minute, by order; `''` where no order ran. */
export function reckon(day: Day): Map<string, Sums> {
  const sums = new Map<string, Sums>()
  const sumsAt = (m: number): Sums => {
    const order = day.jobs.findLast((j) => j.minute <= m)?.order ?? ''
    let found = sums.get(order)
    if (!found) sums.set(order, (found = { kWh: 0, kg: 0, kWhWithoutFactor: 0, good: 0 }))
    return found
  }
  for (const meter of METERS) {
    eachInterval(day.energy[meter], ({ kWh }, minutes) => {
      for (const m of minutes) {
        const [sum, factor, part] = [sumsAt(m), day.factors[Math.floor(m / 30)], kWh / minutes.length]
        sum.kWh += part
        if (factor === null || factor === undefined) sum.kWhWithoutFactor += part
        else sum.kg += part * factor
      }
    })
  }
  const mayProduce = (m: number): boolean => {
    const state = day.states.findLast((s) => s.minute <= m)?.state
    return state === undefined || state === 'productive'
  }
  eachInterval(day.good, ({ units }, minutes) => {
    const productive = minutes.filter(mayProduce)
    const carrying = productive.length > 0 ? productive : minutes
    for (const m of carrying) sumsAt(m).good += units / carrying.length
  })
  return sums
}

/** Each stretch between two neighbours, with the item that ends it. */
function eachInterval<T extends { minute: number }>(
  items: readonly T[],
  visit: (end: T, minutes: number[]) => void,
): void {
  items.slice(1).forEach((end, i) => {
    const from = items[i]!.minute
    visit(
      end,
      Array.from({ length: end.minute - from }, (_, k) => from + k),
    )
  })
}
