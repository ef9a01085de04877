/** Is the window fit to be judged? Bad data must neither raise a false alarm about a machine nor be learned as usual. */

import { quantity, type Baseline } from './baseline.ts'
import { hoursByMeter, type Window } from './features.ts'
import type { PlantModel } from '../plant/plant.ts'
import type { Carbon } from '../records.ts'
import { quantile } from './robust.ts'
import { num, percent } from './wording.ts'

export interface DataFault {
  /** The same fault in the next window has the same key. */
  key: string
  meter?: string
  machine?: string
  /** What is wrong, a sentence with numbers and units. */
  what: string
  remedy: string
  /** True where the meter itself says so: then one window is enough. */
  isTold: boolean
}

/** A meter that tells about less of the window than this was silent. */
const LEAST_TOLD = 0.95
const LEAST_COVERAGE = 0.95
/** A peak this many times the usual mean power is a wrong unit or a wrong reading. */
const IMPOSSIBLE_PEAK = 20
/** A load whose windows never fell below this share of its usual power cannot rest while the line counts. */
const NEVER_BELOW = 0.2
const AS_GOOD_AS_ZERO = 0.02
/** So many units were due that none is no chance. */
const SURELY_SOME = 5
/** What a meter says about itself that makes its energy doubtful. */
const DOUBTFUL: Readonly<Record<string, string>> = {
  reset: 'was reset and began again at 0',
  swap: 'was exchanged or jumped',
  glitch: 'had a reading out of line',
  'unit-change': 'changed its unit',
  negative: 'showed negative power',
  gap: 'stopped sending power samples',
}

const CHECK_METER = 'Check the meter, its connection and its settings; the figures come back by themselves.'

/** Every reason not to judge a window; none where the data are sound. */
export function dataFaults(
  record: Carbon,
  window: Window,
  { baseline, model }: { baseline: Baseline; model: PlantModel },
): DataFault[] {
  const silent = silentMeters(record, window, model)
  const parts: Part[] = ['factor']
  if (silent.length === 0) parts.push('energy')
  // A line at rest has nothing to count.
  if (window.runHours >= LEAST_TOLD * window.hours) parts.push('count')
  return [
    ...silent,
    ...doubtfulReadings(record, model),
    ...lowCoverage(record, parts),
    ...impossiblePower(window, baseline, model),
    ...standingCounts(record, window, baseline),
  ]
}

const machineOf = (model: PlantModel, meter: string): { machine?: string } => {
  const machine = model.meters.find((m) => m.id === meter)?.machine
  return machine === undefined ? {} : { machine }
}

function silentMeters({ line, buckets }: Carbon, window: Window, model: PlantModel): DataFault[] {
  const told = hoursByMeter(buckets)
  const silent = model.meters.filter((m) => m.line === line && (told.get(m.id) ?? 0) < LEAST_TOLD * window.hours)
  return silent.map((m) => ({
    key: quantity('data', m.id),
    meter: m.id,
    ...machineOf(model, m.id),
    what: `Meter ${m.id} told about ${percent((told.get(m.id) ?? 0) / window.hours)} of the window`,
    remedy: CHECK_METER,
    isTold: false,
  }))
}

function doubtfulReadings({ buckets }: Carbon, model: PlantModel): DataFault[] {
  const faults = new Map<string, DataFault>()
  for (const { meter, flags = [] } of buckets) {
    for (const flag of flags.filter((f) => Object.hasOwn(DOUBTFUL, f))) {
      const what = `Meter ${meter} ${DOUBTFUL[flag]!}`
      const place = { meter, ...machineOf(model, meter) }
      faults.set(meter, { key: quantity('data', meter), ...place, what, remedy: CHECK_METER, isTold: true })
    }
  }
  return [...faults.values()]
}

type Part = 'energy' | 'factor' | 'count'

function lowCoverage({ coverage }: Carbon, parts: readonly Part[]): DataFault[] {
  const remedies = {
    energy: CHECK_METER,
    factor: 'Check the sources of the emission factor node, or give it a table as the last resort.',
    count: 'Check the count signals of the line and their source in the plant model.',
  }
  return parts
    .filter((part) => coverage[part] < LEAST_COVERAGE)
    .map((part) => ({
      key: quantity('data', part),
      what: `Only ${percent(coverage[part])} of the ${part} data are known`,
      remedy: remedies[part],
      isTold: false,
    }))
}

function impossiblePower(window: Window, baseline: Baseline, model: PlantModel): DataFault[] {
  return window.uses.flatMap(({ machine, carrier, kWh, runKWh, signal }): DataFault[] => {
    const kW = baseline.values(quantity('use', machine, carrier))
    const usual = baseline.usual(quantity('use', machine, carrier))
    const meter = model.meters.find((m) => (m.machine ?? m.id) === machine && m.carrier === carrier)
    const place = { machine, ...(meter && { meter: meter.id }), remedy: CHECK_METER, isTold: false }
    const [key, name] = [quantity('data', meter?.id ?? machine), `Meter ${meter?.id ?? machine}`]
    if (kWh < 0) return [{ key, ...place, what: `${name} gave negative energy: ${kWh} kWh` }]
    if (usual === undefined || usual <= 0 || window.runHours <= 0) return []
    const now = runKWh / window.runHours
    const peak = Math.max(now, signal?.maxKW ?? 0)
    if (peak > IMPOSSIBLE_PEAK * usual) {
      return [{ key, ...place, what: `${name} showed ${num(peak)} kW, usual ${num(usual)} kW` }]
    }
    const isSteady = quantile(kW, 0) > NEVER_BELOW * usual
    const isDead = isSteady && window.produced > 0 && now < AS_GOOD_AS_ZERO * usual
    return isDead
      ? [{ key, ...place, what: `${name} showed no power while ${num(window.produced)} units were made` }]
      : []
  })
}

/** The line says it produces, draws power and counts nothing: the count or the state is wrong. */
function standingCounts({ buckets, coverage }: Carbon, window: Window, baseline: Baseline): DataFault[] {
  const { runHours, hours, produced } = window
  const missed = (baseline.usual('pace') ?? 0) * runHours
  const kWh = buckets.reduce((sum, b) => (b.state === 'productive' ? sum + b.kWh : sum), 0)
  if (produced > 0 || kWh <= 0 || coverage.count < LEAST_COVERAGE || runHours < LEAST_TOLD * hours) return []
  if (missed < SURELY_SOME) return []
  return [
    {
      key: quantity('data', 'standing-count'),
      what: `The line reported to produce and used ${num(kWh)} kWh, and not one of about ${num(missed)} units was counted`,
      remedy: 'Check the count signal and the state signal of the line.',
      isTold: false,
    },
  ]
}
