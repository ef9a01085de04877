import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CountTrack, type CountInterval, type CountReport, type CountSpec } from '../../nodes/core/context/counts.ts'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { mostUnitsPerHour } from '../../nodes/core/context/plausible.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { HOUR, Pipeline, plantOf, type Fact } from './pipeline.ts'

const T0 = Date.UTC(2026, 2, 2)
const minute = (n: number): number => T0 + n * 60_000

/** `5500 5510 0`: a report each ten minutes. */
const reportsOf = (values: string): CountReport[] =>
  values.split(' ').map((value, i) => ({ at: minute(i * 10), value: Number(value), revision: 0, kind: 'total' }))

const trackOf = (reports: CountReport[], spec: CountSpec = {}): CountTrack => {
  const track = new CountTrack(spec)
  reports.forEach((r) => track.report(r))
  return track
}
const all = (track: CountTrack): CountInterval[] => track.intervals(0, Number.MAX_SAFE_INTEGER)
const known = (intervals: CountInterval[]): number => intervals.reduce((sum, i) => sum + (i.units ?? 0), 0)
/** `10 5 5 glitch ?swap`: the units of each interval with its flags. */
const tell = (intervals: CountInterval[]): string =>
  intervals
    .map(({ units, flags }) => [units === null ? '?' : String(Math.round(units * 1e6) / 1e6), ...flags].join(' '))
    .join(' · ')

type Case = [title: string, reports: string, units: number, expected: string, spec?: CountSpec]
const CASES: Case[] = [
  ['zero for one report', '5500 5510 0 5530 5540', 40, '10 · 10 glitch · 10 glitch · 10'],
  ['a piece taken back', '5500 5510 5509 5520 5530', 30, '10 · -1 correction · 11 · 10'],
  ['pieces taken back that do not come again', '5500 5510 5507 5508 5509', 9, '10 · -3 correction · 1 · 1'],
  ['an old value once', '5500 5510 5480 5530', 30, '10 · 10 glitch · 10 glitch'],
  ['a reset at the change of shift', '5500 5510 0 10 20', 30, '10 · 0 reset · 10 · 10'],
  ['a reset that is seen late', '5500 5510 12 20', 30, '10 · 12 reset · 8'],
  ['a register without a value', '100 4294967295 200', 100, '50 glitch · 50 glitch'],
  [
    'a register of 16 bits without a value, for three reports',
    '100 65535 65535 65535 200',
    100,
    '25 glitch · 25 glitch · 25 glitch · 25 glitch',
  ],
  ['a roll-over', '65530 65535 5 15', 21, '5 · 6 rollover · 10', { rolloverAt: 65536 }],
  ['zeros for three reports', '5500 5510 0 0 0 5550', 50, '10 · 10 glitch · 10 glitch · 10 glitch · 10 glitch'],
  [
    'three wrong reports that differ',
    '5500 5510 0 3 7 5550 5560',
    60,
    '10 · 10 glitch · 10 glitch · 10 glitch · 10 glitch · 10',
  ],
  [
    'wrong reports twice',
    '5500 0 2 5530 1 4 5560',
    60,
    '10 glitch · 10 glitch · 10 glitch · 10 glitch · 10 glitch · 10 glitch',
  ],
  [
    'a new shift that makes as many as the one before',
    '600 610 2 200 400 600 620',
    630,
    '10 · 2 reset · 198 · 200 · 200 · 20',
  ],
  ['a fall to a third: another counter, or no one knows what', '5500 5510 3000 3010', 20, '10 · ? swap · 10'],
  ['a few pieces at the beginning, one taken back', '0 3 2 5', 5, '3 · -1 correction · 3'],
  ['a rise that the line cannot make', '5500 5510 9000 9010', 20, '10 · ? swap · 10', { mostPerHour: 120 }],
  [
    'a spike that the line cannot make, and back',
    '5500 5510 9000 5530',
    30,
    '10 · 10 glitch · 10 glitch',
    { mostPerHour: 120 },
  ],
  ['a rise that nothing speaks against', '5500 5510 9000 9010', 3510, '10 · 3490 · 10'],
  ['a count of dozens', '10 12 15', 60, '24 · 36', { scale: 12 }],
]

describe('The doctor of counts', () => {
  for (const [title, values, units, expected, spec] of CASES) {
    const reports = reportsOf(values)
    it(`${title}: ${units}`, () => {
      const intervals = all(trackOf(reports, spec))
      assert.equal(tell(intervals), expected)
      assert.equal(Math.round(known(intervals) * 1e9) / 1e9, units)
    })
    it(`${title}, in any order and twice`, () => {
      fc.assert(
        fc.property(fc.shuffledSubarray([...reports, ...reports], { minLength: 2 * reports.length }), (shuffled) => {
          assert.equal(tell(all(trackOf(shuffled, spec))), expected)
        }),
        { numRuns: 200 },
      )
    })
  }

  it('says at each moment what is known by then, and no wrong figure that stands out', () => {
    const after = (values: string, spec?: CountSpec): string => tell(all(trackOf(reportsOf(values), spec)))
    assert.equal(after('5500 5510 0'), '10 · 0 reset')
    assert.equal(after('5500 5510 5509'), '10 · -1 correction')
    assert.equal(after('100 4294967295'), '? swap')
    assert.equal(after('5500 5510 9000', { mostPerHour: 120 }), '10 · ? swap')
    assert.equal(after('5500 5510 0 3'), '10 · 0 reset · 3')
  })

  const deltas: [string, number, number | null, CountSpec?][] = [
    ['a delta', 5, 5],
    ['a register without a value', 65535, null],
    ['more than the line can make in an hour', 200, null, { mostPerHour: 120 }],
    ['a burst of what was held back', 100, 100, { mostPerHour: 120 }],
    ['a delta of dozens', 2, 24, { scale: 12 }],
  ]
  for (const [title, value, units, spec] of deltas)
    it(`of deltas: ${title}`, () => {
      const track = trackOf(
        [0, value].map((v, i) => ({ at: minute(i), value: v, revision: 0, kind: 'delta' })),
        spec,
      )
      assert.equal(all(track).at(-1)!.units, units)
    })

  it('knows how fast a line is: as declared, by its fastest product, or not at all', () => {
    const most = (line: object, products: object[]): number | undefined =>
      mostUnitsPerHour(plantOf({ lines: [{ id: 'L1', ...line }], products }), 'L1')
    assert.equal(most({ maxUnitsPerHour: 1000 }, [{ sku: 'A', idealSecondsPerUnit: 1 }]), 1500)
    assert.equal(
      most({}, [
        { sku: 'A', idealSecondsPerUnit: 2 },
        { sku: 'B', idealSecondsPerUnit: 1 },
      ]),
      5400,
    )
    assert.equal(most({}, [{ sku: 'A', idealSecondsPerUnit: 2 }, { sku: 'B' }]), undefined)
    assert.equal(most({}, []), undefined)
  })
})

/** Few instants and few values, so that duplicates, conflicts, falls and returns are frequent. */
const report: fc.Arbitrary<CountReport> = fc.record({
  at: fc.nat(40).map(minute),
  value: fc.oneof(fc.nat(12), fc.constantFrom(90, 99, 100, 5500, 5510, 5600, 65535)),
  revision: fc.nat(1),
  kind: fc.constant('total' as const),
})
const spoilt = fc
  .array(fc.tuple(fc.nat(9), fc.constantFrom('', '', '', 'zero', 'old', 'garbage', 'reset', 'back')), {
    minLength: 3,
    maxLength: 40,
  })
  .map((steps) => {
    let total = 5000
    return steps.map(([made, trouble], i): CountReport => {
      if (trouble === 'reset') total = 0
      if (trouble === 'back') total -= 2
      total += made
      const shown = { zero: 0, old: total - 30, garbage: 4294967295 } as Record<string, number>
      return { at: minute(i), value: Math.max(0, shown[trouble] ?? total), revision: 0, kind: 'total' }
    })
  })
type Event = CountReport | { withdraw: number }
const events: fc.Arbitrary<Event[]> = fc
  .tuple(
    fc.oneof(fc.array(report, { maxLength: 40 }), spoilt),
    fc.array(
      fc.nat(40).map((n) => ({ withdraw: minute(n) })),
      { maxLength: 3 },
    ),
  )
  .map(([reports, withdrawals]) => [...reports, ...withdrawals])
const spec: fc.Arbitrary<CountSpec> = fc.record(
  { rolloverAt: fc.constantFrom(100, 6000), mostPerHour: fc.constantFrom(60, 6000) },
  { requiredKeys: [] },
)

/** What a consumer holds that follows the changes. */
class Followed {
  readonly held = new Map<string, CountInterval>()
  readonly track: CountTrack

  constructor(spec: CountSpec) {
    this.track = new CountTrack(spec)
  }
  take(event: Event): void {
    const change = 'withdraw' in event ? this.track.withdraw(event.withdraw) : this.track.report(event)
    for (const { from, to } of change?.removed ?? []) this.held.delete(`${from}|${to}`)
    for (const interval of change?.added ?? []) this.held.set(`${interval.from}|${interval.to}`, interval)
  }
  get intervals(): CountInterval[] {
    return [...this.held.values()].sort((a, b) => a.from - b.from)
  }
}

describe('The same reports of a count', () => {
  it('in any order, each of them twice, end in the same intervals, and each change tells what differs', () => {
    const shuffled = events.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
    )
    fc.assert(
      fc.property(spec, shuffled, (spec, [list, other]) => {
        const [one, two] = [new Followed(spec), new Followed(spec)]
        list.forEach((e) => one.take(e))
        other.forEach((e) => two.take(e))
        assert.deepEqual(one.intervals, all(one.track))
        assert.deepEqual(two.intervals, all(two.track))
        assert.deepEqual(two.intervals, one.intervals)
      }),
      { numRuns: 1500 },
    )
  })

  it('add up to what the total grew by, where it neither rolled over nor was reset', () => {
    const honest = fc.array(fc.tuple(fc.nat(20), fc.constantFrom('', '', '', 'zero', 'old', 'back')), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(honest, (steps) => {
        let total = 5000
        const reports = [[0, ''] as const, ...steps, [9, ''] as const].map(([made, trouble], i): CountReport => {
          total += trouble === 'back' ? -3 : made
          const value = trouble === 'zero' ? 0 : trouble === 'old' ? total - 40 : total
          return { at: minute(i), value, revision: 0, kind: 'total' }
        })
        const intervals = all(trackOf(reports))
        const isSure = intervals.every((i) => i.units !== null && !i.flags.includes('reset'))
        if (isSure) assert.ok(Math.abs(known(intervals) - (total - 5000)) < 1e-6, tell(intervals))
      }),
      { numRuns: 1500 },
    )
  })
})

describe('A count in doubt', () => {
  const model = plantOf({
    lines: [{ id: 'L1', maxUnitsPerHour: 80 }],
    meters: [{ id: 'm', source: 'm', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
    signals: [{ source: 'good', line: 'L1', role: 'good' }],
  })
  const factor: EmissionFactor = {
    ...{ id: 'f', revision: 0, kgPerKWh: 0.2, carrier: 'electricity', zone: 'GB', from: T0, to: T0 + 9 * HOUR },
    ...{ method: 'location', boundary: 'generation', gas: 'CO2e', quality: 'measured', retrievedAt: 0 },
    source: { provider: 'table', licence: '', attribution: '' },
  }
  const count = (hour: number, value: number): Fact => ({
    context: {
      type: 'count',
      line: 'L1',
      role: 'good',
      kind: 'total',
      revision: 0,
      at: T0 + hour * HOUR,
      value,
    } as ContextFact,
  })
  const after = (values: number[]): { good: number | null; coverage: number; missing: string | undefined } => {
    const line = new Pipeline(model, { views: ['order'] })
    line.take({ factor })
    line.take({ context: { type: 'job', line: 'L1', at: T0, action: 'start', order: 'O1', revision: 0 } })
    for (let hour = 0; hour < values.length; hour++)
      line.take({ meter: 'm', reading: { at: T0 + hour * HOUR, value: hour * 10 } })
    values.forEach((value, hour) => line.take(count(hour, value)))
    const { units, coverage, perUnit } = line.records()[0]!
    return { good: units.good, coverage: coverage.count, missing: perUnit.missing }
  }

  it('lowers the coverage of the count, so that no ratio is told', () => {
    const { good, coverage, missing } = after([0, 50, 100, 9000, 9050])
    assert.deepEqual([good, coverage], [150, 0.75])
    assert.match(missing ?? '', /^count coverage is 0.750/)
  })
  it('is in doubt no longer once the next report shows what was wrong', () =>
    assert.deepEqual(after([0, 50, 100, 9000, 200]), {
      good: 200,
      coverage: 1,
      missing: undefined,
    }))
})
