/** The readings of one meter or count in order of source time, and what was concluded between them. Columns, to stay small. */

import type { Fuel } from '../plant/fuel.ts'
import { Flag } from './verdict.ts'

/** A reading as it is kept. */
export interface Entry {
  at: number
  /** Begin of a stated period; `at` itself where there is none. */
  from: number
  value: number
  revision: number
  /** Bits of `Flag`: uncertain, arrival-time, conflict. */
  marks: number
  /** What the interval that ends here was told with before a restart, where it is an amount of fuel. */
  fuel?: Fuel
}

const SOFT = Flag.uncertain | Flag['arrival-time']

export class Readings {
  readonly at: number[] = []
  readonly from: number[] = []
  readonly value: number[] = []
  readonly revision: number[] = []
  readonly marks: number[] = []
  /** Of the interval that ends at the reading: kWh or units made, flags, unit, and the revision it was issued with (−1: never). */
  readonly amount: number[] = []
  readonly flags: number[] = []
  readonly unit: string[] = []
  readonly issued: number[] = []
  /** What makes energy of the interval: as declared when its time was first covered, so that a new heating value leaves the past alone. */
  readonly fuel: (Fuel | undefined)[] = []
  /** Grows with every change of the readings. */
  version = 0
  /** As the plant model declares it now. */
  readonly declared: Fuel | undefined

  constructor(declared?: Fuel) {
    this.declared = declared
  }

  get length(): number {
    return this.at.length
  }

  /** Takes a reading in: `new`, `changed` where it alters one of the same time, `same` where it says nothing new. */
  take(entry: Entry, unit: string): { index: number; effect: 'new' | 'changed' | 'same'; marksBefore: number } {
    const index = this.#place(entry)
    this.version++
    if (this.at[index] === entry.at && this.from[index] === entry.from) {
      if (entry.fuel) this.fuel[index] = entry.fuel
      const marksBefore = this.marks[index]!
      return { index, effect: this.#merge(index, entry) ? 'changed' : 'same', marksBefore }
    }
    // A late reading cuts an interval that has its fuel already.
    this.fuel.splice(index, 0, entry.fuel ?? this.fuel[index] ?? this.declared)
    const cells = [entry.at, entry.from, entry.value, entry.revision, entry.marks, NaN, 0, -1]
    if (index === this.length) this.#numbers.forEach((column, c) => column.push(cells[c]!))
    else this.#numbers.forEach((column, c) => column.splice(index, 0, cells[c]!))
    this.unit.splice(index, 0, unit)
    return { index, effect: 'new', marksBefore: 0 }
  }

  /** Forgets the oldest readings. */
  drop(count: number): void {
    this.remove(0, count)
  }

  /** Takes readings back. */
  remove(index: number, count = 1): void {
    this.version++
    for (const column of [...this.#numbers, this.unit, this.fuel]) column.splice(index, count)
  }

  /** Index of the last reading at or before a time; −1 where there is none. */
  indexAt(at: number): number {
    return this.#place({ at, from: Infinity }) - 1
  }

  get #numbers(): number[][] {
    return [this.at, this.from, this.value, this.revision, this.marks, this.amount, this.flags, this.issued]
  }

  /** The first place whose reading is not before the entry. */
  #place({ at, from }: Pick<Entry, 'at' | 'from'>): number {
    let high = this.length
    let low = high > 0 && this.at[high - 1]! < at ? high : 0
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.at[mid]! < at || (this.at[mid] === at && this.from[mid]! < from)) low = mid + 1
      else high = mid
    }
    return low
  }

  /** Of two values for one time the higher revision counts, then the larger value, whichever came first. */
  #merge(i: number, entry: Entry): boolean {
    const held = this.marks[i]!
    const differs = entry.value !== this.value[i]
    const ahead = entry.revision - this.revision[i]! || entry.value - this.value[i]!
    const soft = ahead === 0 ? held & entry.marks : ahead > 0 ? entry.marks : held
    const marks = (soft & SOFT) | ((held | entry.marks) & Flag.conflict) | (differs ? Flag.conflict : 0)
    if (ahead > 0) {
      this.value[i] = entry.value
      this.revision[i] = entry.revision
    }
    this.marks[i] = marks
    return ahead > 0 || marks !== held
  }
}
