/** One record in the making: the exact sums behind it, and what was last said of it. */

import type { Carbon, Production, StateBucket } from '../records.ts'
import { isMissing } from '../records.ts'
import { BucketList } from './bucket-list.ts'
import { EnergyTally, UnitTally, type EnergyPart } from './tally.ts'
import type { CellKey } from './views.ts'

/** Energy that no state of the line explains: its part of a shared meter, the site's rest, and what nobody has caused. */
export type Account = 'shared-in' | 'residual' | 'unallocated'

export interface Bucketed {
  state: StateBucket | Account | 'no-context'
  machine: string | undefined
  meter: string
  carrier: string
  tally: EnergyTally
}

/** Which meter a part is booked on. */
export interface Booking {
  meter: string
  machine: string | undefined
  carrier: string
  /** Stands in for the state. */
  account?: Account
}

export class Cell {
  readonly key: CellKey
  units = new UnitTally()
  /** By meter: a machine has few states, so that looking through them is quicker than a name for each pair. */
  readonly #buckets = new Map<string, Bucketed[]>()
  /** `undefined` until the buckets are listed anew. */
  #list: BucketList | undefined
  readonly reasons = new Set<string>()
  dirty = true
  /** True while facts have changed that were booked here and are no longer held. */
  isStale = false
  /** The newest revision that was sent, and what it said. */
  sent: Carbon | undefined
  /** True where that was said under other calculation rules. */
  isOfOtherRules = false

  constructor(key: CellKey) {
    this.key = key
  }

  /** True where all that was ever booked here has gone elsewhere. */
  get isEmpty(): boolean {
    return this.#buckets.size === 0 && this.units.isEmpty
  }

  /** True once a final revision was sent. */
  get wasFinal(): boolean {
    return this.sent !== undefined && this.sent.status !== 'provisional'
  }

  /** Takes everything away that was booked. */
  clear(): void {
    this.#buckets.clear()
    this.#list = undefined
    this.units = new UnitTally()
  }

  book(part: EnergyPart): void {
    const { booking, segment } = part.claim
    const { meter, machine, carrier, account } = booking
    const { context } = segment
    const state = account ?? (context && !isMissing(context) ? context.state : 'no-context')
    const bucket =
      this.#bucketOf(booking, state) ?? this.#addBucket({ state, machine, meter, carrier, tally: new EnergyTally() })
    bucket.tally.add(part)
    if (bucket.tally.parts === 0) this.#removeBucket(bucket)
    this.dirty = true
  }

  count(piece: Production, share: { from: number; to: number }, sign: 1 | -1): void {
    this.units.add(piece, share, sign)
    this.dirty = true
  }

  get buckets(): BucketList {
    return (this.#list ??= new BucketList([...this.#buckets.values()].flat()))
  }

  #bucketOf({ meter, carrier }: Booking, state: Bucketed['state']): Bucketed | undefined {
    for (const bucket of this.#buckets.get(meter) ?? NONE)
      if (bucket.state === state && bucket.carrier === carrier) return bucket
    return undefined
  }

  #addBucket(bucket: Bucketed): Bucketed {
    const ofMeter = this.#buckets.get(bucket.meter)
    if (ofMeter) ofMeter.push(bucket)
    else this.#buckets.set(bucket.meter, [bucket])
    this.#list = undefined
    return bucket
  }

  #removeBucket(bucket: Bucketed): void {
    const ofMeter = this.#buckets.get(bucket.meter)!
    ofMeter.splice(ofMeter.indexOf(bucket), 1)
    if (ofMeter.length === 0) this.#buckets.delete(bucket.meter)
    this.#list = undefined
  }
}

const NONE: readonly Bucketed[] = []
