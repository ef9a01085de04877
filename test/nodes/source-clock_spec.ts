import assert from 'node:assert/strict'
import type { Sample } from '../../nodes/door/sample.ts'
import { SourceClock } from '../../nodes/door/source-clock.ts'

const AT = Date.UTC(2026, 2, 2, 10)
const sample = (value: number, over: Partial<Sample> = {}): Sample => ({
  ...{ source: 's', value, at: AT, quality: 'good' },
  ...over,
})

describe('the clock of a source', () => {
  const cases: [title: string, samples: Sample[], stands: boolean][] = [
    ['stands after three values of one time', [100, 101, 102].map((v) => sample(v)), true],
    ['runs where its time moves on', [100, 101, 102].map((v, i) => sample(v, { at: AT + i })), false],
    ['runs where two values of one time come twice', [100, 101, 100, 101].map((v) => sample(v)), false],
    ['runs where one value is corrected again and again', [1, 2, 3].map((v) => sample(v, { revision: v })), false],
    ['runs where one value comes again and again', [5, 5, 5, 5].map((v) => sample(v)), false],
    [
      'runs again with the next time',
      [100, 101, 102, 103].map((v, i) => sample(v, { at: i < 3 ? AT : AT + 1 })),
      false,
    ],
  ]
  for (const [title, samples, stands] of cases) {
    it(title, () => {
      const clock = new SourceClock()
      const taken = samples.map((s) => clock.take(s, AT))
      assert.equal(clock.stands, stands)
      assert.equal(taken.at(-1)!.at === null, stands)
    })
  }
})
