/** What happens on the line, by name: the production plan, and what goes wrong in it. Minutes count from the start. */

import type { Effect } from '../../nodes/core/records.ts'
import { STATE, type MeterId, type SkuId, type StateNumber } from './line-data.ts'

export interface Scenario {
  name: ScenarioName
  title: string
  /** How long the story takes; the line runs on after it. */
  minutes: number
  plan: Plan
  /** The fault is there in `[faultFrom, faultTo)`; absent where nothing goes wrong. */
  faultFrom?: number
  faultTo?: number
  disturbance: Disturbance
  expected: Expected
}

/** What a good diagnosis says about the fault. */
export interface Expected {
  /** True where the case calls for an alarm. */
  alarm: boolean
  effect?: Effect
  machine?: string
  /** Words of the cause, lower case, each to be found in it or in its evidence. */
  words: string[]
}

export interface Disturbance {
  /** The compressor's valve does not close: air blows back while it runs unloaded. */
  stuckValve?: boolean
  /** Share of the normal pace. */
  pace?: number
  scrapShare?: number
  /** The line waits for material again and again, its machines running. */
  waiting?: { runSeconds: number; waitSeconds: number }
  gridKgPerKWh?: number
  /** This meter reports nothing; its counter goes on. */
  silent?: MeterId
  /** This meter's counter starts again at 0 when the fault begins. */
  resets?: MeterId
}

/** Stretches of the plan in order; after `period` minutes the plan starts again with new orders. */
export interface Plan {
  period: number
  stretches: readonly Stretch[]
}
export interface Stretch {
  at: number
  state: StateNumber
  sku: SkuId
  newOrder?: boolean
}

/** One product, a new order every three hours. */
const steady: Plan = { period: 180, stretches: [{ at: 0, state: STATE.execute, sku: 'A-500', newOrder: true }] }

const changeover = (at: number, sku: SkuId, minutes: number): Stretch[] => [
  { at, state: STATE.stopped, sku, newOrder: true },
  { at: at + 4, state: STATE.resetting, sku },
  { at: at + minutes - 1, state: STATE.starting, sku },
  { at: at + minutes, state: STATE.execute, sku },
]

/** A shift as planned: four orders, a break, two products. */
const shift: Plan = {
  period: 480,
  stretches: [
    { at: 0, state: STATE.execute, sku: 'A-500', newOrder: true },
    { at: 120, state: STATE.execute, sku: 'A-500', newOrder: true },
    { at: 180, state: STATE.idle, sku: 'A-500' },
    { at: 194, state: STATE.starting, sku: 'A-500' },
    { at: 195, state: STATE.execute, sku: 'A-500' },
    ...changeover(240, 'B-330', 15),
    ...changeover(375, 'A-500', 15),
  ],
}

const otherRecipe: Plan = {
  period: 480,
  stretches: [
    { at: 0, state: STATE.execute, sku: 'A-500', newOrder: true },
    ...changeover(70, 'B-330', 10),
    ...changeover(150, 'A-500', 10),
  ],
}

const fault = { plan: steady, minutes: 165, faultFrom: 70, faultTo: 115 }

const list = [
  {
    name: 'normal',
    title: 'A shift as planned: four orders, two products, a break and two changeovers',
    minutes: 480,
    plan: shift,
    disturbance: {},
    expected: { alarm: false, words: [] },
  },
  {
    ...fault,
    name: 'stuck-valve',
    title: 'A stuck valve lets the compressor short-cycle: 0.68 → 0.87 → 0.68 kg CO₂e per unit',
    disturbance: { stuckValve: true },
    expected: { alarm: true, effect: 'specific-energy', machine: 'comp3', words: ['compressor', 'short-cycl'] },
  },
  {
    name: 'recipe-change',
    title: 'Another product with another recipe and other energy per unit: no fault',
    minutes: 205,
    plan: otherRecipe,
    faultFrom: 70,
    faultTo: 150,
    disturbance: {},
    expected: { alarm: true, effect: 'product-mix', words: ['product', 'mix'] },
  },
  {
    ...fault,
    name: 'slow-running',
    title: 'The line runs at 60 % of its pace',
    disturbance: { pace: 0.6 },
    expected: { alarm: true, effect: 'throughput', words: ['slow'] },
  },
  {
    ...fault,
    name: 'idle-running',
    title: 'The line waits for bottles 60 seconds in every 150, its machines running',
    disturbance: { waiting: { runSeconds: 90, waitSeconds: 60 } },
    expected: { alarm: true, effect: 'idle', words: ['idle'] },
  },
  {
    ...fault,
    name: 'scrap-wave',
    title: 'Sixteen of a hundred units are scrapped',
    disturbance: { scrapShare: 0.16 },
    expected: { alarm: true, effect: 'yield', words: ['scrap'] },
  },
  {
    ...fault,
    name: 'grid-spike',
    title: 'The grid is at 0.55 instead of 0.40 kg per kWh for an hour',
    minutes: 195,
    faultFrom: 90,
    faultTo: 150,
    disturbance: { gridKgPerKWh: 0.55 },
    expected: { alarm: true, effect: 'grid-factor', words: ['grid'] },
  },
  {
    ...fault,
    name: 'meter-outage',
    title: "The oven's meter reports nothing for 20 minutes; its counter goes on",
    faultTo: 90,
    disturbance: { silent: 'oven-e' },
    expected: { alarm: true, effect: 'data', machine: 'oven', words: ['meter'] },
  },
  {
    ...fault,
    name: 'counter-reset',
    title: "The filler's counter starts again at 0",
    faultTo: 71,
    disturbance: { resets: 'filler-e' },
    expected: { alarm: true, effect: 'data', machine: 'filler', words: ['reset'] },
  },
] as const satisfies readonly (Omit<Scenario, 'name'> & { name: string })[]

export type ScenarioName = (typeof list)[number]['name']
export const SCENARIOS: readonly Scenario[] = list
export const SCENARIO_NAMES: readonly ScenarioName[] = list.map((s) => s.name)

/** The scenario of a name; throws with the list of names where there is none. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((s) => s.name === name)
  if (!found) throw new Error(`scenario: expected one of ${SCENARIO_NAMES.join(', ')}, got "${name}"`)
  return found
}

export interface Duty {
  state: StateNumber
  order: string
  sku: SkuId
}

/** What the plan asks of the line at a minute. */
export function dutyAt(plan: Plan, minute: number): Duty {
  const cycle = Math.floor(minute / plan.period)
  const begun = plan.stretches.filter((s) => s.at <= minute - cycle * plan.period)
  const now = begun.at(-1)!
  const orders = (of: readonly Stretch[]): number => of.filter((s) => s.newOrder).length
  return { state: now.state, sku: now.sku, order: `PO-${1000 + cycle * orders(plan.stretches) + orders(begun)}` }
}

/** What is wrong at a minute; nothing outside the fault. */
export const disturbanceAt = (s: Scenario, minute: number): Disturbance =>
  s.faultFrom !== undefined && minute >= s.faultFrom && minute < s.faultTo! ? s.disturbance : {}
