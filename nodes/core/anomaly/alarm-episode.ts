/** The life of an alarm: one per line and product at a time; raised, updated, cleared, and taken up again on its return. */

import { joinedId } from '../ids.ts'
import { figuresOf, ranked, type Figures, type Surroundings } from './alarm-figures.ts'
import type { ContextState, Episode, Judged } from './alarm-state.ts'
import type { Carbon, CarbonAlert, Cause } from '../records.ts'

/** Cleared and back within this time is the same alarm. */
const REOPEN_MS = 600_000
/** Deviating windows whose energy is kept; of older ones only the excess. */
const KEPT = 60
/** An open alarm is told again when its excess moved by this share of what was last told. */
const MOVED = 0.25
/** … and once more when it rests on so many times the windows, because the first figures rest on few. */
const FIRMER = 4

export const isOpen = ({ episode }: ContextState): boolean => episode !== undefined && episode.alert.state !== 'cleared'

/** Opens, updates or clears the alarm of a context; gives the alert to send, if there is something new to say. */
export function follow(around: Surroundings, judged: Judged | undefined): CarbonAlert | undefined {
  const { context } = around
  const charts = Object.values(context.charts).flatMap((c) => (c.active ? [c.active] : []))
  const faults = Object.values(context.faults).filter((f) => f.active)
  if (charts.length === 0 && faults.length === 0) return isOpen(context) ? clear(around, []) : undefined
  if (!isOpen(context)) return raise(around, Math.min(...charts.map((c) => c.since), ...faults.map((f) => f.from)))
  if (judged) takeIn(context, judged)
  return update(around, context.episode!)
}

function raise(around: Surroundings, from: number): CarbonAlert | undefined {
  const { context, record } = around
  const last = context.episode
  const returns = last !== undefined && record.to - (last.alert.clearedAt ?? -Infinity) <= REOPEN_MS
  const episode = returns ? last : { alert: blankAlert(around, from), windows: [], droppedKg: 0, toldWindows: 0 }
  for (const judged of deviating(context)) add(episode, judged)
  const figures = figuresOf(around, episode)
  if (!figures) return undefined
  context.episode = episode
  episode.toldWindows = episode.windows.length
  return say(episode, { ...without(episode.alert, 'clearedAt'), ...figures, state: 'raised', ...placeOf(record) })
}

function blankAlert({ context, record }: Surroundings, from: number): CarbonAlert {
  const { line, sku } = context
  return {
    type: 'carbon-alert',
    id: joinedId(['alert', line, sku ?? '', new Date(from).toISOString()]),
    revision: -1,
    state: 'raised',
    severity: 'advice',
    line,
    ...(sku !== undefined && { sku }),
    from,
    detectedAt: record.to,
    kgCO2ePerGood: 0,
    expected: 0,
    band: [0, 0],
    split: [],
    causes: [],
    kgCO2eAvoidable: 0,
  }
}

const placeOf = ({ order, shift }: Carbon): Pick<CarbonAlert, 'order' | 'shift'> => ({
  ...(order !== undefined && { order }),
  ...(shift !== undefined && { shift }),
})

/** Takes a window into the open alarm; the first after a mere fault of the data brings those before it along. */
function takeIn(context: ContextState, judged: Judged): void {
  const { windows } = context.episode!
  const belongs = deviating(context)
  if (windows.length === 0) for (const j of belongs) add(context.episode!, j)
  else if (belongs.includes(judged)) add(context.episode!, judged)
}

/** The latest windows since the first active deviation began; windows at rest belong to idling alone. */
function deviating({ charts, recent }: ContextState): Judged[] {
  const since = Math.min(...Object.values(charts).map((c) => c.active?.since ?? Infinity))
  const isIdling = charts['idle']?.active !== undefined
  return recent.filter((j) => j.window.from >= since && (isIdling || !j.isRest))
}

/** Adds a window to an episode; one that is there already is replaced. */
function add(episode: Episode, judged: Judged): void {
  if (replaceIn(episode, judged)) return
  episode.windows.push(judged)
  episode.windows.sort((a, b) => a.window.from - b.window.from)
  while (episode.windows.length > KEPT) episode.droppedKg += episode.windows.shift()!.excessKg
}

/** Puts a restated window in the place of what it was; false where the episode does not hold it. */
export function replaceIn(episode: Episode, judged: Judged): boolean {
  const same = episode.windows.findIndex((j) => j.window.id === judged.window.id)
  if (same >= 0) episode.windows[same] = judged
  return same >= 0
}

/** Tells an open alarm again where its size, severity or first cause has changed. */
export function update(around: Surroundings, episode: Episode): CarbonAlert | undefined {
  const { alert } = episode
  const figures = figuresOf(around, { ...episode, windows: deviationOf(episode) })
  const isShelved = (alert.shelvedUntil ?? -Infinity) > around.record.to
  if (!figures || isShelved || !isNews(episode, figures, around.limits.materiality)) return undefined
  episode.toldWindows = episode.windows.length
  return say(episode, { ...without(alert, 'shelvedUntil'), ...figures, state: 'updated', ...placeOf(around.record) })
}

function isNews({ alert: told, windows, toldWindows }: Episode, now: Figures, materiality: number): boolean {
  const excess = ({ kgCO2ePerGood, expected }: Figures): number => kgCO2ePerGood / expected - 1
  const head = ({ causes }: Figures): string => `${causes[0]?.cause}\n${causes[0]?.machine}`
  const moved = Math.abs(excess(now) - excess(told))
  const isClear = (now.causes[0]?.kgCO2ePerUnit ?? 0) > materiality * now.expected
  if (toldWindows > 0 && windows.length >= FIRMER * toldWindows) return true
  if (now.severity !== told.severity || (isClear && head(now) !== head(told))) return true
  return moved > Math.max(materiality, MOVED * Math.abs(excess(told)))
}

/** Ends an alarm with the figures of all of it; `first` are causes to be told before those that were found. */
export function clear(around: Surroundings, first: readonly Cause[]): CarbonAlert {
  const episode = around.context.episode!
  const { alert } = episode
  episode.windows = deviationOf(episode)
  const figures = episode.windows.length > 0 ? figuresOf(around, episode) : undefined
  const causes = ranked([...first, ...(figures?.causes ?? alert.causes)])
  const ended = { state: 'cleared' as const, clearedAt: around.record.to, severity: alert.severity }
  return say(episode, { ...without(alert, 'shelvedUntil'), ...figures, causes, ...ended })
}

/**
 * The windows of an episode up to the one after which the emissions above the expected fell below half their mean: those
 * in which it was only waiting to clear are not part of it.
 */
function deviationOf({ windows }: Episode): Judged[] {
  const half = windows.reduce((sum, j) => sum + j.aboveKg, 0) / windows.length / 2
  let [best, length, sum] = [-Infinity, windows.length, 0]
  windows.forEach(({ aboveKg }, i) => {
    sum += aboveKg - half
    if (sum >= best) [best, length] = [sum, i + 1]
  })
  return windows.slice(0, length)
}

/** An alarm that no longer says when it was cleared, or how long it is shelved. */
export function without(alert: CarbonAlert, key: 'clearedAt' | 'shelvedUntil'): CarbonAlert {
  const rest = { ...alert }
  delete rest[key]
  return rest
}

/** The next revision of an alarm. */
export function say(holder: { alert: CarbonAlert }, alert: CarbonAlert): CarbonAlert {
  holder.alert = { ...alert, revision: holder.alert.revision + 1 }
  return holder.alert
}
