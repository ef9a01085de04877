/** Messages as readings of entries of the plant model: meters, or signals. */

import type { Json } from '../core/fields.ts'
import { SourceIndex } from '../core/plant/sources.ts'
import { NO_RULES, sampleOf, type Written } from './decode.ts'
import type { Zone } from './instant.ts'
import { itemsOf, nameOf, type Item } from './item.ts'
import { isNoReading } from './samples.ts'
import { withoutValue, type Sample } from './sample.ts'
import { isFields } from './shape.ts'
import { births, sparkplugSamples } from './sparkplug.ts'
import { isSparkplug } from './sparkplug-topic.ts'

export interface Entry extends Written {
  source: string
  timeZone?: string
}

export interface Reading<T extends Entry> {
  entry: T
  sample: Sample
  /** What the sample was read from; Sparkplug bytes have none. */
  item?: Item
}

export interface Readings<T extends Entry> {
  readings: Reading<T>[]
  /** Samples of sources that no entry names. */
  strangers: { sample: Sample; item?: Item }[]
  /** Items of which something inside was read: what else is in them may be of other entries. */
  within: Item[]
}

export class ReadingDoor<T extends Entry> {
  readonly #index: SourceIndex<T>
  readonly #zones = new Map<string, Zone>()
  /** The last time of entries whose times are local. */
  readonly #last = new Map<T, number>()

  /** `zoneOf` gives the rules of a time zone; asked for once each. */
  constructor(entries: readonly T[], zoneOf: (timeZone: string) => Zone) {
    this.#index = new SourceIndex(entries, (entry) => entry.source)
    for (const { timeZone } of entries) if (timeZone !== undefined) this.#zones.set(timeZone, zoneOf(timeZone))
  }

  /** True where an entry names the source, or something in the item. */
  knows({ source, item }: { source: string; item?: Item | undefined }): boolean {
    const names = (name: string): boolean => this.#index.match(name).length > 0
    return names(source) || (item?.parts?.().some((part) => names(part.source)) ?? false)
  }

  /** True where an entry has a path that leads to something in the item. */
  finds(item: Item | undefined): boolean {
    const isIn = (entry: T): boolean => sampleOf(item!, { ...NO_RULES, written: entry }).isAbsent !== true
    return item !== undefined && this.#index.match(item.source).some((entry) => entry.path !== undefined && isIn(entry))
  }

  /** What a message holds, in the order it stands in it. What is larger than a message may be is one bad sample. */
  read(message: object): Readings<T> {
    const msg = message as Json
    const { topic, payload } = msg
    const found: Readings<T> = { readings: [], strangers: [], within: [] }
    if (topic === 'subscriptionId') return found
    try {
      if (isSparkplug(topic) && !isFields(payload)) this.#samples(sparkplugSamples(topic, payload, births), found)
      else for (const item of itemsOf(msg)) this.#item(item, found)
    } catch (error) {
      const bad: Sample = { source: nameOf(topic), value: null, at: null, quality: 'bad' }
      this.#samples([withoutValue(bad, (error as Error).message)], found)
    }
    return found
  }

  #samples(samples: readonly Sample[], found: Readings<T>): void {
    for (const sample of samples) {
      const entries = this.#index.match(sample.source)
      if (entries.length === 0) found.strangers.push({ sample })
      for (const entry of entries) found.readings.push({ entry, sample })
    }
  }

  #item(item: Item, found: Readings<T>): void {
    const entries = this.#index.match(item.source)
    const isTyped = isNoReading(item)
    const read = entries.filter((e) => !isTyped || e.path !== undefined).map((entry) => this.#reading(entry, item))
    // A gateway that sends what has changed leaves the rest out: that is no fault where it sends something.
    const present = read.filter(({ sample }) => !sample.isAbsent)
    found.readings.push(...(present.length > 0 ? present : read))
    // A source without a path is the whole message; with one, others may name what is in it.
    if (isTyped || entries.some((entry) => entry.path === undefined)) return
    const unknown = this.#parts(item.parts?.() ?? [], found)
    if (entries.length > 0 || unknown) found.within.push(item)
    if (entries.length > 0) return
    for (const stranger of unknown ?? [item])
      found.strangers.push({ sample: sampleOf(stranger, NO_RULES), item: stranger })
  }

  /** Reads the parts that entries name; gives the others; `undefined` where they name none. */
  #parts(parts: readonly Item[], found: Readings<T>): Item[] | undefined {
    const unknown: Item[] = []
    for (const part of parts) {
      const entries = this.#index.match(part.source)
      if (entries.length === 0) unknown.push(part)
      for (const entry of entries) found.readings.push(this.#reading(entry, part))
    }
    return unknown.length < parts.length ? unknown : undefined
  }

  #reading(entry: T, item: Item): Reading<T> {
    const { timeZone } = entry
    if (timeZone === undefined) return { entry, item, sample: sampleOf(item, { ...NO_RULES, written: entry }) }
    const zone = this.#zones.get(timeZone)
    const sample = sampleOf(item, { written: entry, zone, last: this.#last.get(entry) })
    if (sample.at !== null) this.#last.set(entry, Math.max(sample.at, this.#last.get(entry) ?? 0))
    return { entry, item, sample }
  }
}
