import assert from 'node:assert/strict'
import { CountTrack, type CountReport } from '../../nodes/core/context/counts.ts'

const total = (at: number, value: number, revision = 0): CountReport => ({ at, value, revision, kind: 'total' })
const delta = (at: number, value: number): CountReport => ({ at, value, revision: 0, kind: 'delta' })

const unitsOf = (reports: CountReport[], rolloverAt?: number): [number, number, number | null, string[]][] => {
  const track = new CountTrack({ rolloverAt })
  reports.forEach((r) => track.report(r))
  return track.intervals(0, 1e15).map((i) => [i.from, i.to, i.units, i.flags])
}

describe('counts', () => {
  const table: [string, CountReport[], [number, number, number, string[]][], number?][] = [
    ['a running total counts the difference', [total(10, 5000), total(20, 5300)], [[10, 20, 300, []]]],
    [
      'a late report cuts the interval in two',
      [total(10, 0), total(30, 9), total(20, 4)],
      [
        [10, 20, 4, []],
        [20, 30, 5, []],
      ],
    ],
    ['a report that comes twice counts once', [total(10, 0), total(20, 4), total(20, 4)], [[10, 20, 4, []]]],
    [
      'of two values at one instant the larger counts, flagged',
      [total(10, 0), total(20, 6), total(20, 4)],
      [[10, 20, 6, ['conflict']]],
    ],
    [
      'a higher revision counts before a larger value',
      [total(10, 0), total(20, 4, 1), total(20, 6)],
      [[10, 20, 4, ['conflict']]],
    ],
    ['a roll-over at its modulus', [total(10, 65530), total(20, 4)], [[10, 20, 10, ['rollover']]], 65536],
    ['a reset counts from zero', [total(10, 500), total(20, 3)], [[10, 20, 3, ['reset']]]],
    [
      'nothing is counted over a silence of more than 400 days',
      [total(10, 5000), total(4e10, 6000), total(4e10 + 10, 6007)],
      [[4e10, 4e10 + 10, 7, []]],
    ],
    [
      'deltas count as they are',
      [delta(10, 2), delta(20, 5)],
      [
        [9, 10, 2, []],
        [10, 20, 5, []],
      ],
    ],
  ]
  for (const [title, reports, expected, rolloverAt] of table) {
    it(title, () => assert.deepEqual(unitsOf(reports, rolloverAt), expected))
    it(`${title}, in reverse order of arrival too`, () =>
      assert.deepEqual(unitsOf([...reports].reverse(), rolloverAt), expected))
  }

  it('names the intervals that a late report withdraws', () => {
    const track = new CountTrack()
    track.report(total(10, 0))
    track.report(total(30, 9))
    const change = track.report(total(20, 4))
    assert.deepEqual(
      change?.removed.map((i) => [i.from, i.to]),
      [[10, 30]],
    )
    assert.deepEqual(
      change?.added.map((i) => [i.from, i.to]),
      [
        [10, 20],
        [20, 30],
      ],
    )
  })
})
