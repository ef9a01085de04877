/** The difference between a window and what is usual, split exactly over the effects that made it. */

import type { Intensity, UseIntensity } from './features.ts'
import { decompose, leftToRight, settle, type LmdiRow } from './lmdi.ts'
import type { CarbonAlert, Effect } from '../records.ts'

/** What is usual, and how each use's power follows the pace: the part of it that does not rest. */
export interface Expected extends Intensity {
  uses: (UseIntensity & { variableShare: number })[]
}

/** One effect in one use, kg CO₂e per good unit. */
export interface Term {
  effect: Effect
  machine: string
  carrier: string
  kg: number
}

type EffectKg = Pick<Term, 'effect' | 'kg'>

export interface Comparison {
  /** kg CO₂e per good unit, as the rows give them. */
  actual: number
  expected: number
  terms: Term[]
}

/** The factors of a row, in order; their product is the row's kg CO₂e per good unit. */
const EFFECTS = ['grid-factor', 'carrier-mix', 'specific-energy', 'throughput', 'idle', 'yield'] as const
/** Less than this share of the expected is the error of a computation, no effect. */
const NOTHING = 1e-12
/** A machine has changed its fuel when one carrier gains and another loses this share of its energy per unit. */
const SWITCHED = 0.1

type ExpectedUse = Expected['uses'][number]
interface Row extends LmdiRow {
  machine: string
  carrier: string
}

/** Compares a window with what is usual; the terms add up to `actual − expected` but for rounding. */
export function compare(now: Intensity, usual: Expected): Comparison {
  const machines = new Set([...usual.uses, ...now.uses].map((u) => u.machine))
  const rows = [...machines].flatMap((machine) => rowsOf(machine, now, usual))
  const total = (side: 'before' | 'after'): number =>
    rows.reduce((sum, row) => sum + row[side].reduce((p, x) => p * x, 1), 0)
  const terms = decompose(rows).flatMap((kgs, i) => {
    const { machine, carrier } = rows[i]!
    return kgs.map((kg, k) => ({ effect: EFFECTS[k]!, machine, carrier, kg }))
  })
  return { actual: total('after'), expected: total('before'), terms }
}

function rowsOf(machine: string, now: Intensity, usual: Expected): Row[] {
  const mine = <T extends UseIntensity>(uses: readonly T[]): T[] => uses.filter((u) => u.machine === machine)
  const [after, before] = [mine(now.uses), mine(usual.uses)]
  const sides = { after, before, now, usual }
  if (hasSwitched(sides)) return switchedRows(machine, sides)
  const carriers = new Set([...before, ...after].map((u) => u.carrier))
  return [...carriers].map((carrier) => {
    const [a, b] = [after, before].map((uses) => uses.find((u) => u.carrier === carrier))
    const whole = { before: 1, after: 1 }
    return rowOf({ machine, carrier, a, b: b as ExpectedUse | undefined, share: whole }, now, usual)
  })
}

const kWhPerGood = (u: UseIntensity, { unitsPerHour, madePerGood }: Intensity): number =>
  (u.runKW / unitsPerHour) * u.allByRun * madePerGood

interface Sides {
  after: UseIntensity[]
  before: ExpectedUse[]
  now: Intensity
  usual: Expected
}

/** True where energy moved from one carrier of a machine to another, as in a boiler with two fuels. */
function hasSwitched({ after, before, now, usual }: Sides): boolean {
  let [gained, lost, whole] = [0, 0, 0]
  for (const b of before) {
    const a = after.find((u) => u.carrier === b.carrier)
    const was = kWhPerGood(b, usual)
    const change = (a ? kWhPerGood(a, now) : 0) - was
    whole += was
    if (change > 0) gained += change
    else lost -= change
  }
  for (const a of after) if (!before.some((b) => b.carrier === a.carrier)) gained += kWhPerGood(a, now)
  return gained > SWITCHED * whole && lost > SWITCHED * whole
}

/** Rows of a machine as one, each carrier with its share of the machine's energy. */
function switchedRows(machine: string, { after, before, now, usual }: Sides): Row[] {
  const energy = (u: UseIntensity | undefined): number => (u ? u.runKW * u.allByRun : 0)
  const whole = (uses: UseIntensity[]): UseIntensity => {
    const runKW = uses.reduce((sum, u) => sum + u.runKW, 0)
    const all = uses.reduce((sum, u) => sum + energy(u), 0)
    return { machine, carrier: '', kgPerKWh: 0, runKW, allByRun: runKW > 0 ? all / runKW : 1 }
  }
  const [wholeAfter, wholeBefore] = [whole(after), whole(before)]
  const variableShare = before.reduce((sum, u) => sum + u.variableShare, 0) / before.length
  const carriers = new Set([...before, ...after].map((u) => u.carrier))
  return [...carriers].map((carrier) => {
    const a = after.find((u) => u.carrier === carrier)
    const b = before.find((u) => u.carrier === carrier)
    const kgPerKWh = { a: a?.kgPerKWh ?? b!.kgPerKWh, b: b?.kgPerKWh ?? a!.kgPerKWh }
    const share = { before: energy(b) / energy(wholeBefore), after: energy(a) / energy(wholeAfter) }
    const sides = {
      a: { ...wholeAfter, kgPerKWh: kgPerKWh.a },
      b: { ...wholeBefore, kgPerKWh: kgPerKWh.b, variableShare },
    }
    return rowOf({ machine, carrier, ...sides, share }, now, usual)
  })
}

interface RowSides {
  machine: string
  carrier: string
  a: UseIntensity | undefined
  b: ExpectedUse | undefined
  share: { before: number; after: number }
}

function rowOf({ machine, carrier, a, b, share }: RowSides, now: Intensity, usual: Expected): Row {
  if (!a || !b || a.runKW <= 0 || b.runKW <= 0) {
    // A use that came or went: all of it is this machine's specific energy.
    const before = b ? kWhPerGood(b, usual) * b.kgPerKWh : 0
    const after = a ? kWhPerGood(a, now) * a.kgPerKWh : 0
    return { machine, carrier, before: [1, 1, before, 1, 1, 1], after: [1, 1, after, 1, 1, 1] }
  }
  const pace = paceKW(b, now.unitsPerHour / usual.unitsPerHour)
  return {
    machine,
    carrier,
    before: [b.kgPerKWh, share.before, 1, b.runKW / usual.unitsPerHour, b.allByRun, usual.madePerGood],
    after: [a.kgPerKWh, share.after, a.runKW / pace, pace / now.unitsPerHour, a.allByRun, now.madePerGood],
  }
}

/** The power that a sound machine takes at another pace, kW. */
export const paceKW = (use: Pick<ExpectedUse, 'runKW' | 'variableShare'>, relativePace: number): number =>
  use.runKW * (1 - use.variableShare + use.variableShare * relativePace)

/** The sum of the terms that `of` chooses, kg CO₂e per good unit. */
export const sumOf = (terms: readonly Term[], of: (t: Term) => boolean): number =>
  terms.reduce((sum, t) => (of(t) ? sum + t.kg : sum), 0)

/** What the quantity of a chart adds to the CO₂e per unit, share of the expected; `key` as in the baseline. */
export function shareOf({ terms, expected }: Comparison, key: string): number {
  const [name, place, carrier] = key.split('\n')
  const effect = EFFECT_OF[name!]
  const mine = (t: Term): boolean => {
    if (name === 'use') return t.machine === place && t.carrier === carrier
    return name !== 'grid' || t.carrier === place
  }
  return sumOf(terms, (t) => t.effect === effect && mine(t)) / expected
}

const EFFECT_OF: Readonly<Record<string, Effect>> = {
  use: 'specific-energy',
  pace: 'throughput',
  yield: 'yield',
  idle: 'idle',
  mix: 'carrier-mix',
  grid: 'grid-factor',
}

/**
 * The split of `actual` − `expected` as published: by effect, largest first, without those that are nothing; from left
 * to right it adds up to the difference to the bit.
 */
export function splitOf(terms: readonly EffectKg[], actual: number, expected: number): CarbonAlert['split'] {
  const sums = new Map<Effect, number>(EFFECTS.map((effect) => [effect, 0]))
  for (const { effect, kg } of terms) sums.set(effect, (sums.get(effect) ?? 0) + kg)
  const all = [...sums].map(([effect, kg]) => ({ effect, kg: Math.abs(kg) > NOTHING * expected ? kg : 0 }))
  all.sort((a, b) => Math.abs(b.kg) - Math.abs(a.kg))
  const split = settled(
    all.filter(({ kg }) => kg !== 0),
    actual - expected,
  )
  const isExact = leftToRight(split.map((s) => s.kgCO2ePerUnit)) === actual - expected
  // Where effects far larger than their sum cancel, their bits are too coarse, and one of the others holds the rest.
  return isExact ? split : settled(all, actual - expected).filter((s) => s.kgCO2ePerUnit !== 0)
}

function settled(effects: readonly EffectKg[], total: number): CarbonAlert['split'] {
  const kgs = effects.map(({ kg }) => kg)
  return settle(kgs, total).map((kgCO2ePerUnit, i) => ({ effect: effects[i]!.effect, kgCO2ePerUnit }))
}
