/** What goes wrong between a meter and its line: each changes good readings in place. */

import type { Draw } from './draw.ts'
import { START, type Reading } from './truth.ts'

export interface Fault {
  name: string
  /** It needs nonsense in the place of a number. */
  isText?: true
  /** It needs words of quality. */
  isOfQuality?: true
  spoil(readings: Reading[], draw: Draw): Reading[]
}

/** Any reading but the first. */
const later = (readings: Reading[], draw: Draw): number => draw.whole(1, readings.length - 1)
const WRONG = [0, 65_535_000, 4_294_967_295, 1, 700_000_000]

/** Puts something else in the place of one reading, or of several in a row. */
const replaced = (count: number, of: (r: Reading, draw: Draw) => Partial<Reading>): Fault['spoil'] => {
  return (readings, draw) => {
    const first = later(readings, draw)
    return readings.map((r, i) => (i >= first && i < first + count ? { ...r, ...of(r, draw) } : r))
  }
}

export const FAULTS: readonly Fault[] = [
  { name: 'none', spoil: (readings) => readings },
  { name: 'told twice', spoil: (readings) => readings.flatMap((r) => [r, r]) },
  {
    name: 'out of order',
    spoil: (readings, draw) => {
      const arrives = readings.at(-1)!.at
      const list = readings.map((r) => ({ ...r, arrives }))
      for (let i = list.length - 1; i > 0; i--) {
        const j = draw.whole(0, i)
        ;[list[i], list[j]] = [list[j]!, list[i]!]
      }
      return list
    },
  },
  { name: 'some are missing', spoil: (readings, draw) => readings.filter((_, i) => i === 0 || draw.isTrue(0.6)) },
  { name: 'zero while bad', isOfQuality: true, spoil: replaced(2, () => ({ wh: 0, isBad: true })) },
  {
    name: 'anything while bad',
    isOfQuality: true,
    spoil: replaced(3, (_, draw) => ({ wh: draw.one(WRONG), isBad: true })),
  },
  {
    name: 'bad from the first',
    isOfQuality: true,
    spoil: (list) => list.map((r, i) => (i < 2 ? { ...r, wh: 0, isBad: true } : r)),
  },
  { name: 'wrong once', spoil: replaced(1, (_, draw) => ({ wh: draw.one(WRONG) })) },
  { name: 'an old value once', spoil: replaced(1, (r) => ({ wh: r.wh - 200_000 })) },
  { name: 'wrong three times', spoil: replaced(3, () => ({ wh: 0 })) },
  {
    name: 'no number',
    isText: true,
    spoil: replaced(1, (_, draw) => ({ instead: draw.one(['', 'n/a', null, 'NaN', {}, [], true]) })),
  },
  { name: 'NaN', isText: true, spoil: replaced(2, () => ({ instead: NaN })) },
  {
    name: 'a clock that was never set, once',
    spoil: replaced(1, (r, draw) => ({ arrives: r.at, at: draw.whole(0, 1e9) })),
  },
  { name: 'a clock far ahead, once', spoil: replaced(1, (r) => ({ arrives: r.at, at: r.at + 86_400_000 })) },
  { name: 'our own clock was never set', spoil: (readings) => readings.map((r, i) => ({ ...r, arrives: 5_000 + i })) },
  {
    name: 'a reset',
    spoil: (readings, draw) => {
      const k = later(readings, draw)
      const zero = readings[k - 1]!.wh
      return readings.map((r, i) => (i < k ? r : { ...r, wh: r.wh - zero }))
    },
  },
  { name: 'an hour late', spoil: (readings) => readings.map((r) => ({ ...r, arrives: r.at + 3_600_000 })) },
  { name: 'a year old', spoil: (readings) => readings.map((r) => ({ ...r, arrives: START + 365 * 86_400_000 })) },
]
