/** Machine states as the seven buckets that energy is sorted into. */

import type { PlantModel } from '../plant/plant.ts'
import type { StateBucket } from '../records.ts'
import { anyNumber, STATES_BY_NAME, STATES_BY_NUMBER, type StateMap } from './state-maps.ts'

const BUCKETS: readonly StateBucket[] = [
  'productive',
  'startup',
  'changeover',
  'idle',
  'stopped',
  'off-shift',
  'unknown',
]

/** Small letters, without blanks, signs between words, and what pads a fixed-length text. */
const plainOf = (word: string): string => word.toLowerCase().replaceAll(/[\s\0_-]/g, '')
const BY_NAME = new Map<string, StateBucket>([...STATES_BY_NAME, ...BUCKETS.map((b) => [plainOf(b), b] as const)])
const NUMBER = /^(\d+)(\.0+)?$/

/** What the words and numbers that a line and its machines report as their states mean. */
export class StateWords {
  readonly #own: Readonly<Record<string, StateBucket>>
  /** By machine; that of the line itself under the empty name. */
  readonly #maps = new Map<string, StateMap>()

  constructor({ stateMap, signals }: Pick<PlantModel, 'stateMap' | 'signals'>, line: string) {
    this.#own = stateMap
    for (const { role, line: of, machine = '', map } of signals)
      if (role === 'state' && of === line && map !== undefined) this.#maps.set(machine, STATES_BY_NUMBER[map])
  }

  /**
   * The bucket of a reported state: a name of the plant's own map first, then a bucket or a name of a known vocabulary,
   * then a number of the one that the signal names. `undefined` for a state that nobody has explained.
   */
  bucketOf(state: string, machine = ''): StateBucket | undefined {
    const word = state.replaceAll('\0', ' ').trim()
    for (const name of [state, word]) if (Object.hasOwn(this.#own, name)) return this.#own[name]
    const number = NUMBER.exec(word)?.[1]
    if (number !== undefined) return (this.#maps.get(machine) ?? anyNumber)(Number(number))
    const plain = plainOf(word)
    return BY_NAME.get(plain) ?? BY_NAME.get(plain.replace(/state$/, ''))
  }
}
