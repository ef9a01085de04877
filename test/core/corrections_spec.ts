import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import type { TotalRow } from '../../nodes/core/per-unit/totals.ts'
import { HOUR, Pipeline, plantOf, type Fact } from './pipeline.ts'

const T0 = Date.UTC(2026, 2, 2, 9)
const at = (minute: number): number => T0 + minute * 60_000
const count = (minute: number, value: number, more: object = {}): Fact => ({
  context: {
    type: 'count',
    line: 'L1',
    role: 'good',
    kind: 'total',
    revision: 0,
    at: at(minute),
    value,
    ...more,
  } as ContextFact,
})
const job: Fact = { context: { type: 'job', line: 'L1', at: at(0), action: 'start', order: 'O1', revision: 0 } }
const meterOf = (line: string) => ({
  id: `${line}-e`,
  source: line,
  line,
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
})
const oneLine = plantOf({ lines: [{ id: 'L1' }], meters: [meterOf('L1')] })

const unitsAfter = (facts: Fact[]): (number | null)[] => {
  const line = new Pipeline(oneLine, { views: ['order'] })
  facts.forEach((f) => line.take(f))
  return line.totals(['order']).map((r: TotalRow) => r.units.good)
}

describe('corrected counts', () => {
  const cases: [string, Fact[], number][] = [
    [
      'a report that is moved in time',
      [count(0, 0), count(20, 8), count(50, 20), count(25, 8, { corrects: at(20) })],
      20,
    ],
    [
      'a report whose value is corrected',
      [count(0, 0), count(20, 8), count(50, 20), count(50, 18, { corrects: at(50) })],
      18,
    ],
    [
      'the last report is taken back for one that is known',
      [count(0, 0), count(20, 8), count(50, 20), count(20, 8, { corrects: at(50) })],
      8,
    ],
  ]
  for (const [title, facts, units] of cases) {
    it(`${title}: the units are counted once, whatever came first, and twice`, () => {
      fc.assert(
        fc.property(fc.shuffledSubarray([job, ...facts, ...facts], { minLength: facts.length * 2 + 1 }), (shuffled) => {
          assert.deepEqual(unitsAfter(shuffled), [units])
        }),
        { numRuns: 200 },
      )
    })
  }
})

describe('an old recording beside a live line', () => {
  it('each line has its own horizon: the recording loses nothing', () => {
    const model = plantOf({ lines: [{ id: 'L1' }, { id: 'L2' }], meters: [meterOf('L1'), meterOf('L2')] })
    const line = new Pipeline(model, { views: ['day'] })
    const read = (id: string, hour: number, value: number): void =>
      line.take({ meter: `${id}-e`, reading: { at: T0 + hour * HOUR, value } })
    const long = 1000
    for (let hour = 0; hour < 6; hour++) {
      read('L1', long + hour, hour)
      read('L2', hour, hour)
      line.calculator.due('L1', T0 + (long + hour) * HOUR, true)
      line.calculator.due('L2', T0 + hour * HOUR, true)
    }
    const kWh = line.totals(['line']).map((r) => [r.line, r.kWh])
    assert.deepEqual(kWh, [
      ['L1', 5],
      ['L2', 5],
    ])
  })
})
