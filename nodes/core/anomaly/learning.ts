/** Who learns what: a quantity in alarm, or close to it, keeps what it sees apart until it is known what it was. */

import { isSuspicious, RULES, type Chart, type ChartRule } from './alarm-chart.ts'
import { quantity, type Baseline, type Sample } from './baseline.ts'

const SEP = '\n'
const DOUBT = 'doubt'

const nameOf = (key: string): string => key.split(SEP)[0]!

/** The rule of a chart. */
export const ruleOf = (key: string): ChartRule => RULES[nameOf(key)]!

/** The chart that decides whether a quantity may learn. */
function guardOf(key: string): string {
  const [name, ...place] = key.split(SEP)
  if (name === 'rest') return 'idle'
  return name! in RULES ? key : quantity('use', ...place)
}

/** Learns a window's samples, each where its guard allows it. */
export function learn(baseline: Baseline, charts: Record<string, Chart>, lessons: readonly [string, Sample][]): void {
  const isDoubtful = (guard: string): boolean => {
    const chart = charts[guard]
    return chart !== undefined && (chart.active !== undefined || isSuspicious(chart, ruleOf(guard)))
  }
  for (const [key, sample] of lessons) {
    const guard = guardOf(key)
    const doubtful = quantity(DOUBT, key)
    // The power at an odd pace says little about the power at the usual one.
    if (nameOf(guard) === 'use' && isDoubtful('pace')) continue
    if (isDoubtful(guard)) baseline.learn(doubtful, sample)
    else {
      for (const held of baseline.samples(doubtful)) baseline.learn(key, held)
      baseline.replace(doubtful, [])
      baseline.learn(key, sample)
    }
  }
}

/** Puts restated samples in the place of what was learned or held of their window; teaches nothing new. */
export function relearn(baseline: Baseline, lessons: readonly [string, Sample][]): void {
  for (const [key, sample] of lessons) {
    for (const place of [key, quantity(DOUBT, key)]) {
      if (baseline.samples(place).some(([at]) => at === sample[0])) baseline.learn(place, sample)
    }
  }
}

const doubtsOf = (baseline: Baseline, guard: string): string[] =>
  Object.keys(baseline.memory).filter((key) => nameOf(key) === DOUBT && guardOf(bare(key)) === guard)

const bare = (doubtful: string): string => doubtful.slice(DOUBT.length + SEP.length)

/** The alarm is over: what was seen in it was not usual. */
export function discardDoubts(baseline: Baseline, guard: string): void {
  for (const key of doubtsOf(baseline, guard)) baseline.replace(key, [])
}

/** The deviation stays: what was seen in it is the usual from now on. */
export function acceptDoubts(baseline: Baseline, guard: string): void {
  for (const key of doubtsOf(baseline, guard)) {
    baseline.replace(bare(key), baseline.samples(key))
    baseline.replace(key, [])
  }
}
