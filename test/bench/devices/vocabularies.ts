/** How gateways say that a value is good or bad, and when it was measured. */

import type { Draw } from './draw.ts'

export interface Vocabulary {
  field: string
  good: readonly unknown[]
  bad: readonly unknown[]
}

export const VOCABULARIES: readonly Vocabulary[] = [
  {
    field: 'statusCode',
    good: [0, { value: 0 }, 'Good'],
    bad: [0x80000000, { value: 0x80310000 }, 'BadNoCommunication'],
  },
  { field: 'quality', good: [192, 216, true, 'GOOD', 'good', '192'], bad: [0, 24, false, 'BAD', 'STALE', '0'] },
  { field: 'q', good: [192, true, 'OK'], bad: [0, 8, false, 'bad'] },
  { field: 'qc', good: [3], bad: [0] },
  { field: 'is_valid', good: [true, 1, 'true'], bad: [false, 0, 'false'] },
  { field: 'Quality', good: [192, 'Good'], bad: [0, 'Bad'] },
  { field: 'valid', good: [true], bad: [false] },
]

export const TIME_FIELDS = [
  'timestamp',
  'Timestamp',
  'ts',
  'time',
  'Time',
  'datetime',
  'last_seen',
  'sourceTimestamp',
] as const

const iso = (at: number): string => new Date(at).toISOString()
const WRITTEN: readonly ((at: number) => unknown)[] = [
  iso,
  (at) => at,
  (at) => at / 1e3,
  (at) => at * 1e3,
  (at) => at * 1e6,
  (at) => `${at}`,
  (at) => `${at}000`,
  (at) => `${iso(at).slice(0, 19).replace('T', ' ')}+00`,
  (at) => `${iso(at + 3_600_000).slice(0, 19)}+01:00`,
  (at) => new Date(at),
]

/** One way of saying it, kept for all readings of a device. */
export interface Manner {
  quality(isBad: boolean): object
  time(at: number): object
  writtenTime(at: number): unknown
}

export function mannerOf(draw: Draw): Manner {
  const words = draw.isTrue(0.7) ? draw.one(VOCABULARIES) : undefined
  const [good, bad] = [draw.one(words?.good ?? [0]), draw.one(words?.bad ?? [0])]
  const field = draw.one(TIME_FIELDS)
  const written = draw.one(WRITTEN)
  const silent = draw.one(VOCABULARIES)
  return {
    quality: (isBad) =>
      words ? { [words.field]: isBad ? bad : good } : isBad ? { [silent.field]: silent.bad[0] } : {},
    time: (at) => ({ [field]: written(at) }),
    writtenTime: written,
  }
}
