/** What a change of product alone does to the line's CO₂e per unit: told as advice, because nothing is wrong. */

import { joinedId } from '../ids.ts'
import { say } from './alarm-episode.ts'
import type { MixChange, MixState } from './alarm-state.ts'
import { intensityOf, pooled, type Window } from './features.ts'
import type { Carbon, CarbonAlert, Cause } from '../records.ts'
import { compare, splitOf, type Expected, type Term } from './split.ts'
import { num, percent } from './wording.ts'

export interface MixInput {
  record: Carbon
  window: Window
  /** What is usual for the product that is made now, and its CO₂e per unit; `null` while it is not known. */
  usual: Expected | null
  expected: number | null
  minWindows: number
  materiality: number
}

/** Windows of the new product before anything is said. */
const LEAST_WINDOWS = 2

/** Follows the products of a line; gives the advice to send, if there is something new to say. */
export function followMix(mixes: Record<string, MixState>, input: MixInput): CarbonAlert[] {
  const { record, expected } = input
  const sku = record.sku ?? ''
  const mix = mixes[record.line]
  if (!mix) {
    if (expected !== null) mixes[record.line] = { sku, expected }
    return []
  }
  if (mix.sku !== sku) {
    const ended = mix.change ? endOf(mix.change, record) : []
    const before = { sku: mix.sku, expected: mix.expected }
    const change = { from: record.from, before: before.sku, expectedBefore: before.expected, windows: [] }
    mixes[record.line] = { sku, expected: mix.expected, change }
    return [...ended, ...go(mixes[record.line]!, input)]
  }
  return go(mix, input)
}

function go(mix: MixState, input: MixInput): CarbonAlert[] {
  if (input.expected !== null) mix.expected = input.expected
  const { change } = mix
  if (!change) return []
  change.windows.push(input.window)
  if (change.windows.length >= input.minWindows) {
    delete mix.change
    return endOf(change, input.record)
  }
  if (change.alert || change.windows.length < LEAST_WINDOWS) return []
  const alert = adviceOf(change, input)
  if (Math.abs(alert.kgCO2ePerGood / alert.expected - 1) <= input.materiality) return []
  change.alert = alert
  return [alert]
}

function endOf(change: MixChange, { to }: Carbon): CarbonAlert[] {
  if (!change.alert) return []
  return [say({ alert: change.alert }, { ...change.alert, state: 'cleared', clearedAt: to })]
}

function adviceOf(change: MixChange, input: MixInput): CarbonAlert {
  const { record, usual, expected, materiality } = input
  const { line, sku = '', order, shift } = record
  const whole = pooled(change.windows)
  const kgCO2ePerGood = whole.kg / whole.good
  const before = change.expectedBefore
  const now = intensityOf(whole)
  const own = usual && now ? compare(now, usual).terms : []
  const byNature = (usual ? expected! : kgCO2ePerGood) - before
  const terms: Pick<Term, 'effect' | 'kg'>[] = [{ effect: 'product-mix', kg: byNature }, ...own]
  return {
    type: 'carbon-alert',
    id: joinedId(['alert', line, 'product-mix', sku, new Date(change.from).toISOString()]),
    revision: 0,
    state: 'raised',
    severity: 'advice',
    line,
    ...(record.sku !== undefined && { sku }),
    ...(order !== undefined && { order }),
    ...(shift !== undefined && { shift }),
    from: change.from,
    detectedAt: record.to,
    kgCO2ePerGood,
    expected: before,
    band: [before * (1 - materiality), before * (1 + materiality)],
    split: splitOf(terms, kgCO2ePerGood, before),
    causes: [causeOf(change, { sku, kgCO2ePerGood, byNature, own: usual ? expected : null })],
    kgCO2eAvoidable: 0,
  }
}

interface Change {
  sku: string
  kgCO2ePerGood: number
  byNature: number
  /** What is usual for the new product, `null` while it is learned. */
  own: number | null
}

function causeOf({ before, expectedBefore }: MixChange, { sku, kgCO2ePerGood, byNature, own }: Change): Cause {
  return {
    rank: 1,
    cause: `Product mix: ${sku} takes the place of ${before} and needs ${byNature > 0 ? 'more' : 'less'} by its nature`,
    confidence: own === null ? 0.7 : 0.95,
    kgCO2ePerUnit: byNature,
    evidence: [
      `${sku}: ${num(kgCO2ePerGood)} kg CO₂e per unit, ${before}: usually ${num(expectedBefore)} (${percent(kgCO2ePerGood / expectedBefore)} of it)`,
      own === null ? `What is usual for ${sku} is being learned` : `${sku} usually takes ${num(own)} kg`,
    ],
    remedy: 'No fault: the new product is compared with its own baseline.',
  }
}
