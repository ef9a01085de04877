/** The judgement of one window: fit or not, usual or not, and what is learned from it. */

import { newChart, watch } from './alarm-chart.ts'
import { clear, follow, isOpen, replaceIn, update } from './alarm-episode.ts'
import { avoidable } from './alarm-figures.ts'
import type { Assessment, ContextState, Judged } from './alarm-state.ts'
import { bandOf, compared, noData, told, type Seen } from './assessment.ts'
import { dataFaults, type DataFault } from './data-gate.ts'
import { intensityOf, type Window } from './features.ts'
import { acceptDoubts, discardDoubts, learn, relearn, ruleOf } from './learning.ts'
import type { CarbonAlert, Cause } from '../records.ts'
import { compare, shareOf, type Comparison, type Expected } from './split.ts'
import { MS_PER_HOUR } from '../plant/units.ts'
import { isSteadyOnly, lessonsOf, restLessons, watchedOf } from './watched.ts'

export interface Judgement {
  assessment: Assessment
  alert?: CarbonAlert | undefined
  /** The usual of this product, once it is learned, and the window against it. */
  usual?: Expected | null
  comparison?: Comparison
}

/** A window that ran for less of its time says nothing about the machines' usual power. */
const LEAST_RUN = 0.4
/** Edges of a stop blur pace and power, unless the rest of the window is long enough. */
const STEADY_RUN = 0.9
const STEADY_HOURS = 0.4
/** Fault windows in a row that raise, sound ones that clear. */
const IN_A_ROW = 2
const RECENT = 12
/** A deviation that stays this long is the new usual. */
const SHIFT_WINDOWS = 36
const SHIFT_MS = 8 * MS_PER_HOUR
/** States in which a line waits; a changeover or a start is work. */
const WAITING = ['idle', 'stopped']

const runShare = ({ runHours, from, to }: Window): number => (runHours * MS_PER_HOUR) / (to - from)
const isSteady = (window: Window): boolean => runShare(window) >= STEADY_RUN || window.runHours >= STEADY_HOURS

/** Judges the next window of a line and product, learns from it, and carries the alarm on. */
export function judge(seen: Seen): Judgement {
  const { context, window, baseline, record } = seen
  const faults = dataFaults(record, window, seen)
  noteFaults(context, faults, window)
  if (faults.length > 0) return { assessment: noData(seen, faults[0]!.what), alert: follow(seen, undefined) }
  const now = intensityOf(window)
  if (!now || runShare(window) < LEAST_RUN) return atRest(seen, now ? NO_RUN : NO_UNITS)
  const usual = baseline.windows >= seen.minWindows ? baseline.expected(window.from, now) : null
  if (!usual) {
    learn(baseline, context.charts, lessonsOf(window, isSteady(window)))
    return { assessment: told(seen, 'learning'), usual }
  }
  const comparison = compare(now, usual)
  const shifts = inspect(seen, usual, comparison)
  const judged = judgedOf(seen, comparison)
  context.recent = [...context.recent, judged].slice(-RECENT)
  context.usual = { expected: comparison.expected, band: bandOf(seen, comparison.expected) }
  const alert = shifts.length > 0 && isOpen(context) ? clear(seen, shifts) : follow(seen, judged)
  learn(baseline, context.charts, [
    ...lessonsOf(window, isSteady(window)),
    ['mix', [window.from, 1 + shareOf(comparison, 'mix')]],
  ])
  if (!isOpen(context)) baseline.learn('level', [window.from, comparison.actual / comparison.expected])
  return { assessment: compared(seen, comparison), alert, usual, comparison }
}

/** A window that has no ratio to judge; while machines idle it still belongs to what they waste. */
function atRest(seen: Seen, missing: string): Judgement {
  const { context, window, baseline, record } = seen
  learn(baseline, context.charts, restLessons(window))
  const kWh = (states: readonly string[]): number =>
    record.buckets.reduce((sum, b) => (states.includes(b.state) ? sum + b.kWh : sum), 0)
  if (!context.usual || 2 * kWh(WAITING) < record.kWh) {
    return { assessment: noData(seen, missing), alert: follow(seen, undefined) }
  }
  const aboveKg = Math.max(0, window.kg - window.good * context.usual.expected)
  const judged = { window, aboveKg, excessKg: aboveKg, isRest: true }
  context.recent = [...context.recent, judged].slice(-RECENT)
  return { assessment: noData(seen, missing), alert: follow(seen, judged) }
}

/** What is to be said of a window, without a trace. */
export function lookAt(seen: Seen): Assessment {
  const { fault, comparison } = compareOnly(seen)
  if (fault !== undefined) return noData(seen, fault)
  return comparison ? compared(seen, comparison) : told(seen, 'learning')
}

/** Takes a window again that was restated, or that came after younger ones: figures move, charts do not. */
export function revise(seen: Seen): Judgement {
  const { context, window, baseline } = seen
  const { fault, comparison } = compareOnly(seen)
  if (fault === undefined) relearn(baseline, lessonsOf(window, isSteady(window)))
  const { episode } = context
  const judged = comparison && judgedOf(seen, comparison)
  if (judged) context.recent = context.recent.map((j) => (j.window.id === window.id ? judged : j))
  const isInAlarm = judged && episode && replaceIn(episode, judged) && isOpen(context)
  return { assessment: lookAt(seen), alert: isInAlarm ? update(seen, episode) : undefined }
}

/** The window against what is usual, or why it cannot be compared; neither while learning. */
function compareOnly(seen: Seen): {
  fault?: string
  comparison?: Comparison
} {
  const { record, window, baseline, minWindows } = seen
  const faults = dataFaults(record, window, seen)
  if (faults.length > 0) return { fault: faults[0]!.what }
  const now = intensityOf(window)
  if (!now || runShare(window) < LEAST_RUN) return { fault: now ? NO_RUN : NO_UNITS }
  const usual = baseline.windows >= minWindows ? baseline.expected(window.from, now) : null
  return usual ? { comparison: compare(now, usual) } : {}
}

const NO_UNITS = 'no good units were made in this time'
const NO_RUN = 'the line ran for too little of this time'

/** Counts how long each fault of the data lasts; one window is enough where the meter itself tells it. */
function noteFaults({ faults, usual }: ContextState, found: readonly DataFault[], { from, to }: Window): void {
  for (const fault of found) {
    const known = faults[fault.key]
    // A fault that was last seen some time ago, before another product ran, is not the same one.
    const goes = known && (known.active || from <= known.to)
    const seen = goes ? known : { fault, from, to, bad: 0, sound: 0, active: false }
    faults[fault.key] = seen
    Object.assign(seen, { fault, to, bad: seen.bad + 1, sound: 0 })
    seen.active ||= usual !== undefined && (fault.isTold || seen.bad >= IN_A_ROW)
  }
  for (const [key, seen] of Object.entries(faults)) {
    if (found.some((f) => f.key === key)) continue
    seen.bad = 0
    if (!seen.active || ++seen.sound >= IN_A_ROW) delete faults[key]
  }
}

/** Shows the window to every chart; gives the deviations that stayed so long that they are the usual now. */
function inspect(seen: Seen, usual: Expected, comparison: Comparison): Cause[] {
  const { context, window, baseline, limits } = seen
  const shifts: Cause[] = []
  for (const { key, ratio, history } of watchedOf(window, { usual, comparison, baseline })) {
    if (isSteadyOnly(key) && !isSteady(window)) continue
    const chart = (context.charts[key] ??= newChart())
    const point = { at: window.from, ratio, share: shareOf(comparison, key) }
    if (watch(chart, point, { history, rule: ruleOf(key), limits }) === 'cleared') discardDoubts(baseline, key)
    const { active } = chart
    if (!active || active.windows < SHIFT_WINDOWS || window.from - active.since < SHIFT_MS) continue
    acceptDoubts(baseline, key)
    context.charts[key] = newChart()
    shifts.push(shiftCause(comparison, key))
  }
  return shifts
}

function shiftCause(comparison: Comparison, key: string): Cause {
  const [, machine] = key.split('\n')
  return {
    rank: 1,
    cause: 'Baseline shift: the deviation has lasted so long that it was learned as the new usual',
    ...(key.startsWith('use') && machine !== undefined && { machine }),
    confidence: 1,
    kgCO2ePerUnit: shareOf(comparison, key) * comparison.expected,
    evidence: [`It has lasted for more than ${SHIFT_MS / MS_PER_HOUR} hours`],
    remedy: 'Confirm that this is how the line is meant to run; if not, the fault is still there.',
  }
}

function judgedOf({ window }: Seen, { actual, expected, terms }: Comparison): Judged {
  const { good } = window
  return { window, aboveKg: (actual - expected) * good, excessKg: avoidable(terms) * good, isRest: false }
}
