/**
 * One quantity under watch: when does it deviate, since when, and when is it well again.
 *
 * Three rules, because faults differ: two wild windows in a row (a jump), a cumulative sum (a drift; CUSUM, Page 1954),
 * and a mean over five windows (a load that cycles more slowly than a window, whose single windows say little).
 * A deviation counts only where it also moves the CO₂e per unit by the materiality. One-sided: a decrease is no alarm.
 */

import { mean, scaleOf } from './robust.ts'

export interface ChartRule {
  /** Smallest scale of the natural logarithm of the ratio. */
  floor: number
  /** Two in a row beyond `WILD` fire, for means over each of these numbers of windows. */
  spans: readonly number[]
  /** The cumulative sum that fires. */
  limit: number
  /** A smaller ratio never fires. */
  leastRatio: number
  /** An alarm of the cumulative sum ends by the mean over this many windows. */
  settle: number
}

const rule = (floor: number, given: Partial<ChartRule> = {}): ChartRule => ({
  floor,
  spans: [1],
  limit: 5,
  leastRatio: 1,
  settle: 1,
  ...given,
})

/** Floors as found on 14,492 real windows of three machines with injected faults. */
export const RULES: Readonly<Record<string, ChartRule>> = {
  use: rule(0.02, { spans: [1, 5] }),
  pace: rule(0.02, { spans: [1, 5] }),
  yield: rule(0.015, { spans: [1, 5] }),
  // One stop reaches at most two windows that also produce; only repeated waiting adds up to more.
  idle: rule(0.04, { spans: [], limit: 8, settle: 5 }),
  mix: rule(0.02),
  // A factor moves in steps of hours, so small steps in a row are no evidence.
  grid: rule(0.04, { limit: Infinity, leastRatio: 1.15 }),
}

export interface Point {
  at: number
  /** Seen by usual; above 1 is worse. */
  ratio: number
  /** What the quantity adds to the CO₂e per unit, share of the expected. */
  share: number
}

/** Plain data, so that it can be kept and restored as it is. */
export interface Chart {
  recent: Point[]
  sum: number
  /** Windows in a row that added to the cumulative sum. */
  run: number
  /** Windows in a row beyond `WILD`, by span. */
  wild: Record<number, number>
  active?: Active
}
export interface Active {
  since: number
  /** The mean over this many windows is watched for the end. */
  span: number
  /** Largest share that such a mean had. */
  peak: number
  /** Windows in a row below the clear limit. */
  calm: number
  windows: number
}

export interface Limits {
  /** Shares of the expected CO₂e per unit: least contribution of an alarm, and below which it may clear. */
  materiality: number
  clear: number
}

const WILD = 5
const SLACK = 1
const CLIP = 4
/** An alarm clears below this share of its peak at the latest. */
const CLEAR_OF_PEAK = 0.35
const IN_A_ROW = 2
const RECENT = 12

export const newChart = (): Chart => ({ recent: [], sum: 0, run: 0, wild: {} })

interface Past {
  /** The ratios of the windows that were learned. */
  history: readonly number[]
  rule: ChartRule
}

/** Takes the next window; tells what it changed. */
export function watch(
  chart: Chart,
  point: Point,
  { limits, ...past }: Past & { limits: Limits },
): 'fired' | 'cleared' | undefined {
  const { rule } = past
  chart.recent = [...chart.recent, point].slice(-RECENT)
  const z = deviation(chart, 1, past)
  const added = chart.sum + Math.min(z, CLIP) - SLACK
  chart.sum = Math.max(0, added)
  chart.run = added > 0 ? chart.run + 1 : 0
  for (const span of rule.spans) {
    // The scale is at least the floor, so most windows need not be compared with the past.
    const mayBeWild = levelOf(chart, span) > WILD * rule.floor
    const isWild = mayBeWild && (span === 1 ? z : deviation(chart, span, past)) > WILD
    chart.wild[span] = isWild ? (chart.wild[span] ?? 0) + 1 : 0
  }
  if (chart.active) return settles(chart, chart.active, limits)
  const fired = fires(chart, rule, limits)
  if (!fired) return undefined
  const { span, windows } = fired
  chart.active = { since: onset(chart, windows), span, peak: meanShare(chart, span), calm: 0, windows: 0 }
  return 'fired'
}

/** True where a chart is not in alarm but looks as if it might be soon: what it sees is not learned yet. */
export const isSuspicious = (chart: Chart, rule: ChartRule): boolean =>
  Object.values(chart.wild).some((n) => n > 0) || chart.sum > Math.min(rule.limit, WILD) / 2

/** How far the mean of the last `span` windows lies above the usual, in scales; uncertain scales count as wider. */
function deviation(chart: Chart, span: number, { history, rule }: Past): number {
  if (chart.recent.length < span || history.length < 2 * span) return 0
  const scale = scaleOf(rollingMeans(history, span).map(Math.log).filter(Number.isFinite), rule.floor)
  return levelOf(chart, span) / (scale * (1 + (4 * span) / history.length))
}

const levelOf = ({ recent }: Chart, span: number): number => Math.log(mean(recent.slice(-span).map((p) => p.ratio)))

function rollingMeans(values: readonly number[], span: number): number[] {
  let sum = 0
  return values.flatMap((x, i) => {
    sum += x - (i >= span ? values[i - span]! : 0)
    return i >= span - 1 ? [sum / span] : []
  })
}

/** The rule that fires: the span to watch for the end, and the latest windows that made it fire. */
function fires(
  chart: Chart,
  { spans, limit, leastRatio, settle }: ChartRule,
  { materiality }: Limits,
): { span: number; windows: number } | undefined {
  const isMaterial = (windows: number): boolean =>
    shareWithoutLargest(chart, windows) > materiality &&
    mean(chart.recent.slice(-windows).map((p) => p.ratio)) > leastRatio
  for (const span of spans) {
    const isJump = (chart.wild[span] ?? 0) >= IN_A_ROW && isMaterial(Math.max(span, IN_A_ROW))
    if (isJump) return { span, windows: IN_A_ROW }
  }
  const windows = Math.min(chart.run, RECENT)
  return chart.sum > limit && isMaterial(windows) ? { span: settle, windows } : undefined
}

const meanShare = (chart: Chart, windows: number): number => mean(chart.recent.slice(-windows).map((p) => p.share))

/** One wild window must not carry a mean alone. */
function shareWithoutLargest({ recent }: Chart, windows: number): number {
  const shares = recent.slice(-windows).map((p) => p.share)
  return shares.length > 1 ? (mean(shares) * shares.length - Math.max(...shares)) / (shares.length - 1) : -Infinity
}

/** The window since which the mean lies above half of the latest deviation: where the change began most likely. */
function onset({ recent }: Chart, windows: number): number {
  const x = recent.map((p) => Math.log(p.ratio))
  const half = mean(x.slice(-windows)) / 2
  let [best, since, sum] = [-Infinity, recent.at(-1)!.at, 0]
  for (let i = recent.length - 1; i >= 0; i--) {
    sum += x[i]! - half
    if (sum > best) [best, since] = [sum, recent[i]!.at]
  }
  return since
}

function settles(chart: Chart, active: Active, { clear }: Limits): 'cleared' | undefined {
  const share = meanShare(chart, active.span)
  active.windows++
  active.calm = share < Math.max(clear, CLEAR_OF_PEAK * active.peak) ? active.calm + 1 : 0
  active.peak = Math.max(active.peak, share)
  if (active.calm < IN_A_ROW) return undefined
  // What it takes to fire again must have been seen after this.
  Object.assign(chart, { recent: chart.recent.slice(-IN_A_ROW), sum: 0, run: 0, wild: {} })
  delete chart.active
  return 'cleared'
}
