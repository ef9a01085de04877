/** What a window shows of each quantity, to be judged against a baseline and to be learned by it. */

import { quantity, type Baseline, type Sample } from './baseline.ts'
import { intensityOf, type Intensity, type Use, type UseIntensity, type Window } from './features.ts'
import { paceKW, shareOf, type Comparison, type Expected } from './split.ts'

/** A rest shorter than this says little about the power at rest. */
const REST_HOURS = 1 / 120

/** A quantity that a chart watches: how this window compares with what is usual (above 1 is worse), and the same of the past. */
export interface Watched {
  key: string
  ratio: number
  history: number[]
}

/** True for what a stop within the window blurs. */
export const isSteadyOnly = (key: string): boolean => key === 'pace' || key.startsWith('use')

export interface Against {
  usual: Expected
  comparison: Comparison
  baseline: Baseline
}

/** The quantities of a window against what is usual. */
export function watchedOf(window: Window, against: Against): Watched[] {
  const { usual, comparison, baseline } = against
  const now = intensityOf(window)
  if (!now) return []
  const past = (key: string, value: number): number[] => baseline.values(key).map((x) => x / value)
  const pace = usual.unitsPerHour
  return [
    { key: 'pace', ratio: pace / now.unitsPerHour, history: baseline.values('pace').map((x) => pace / x) },
    { key: 'yield', ratio: now.madePerGood / usual.madePerGood, history: past('yield', usual.madePerGood) },
    idleOf(window, baseline),
    { key: 'mix', ratio: 1 + shareOf(comparison, 'mix'), history: baseline.values('mix') },
    ...usual.uses.flatMap((use) => powerOf(use, now, against)),
    ...gridOf(window, now, baseline),
  ]
}

/** The power of a use against that of a sound machine at the same pace. */
function powerOf(use: Expected['uses'][number], now: Intensity, { usual, baseline }: Against): Watched[] {
  const key = quantity('use', use.machine, use.carrier)
  const power = now.uses.find((u) => u.machine === use.machine && u.carrier === use.carrier)
  if (!power || use.runKW <= 0) return []
  const relative = (kW: number, unitsPerHour: number): number => kW / paceKW(use, unitsPerHour / usual.unitsPerHour)
  const history = baseline.samples(key).map(([, kW, unitsPerHour]) => relative(kW!, unitsPerHour!))
  return [{ key, ratio: relative(power.runKW, now.unitsPerHour), history }]
}

function idleOf(window: Window, baseline: Baseline): Watched {
  const usual = baseline.usual('idle') ?? 1
  return { key: 'idle', ratio: allByRun(window) / usual, history: baseline.values('idle').map((x) => x / usual) }
}

function gridOf({ from }: Window, now: Intensity, baseline: Baseline): Watched[] {
  return carriersOf(now).flatMap(({ carrier, kgPerKWh }) => {
    const usual = baseline.gridFactor(carrier, from)
    if (usual === undefined || !(usual > 0)) return []
    const history = baseline.gridSamples(carrier, from).map((s) => s[1]! / usual)
    return [{ key: quantity('grid', carrier), ratio: kgPerKWh / usual, history }]
  })
}

const carriersOf = (now: Intensity): UseIntensity[] => [
  ...new Map(now.uses.filter((u) => u.kgPerKWh > 0).map((u) => [u.carrier, u])).values(),
]

/** All energy of a window by the energy used while it produced. */
function allByRun({ uses }: Window): number {
  const [run, rest] = [uses.reduce((sum, u) => sum + u.runKWh, 0), uses.reduce((sum, u) => sum + u.restKWh, 0)]
  return run > 0 ? (run + rest) / run : 1
}

/** What a window teaches, by quantity; `steady` where it ran without a longer stop. */
export function lessonsOf(window: Window, steady: boolean): [key: string, sample: Sample][] {
  const now = intensityOf(window)
  const at = window.from
  const lessons = restLessons(window)
  if (!now) return lessons
  lessons.push(['yield', [at, now.madePerGood]], ['idle', [at, allByRun(window)]])
  for (const u of now.uses) lessons.push([quantity('rest', u.machine, u.carrier), [at, u.allByRun]])
  for (const u of carriersOf(now)) lessons.push([quantity('grid', u.carrier), [at, u.kgPerKWh]])
  if (!steady) return lessons
  lessons.push(['pace', [at, now.unitsPerHour]])
  for (const u of now.uses) lessons.push([quantity('use', u.machine, u.carrier), [at, u.runKW, now.unitsPerHour]])
  for (const use of window.uses) lessons.push(...shapeLessons(use, at))
  return lessons
}

/** What a window teaches about machines at rest. */
export const restLessons = ({ from, uses }: Window): [string, Sample][] =>
  uses.flatMap(({ machine, carrier, restKWh, restHours }): [string, Sample][] =>
    restHours >= REST_HOURS ? [[quantity('standing', machine, carrier), [from, restKWh / restHours]]] : [],
  )

function shapeLessons({ machine, carrier, signal }: Use, at: number): [string, Sample][] {
  const shape = { starts: signal?.startsPerHour, duty: signal?.dutyCycle, idling: signal?.idleKW }
  return Object.entries(shape).flatMap(([name, value]): [string, Sample][] =>
    value === undefined ? [] : [[quantity(name, machine, carrier), [at, value]]],
  )
}
