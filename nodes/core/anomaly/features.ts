/**
 * From a window record to the quantities that explain it.
 *
 * CO₂e per good unit = Σ over uses of factor × power while running / pace × (energy / energy while running) × yield loss,
 * a use being one machine and one carrier. Each of these can be compared with what is usual.
 */

import type { Bucket, Carbon, Signal } from '../records.ts'

/** One carrier in one machine; a meter without a machine counts as one. */
export interface Use {
  machine: string
  carrier: string
  kWh: number
  kg: number
  /** Energy while the line produces, and energy and time while it does not. */
  runKWh: number
  restKWh: number
  restHours: number
  /** Time-weighted shape of the power while the line produces. */
  signal?: Signal
  signalHours: number
}

export interface Window {
  id: string
  from: number
  to: number
  /** Time that the best meter tells about, and how much of it the line produced. */
  hours: number
  runHours: number
  produced: number
  good: number
  kg: number
  uses: Use[]
}

/** Factor values of a window or of a baseline; all positive where the window was productive. */
export interface Intensity {
  /** Units made per running hour. */
  unitsPerHour: number
  /** Units made per good unit. */
  madePerGood: number
  uses: UseIntensity[]
}
export interface UseIntensity {
  machine: string
  carrier: string
  kgPerKWh: number
  /** Mean power while the line produces. */
  runKW: number
  /** All energy by the energy used while the line produces. */
  allByRun: number
}

/** Without a reported state the whole time counts as running, as units are then spread over it. */
const RUNNING: ReadonlySet<string> = new Set(['productive', 'unknown', 'no-context'])
const SHAPE = ['meanKW', 'idleKW', 'loadFactor', 'startsPerHour', 'dutyCycle'] as const

/** The window of a record. Emissions that no bucket holds (upstream) are spread over the buckets by their emissions. */
export function windowOf(record: Carbon): Window {
  const known = record.buckets.reduce((sum, b) => sum + (b.kgCO2e ?? 0), 0)
  const scale = known > 0 ? record.kgCO2e.total / known : 1
  const uses = new Map<string, Use>()
  for (const bucket of record.buckets) addBucket(uses, bucket, scale)
  const { good, produced, scrap } = record.units
  return {
    id: record.id,
    from: record.from,
    to: record.to,
    hours: Math.max(0, ...hoursByMeter(record.buckets).values()),
    runHours: Math.max(0, ...hoursByMeter(record.buckets.filter((b) => RUNNING.has(b.state))).values()),
    produced: produced ?? (good ?? 0) + (scrap ?? 0),
    good: good ?? 0,
    kg: record.kgCO2e.total,
    uses: [...uses.values()],
  }
}

/** Hours that each meter tells about. */
export function hoursByMeter(buckets: readonly Bucket[]): Map<string, number> {
  const hours = new Map<string, number>()
  for (const b of buckets) hours.set(b.meter, (hours.get(b.meter) ?? 0) + b.hours)
  return hours
}

function addBucket(uses: Map<string, Use>, bucket: Bucket, scale: number): void {
  const { carrier, kWh, hours, signal } = bucket
  const use = useOf(uses, bucket.machine ?? bucket.meter, carrier)
  use.kWh += kWh
  use.kg += (bucket.kgCO2e ?? 0) * scale
  // What a line carries of a shared meter is reckoned by its own output or run time, whatever its state was meanwhile.
  if (RUNNING.has(bucket.state) || bucket.state === 'shared-in') {
    use.runKWh += kWh
    if (signal) addSignal(use, signal, hours)
  } else {
    use.restKWh += kWh
    use.restHours += hours
  }
}

function useOf(uses: Map<string, Use>, machine: string, carrier: string): Use {
  const id = `${machine}\n${carrier}`
  let use = uses.get(id)
  if (!use) {
    use = { machine, carrier, kWh: 0, kg: 0, runKWh: 0, restKWh: 0, restHours: 0, signalHours: 0 }
    uses.set(id, use)
  }
  return use
}

function addSignal(use: Use, signal: Signal, hours: number): void {
  if (hours <= 0) return
  const all = use.signalHours + hours
  const old = use.signal ?? signal
  const mixed: Signal = { meanKW: 0, maxKW: Math.max(old.maxKW, signal.maxKW) }
  for (const name of SHAPE) {
    const [a, b] = [old[name], signal[name]]
    const value = a !== undefined && b !== undefined ? (a * use.signalHours + b * hours) / all : (a ?? b)
    if (value !== undefined) mixed[name] = value
  }
  use.signal = mixed
  use.signalHours = all
}

/** Several windows as one: sums, so that ratios are still divided last. */
export function pooled(windows: readonly Window[]): Window {
  const uses = new Map<string, Use>()
  const sum = (of: (w: Window) => number): number => windows.reduce((total, w) => total + of(w), 0)
  for (const part of windows.flatMap((w) => w.uses)) {
    const use = useOf(uses, part.machine, part.carrier)
    for (const name of ['kWh', 'kg', 'runKWh', 'restKWh', 'restHours'] as const) use[name] += part[name]
    if (part.signal) addSignal(use, part.signal, part.signalHours)
  }
  return {
    id: windows.at(-1)?.id ?? '',
    from: Math.min(...windows.map((w) => w.from)),
    to: Math.max(...windows.map((w) => w.to)),
    hours: sum((w) => w.hours),
    runHours: sum((w) => w.runHours),
    produced: sum((w) => w.produced),
    good: sum((w) => w.good),
    kg: sum((w) => w.kg),
    uses: [...uses.values()],
  }
}

/** The factor values of a window; `null` where it has no running time or no good unit, so that no ratio exists. */
export function intensityOf(window: Window): Intensity | null {
  const { good, produced, runHours } = window
  if (!(good > 0 && produced > 0 && runHours > 0)) return null
  return {
    unitsPerHour: produced / runHours,
    madePerGood: produced / good,
    uses: window.uses.map(({ machine, carrier, kWh, kg, runKWh }) => ({
      machine,
      carrier,
      kgPerKWh: kWh > 0 ? kg / kWh : 0,
      // A use that draws only while the line rests has no share of the running time to be compared with.
      runKW: (runKWh > 0 ? runKWh : kWh) / runHours,
      allByRun: runKWh > 0 ? kWh / runKWh : 1,
    })),
  }
}
