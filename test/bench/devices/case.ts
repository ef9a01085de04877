/** One device with one fault: its messages, and whether what comes of them is true. */

import { resultOf } from '../../../nodes/carbon-meter/sample-result.ts'
import { Meter } from '../../../nodes/core/meter/meter.ts'
import type { PlantMeter } from '../../../nodes/core/plant/plant.ts'
import type { Energy } from '../../../nodes/core/records.ts'
import { ReadingDoor } from '../../../nodes/door/reading-door.ts'
import { SourceClock } from '../../../nodes/door/source-clock.ts'
import { zoneOf } from '../../../nodes/shared/zone.ts'
import type { Sent } from '../../nodes/fixtures/device-line.ts'
import { Draw } from './draw.ts'
import { FAULTS, type Fault } from './faults.ts'
import { SHAPES, type Shape } from './shapes.ts'
import { RATED_KW, truthOf, type Truth } from './truth.ts'
import { mannerOf } from './vocabularies.ts'

export interface Case {
  seed: number
  shape: Shape
  fault: Fault
  meter: PlantMeter
  messages: Sent[]
  truth: Truth
}

const canHave = (shape: Shape, { isText, isOfQuality }: Fault): boolean =>
  !(isText && shape.isBinary) && !(isOfQuality && shape.isSilent)

export function caseOf(seed: number): Case {
  const draw = new Draw(seed)
  const shape = SHAPES[seed % SHAPES.length]!
  const fault = draw.one(FAULTS.filter((f) => canHave(shape, f)))
  const truth = truthOf(draw)
  const manner = mannerOf(draw)
  const readings = fault.spoil(truth.readings, draw)
  const value = (r: (typeof readings)[number]): unknown =>
    'instead' in r ? r.instead : Math.max(0, r.wh) / shape.worth
  const messages = shape.messages(readings, value, manner)
  const meter: PlantMeter = {
    ...{ id: 'm', source: 'l1/energy', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' },
    ratedKW: RATED_KW,
    ...shape.meter,
  }
  return { seed, shape, fault, meter, messages, truth }
}

export interface Outcome {
  intervals: Energy[]
  rejected: string[]
  /** Readings that were taken. */
  taken: number
}

/** What the station makes of the messages, without Node-RED around it. */
export function outcomeOf({ meter: spec, messages }: Case): Outcome {
  const door = new ReadingDoor([spec], zoneOf)
  const meter = new Meter(spec)
  const clock = new SourceClock()
  const held = new Map<string, Energy>()
  const rejected: string[] = []
  let taken = 0
  for (const { arrives, ...message } of messages) {
    const now = arrives ?? Date.now()
    for (const { sample } of door.read(message).readings) {
      const result = resultOf(meter, clock.take(sample, now), now)
      if (result.rejected !== undefined) rejected.push(result.rejected)
      else taken++
      for (const energy of result.energies) {
        for (const id of energy.replaces ?? []) held.delete(id)
        held.set(energy.id, energy)
      }
    }
  }
  return { intervals: [...held.values()].sort((a, b) => a.from - b.from), rejected, taken }
}

export type Verdict = 'right' | 'flagged' | 'in part' | 'refused' | 'WRONG'

const EPSILON_KWH = 1e-6

/** Judges a figure by the truth. Only what covers its whole time must be the whole of it. */
export function verdictOf({ shape, truth }: Case, { intervals, rejected, taken }: Outcome): Verdict {
  // One reading alone is no energy yet; to say nothing of more would be a silent loss.
  if (intervals.length === 0) return rejected.length > 0 || taken === 1 ? 'refused' : 'WRONG'
  if (shape.isUnexplained) return 'WRONG'
  const isWrong = (kWh: number, from: number, to: number): boolean =>
    !(Math.abs(kWh - truth.used(from, to) / 1000) <= EPSILON_KWH)
  // A total that begins anew, and wrong readings that are the last ones so far, cannot be told apart: flagged from there on.
  const reset = intervals.findIndex((e) => e.flags.includes('reset'))
  const before = reset < 0 ? intervals : intervals.slice(0, reset)
  const plain = before.filter((e) => e.kWh !== null && e.flags.every((flag) => PLAIN.has(flag)))
  if (plain.some((e) => isWrong(e.kWh!, e.from, e.to))) return 'WRONG'
  const isWhole = intervals.every((e, i) => e.kWh !== null && (i === 0 || e.from === intervals[i - 1]!.to))
  if (!isWhole) return 'in part'
  const kWh = intervals.reduce((sum, e) => sum + e.kWh!, 0)
  if (!isWrong(kWh, intervals[0]!.from, intervals.at(-1)!.to)) return 'right'
  return reset >= 0 ? 'flagged' : 'WRONG'
}

/** Flags that doubt nothing of the amount. */
const PLAIN = new Set(['late', 'backfill', 'first'])
