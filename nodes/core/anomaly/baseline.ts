/**
 * What is usual on a line for one product: a bounded memory of windows in which nothing was wrong.
 *
 * Each quantity has a memory of its own, so that one that is in alarm stops learning and the others go on.
 */

import type { Intensity } from './features.ts'
import { location, median } from './robust.ts'
import { paceKW, type Expected } from './split.ts'
import { MS_PER_HOUR } from '../plant/units.ts'

/** The beginning of a window, epoch ms, and what was seen in it. */
export type Sample = [at: number, ...values: number[]]
export type Memory = Record<string, Sample[]>

/** Windows that are kept of each quantity. */
const CAPACITY = 100
/** Samples that make a quantity usual. */
const ENOUGH = 4
/** The grid's factor is compared with what it was around the same time of day. */
const GRID_HOURS = 1
const GRID_ENOUGH = 6
/** Power follows the pace by half where nothing is known about the machine at rest. */
const USUAL_VARIABLE_SHARE = 0.5

const DAY = 24 * MS_PER_HOUR
const SEP = '\n'

/** The quantity of a use, e.g. `use⏎comp3⏎electricity`; ids never hold a line break. */
export const quantity = (name: string, ...parts: string[]): string => [name, ...parts].join(SEP)

export class Baseline {
  /** Plain data, so that it can be kept and restored as it is. */
  readonly memory: Memory
  readonly #frozen: ReadonlyMap<string, number>
  readonly #usual = new Map<string, number>()

  /** `frozen` gives the time whose factor stays the usual one of a carrier, while that carrier's factor is in alarm. */
  constructor(memory: Memory = {}, frozen: ReadonlyMap<string, number> = new Map()) {
    this.memory = memory
    this.#frozen = frozen
  }

  /** Productive windows learned. */
  get windows(): number {
    return this.samples('pace').length
  }

  samples(key: string): readonly Sample[] {
    return this.memory[key] ?? []
  }

  /** What was seen of a quantity, oldest first; `i` chooses one of its values. */
  values(key: string, i = 0): number[] {
    return this.samples(key).map((sample) => sample[i + 1]!)
  }

  /** The usual value, or `undefined` where too little was seen. */
  usual(key: string): number | undefined {
    return this.#once(key, () => this.values(key))
  }

  /** Keeps a sample; one of the same window is replaced, the oldest gives way. */
  learn(key: string, sample: Sample): void {
    this.#usual.clear()
    const samples = (this.memory[key] ??= [])
    // Windows mostly come in order; a late one goes to its place.
    let i = samples.length
    while (i > 0 && samples[i - 1]![0] > sample[0]) i--
    const isSame = i > 0 && samples[i - 1]![0] === sample[0]
    samples.splice(isSame ? i - 1 : i, isSame ? 1 : 0, sample)
    if (samples.length > CAPACITY) samples.shift()
  }

  /** Puts other samples in the place of all that was known; none of them forgets it. */
  replace(key: string, samples: readonly Sample[]): void {
    this.#usual.clear()
    if (samples.length > 0) this.memory[key] = samples.slice(-CAPACITY)
    else delete this.memory[key]
  }

  /** What was to be expected of a window; a factor that is not yet known at this time of day is taken as it is. */
  expected(at: number, now: Intensity): Expected | null {
    const [unitsPerHour, madePerGood] = [this.usual('pace'), this.usual('yield')]
    if (unitsPerHour === undefined || madePerGood === undefined) return null
    const uses = this.#knownUses().map(([machine, carrier]): Expected['uses'][number] => {
      const sameCarrier = now.uses.filter((u) => u.carrier === carrier && u.kgPerKWh > 0)
      const current = (sameCarrier.find((u) => u.machine === machine) ?? sameCarrier[0])?.kgPerKWh
      const variableShare = this.#variableShare(machine, carrier)
      return {
        machine,
        carrier,
        kgPerKWh: this.gridFactor(carrier, at) ?? current ?? this.usual(quantity('grid', carrier)) ?? 0,
        runKW: this.#powerAt(unitsPerHour, quantity('use', machine, carrier), variableShare),
        allByRun: this.usual(quantity('rest', machine, carrier)) ?? 1,
        variableShare,
      }
    })
    return { unitsPerHour, madePerGood, uses }
  }

  /** The usual factor of a carrier around a time of day, or `undefined` where too few windows were seen then. */
  gridFactor(carrier: string, at: number): number | undefined {
    const near = this.gridSamples(carrier, at)
    if (near.length < GRID_ENOUGH) return undefined
    return this.#once(quantity('grid', carrier, String(this.#frozen.get(carrier) ?? at)), () => near.map((s) => s[1]!))
  }

  gridSamples(carrier: string, at: number): Sample[] {
    const around = this.#frozen.get(carrier) ?? at
    return this.samples(quantity('grid', carrier)).filter(([then]) => {
      const apart = Math.abs(around - then) % DAY
      return Math.min(apart, DAY - apart) <= GRID_HOURS * MS_PER_HOUR
    })
  }

  #knownUses(): [machine: string, carrier: string][] {
    return Object.entries(this.memory)
      .map(([key, samples]) => ({ parts: key.split(SEP), samples }))
      .filter(({ parts, samples }) => parts[0] === 'use' && samples.length >= ENOUGH)
      .map(({ parts }) => [parts[1]!, parts[2]!])
  }

  /** How much of a machine's power goes with the pace: what it does not draw at rest. */
  #variableShare(machine: string, carrier: string): number {
    const restKW = this.values(quantity('standing', machine, carrier))
    const runKW = this.usual(quantity('use', machine, carrier)) ?? 0
    if (restKW.length < ENOUGH || runKW <= 0) return USUAL_VARIABLE_SHARE
    return Math.min(0.9, Math.max(0.1, 1 - median(restKW) / runKW))
  }

  /** The usual power at the usual pace; what was seen at another pace counts as it would have been at this one. */
  #powerAt(unitsPerHour: number, key: string, variableShare: number): number {
    return this.#once(`${key}${SEP}${unitsPerHour}`, () =>
      this.samples(key).map(([, kW, pace]) => kW! / paceKW({ runKW: 1, variableShare }, pace! / unitsPerHour)),
    )!
  }

  #once(name: string, values: () => number[]): number | undefined {
    let usual = this.#usual.get(name)
    if (usual === undefined) {
      const seen = values()
      if (seen.length < ENOUGH) return undefined
      this.#usual.set(name, (usual = location(seen)))
    }
    return usual
  }
}
