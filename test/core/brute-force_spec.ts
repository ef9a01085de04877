import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mulberry32, shuffle } from '../plant/random.ts'
import { aDay, factsOf, MODEL, reckon, type Day } from './brute-force.ts'
import { Pipeline, type Fact } from './pipeline.ts'

const RUNS = 1000
const near = (got: number, expected: number, what: string): void =>
  assert.ok(Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${got} is not ${expected}`)

const run = (facts: Fact[]): Pipeline => {
  const line = new Pipeline(MODEL, { views: ['order', 'day'] })
  facts.forEach((f) => line.take(f))
  return line
}
const figures = (line: Pipeline): string => JSON.stringify(line.totals(['order', 'state', 'meter']))

describe('generated days', () => {
  it('energy, emissions and units of every order are those of a reckoning by the minute', () => {
    fc.assert(
      fc.property(aDay, (day) => {
        const rows = run(factsOf(day)).totals(['order'])
        for (const [order, sums] of reckon(day)) {
          const row = rows.find((r) => (r.order ?? '') === order)
          near(row?.kWh ?? 0, sums.kWh, `kWh of ${order}`)
          near(row?.kgCO2e.total ?? 0, sums.kg, `kg of ${order}`)
          near(row?.units.good ?? 0, sums.good, `units of ${order}`)
          if (row && sums.kWh > 0)
            near(row.coverage.factor, 1 - sums.kWhWithoutFactor / sums.kWh, `factor coverage of ${order}`)
        }
      }),
      { numRuns: RUNS },
    )
  }).timeout(120_000)

  it('nothing is lost and nothing counts twice: the buckets add up to the meters', () => {
    fc.assert(
      fc.property(aDay, (day) => {
        const rows = run(factsOf(day)).totals(['order', 'state', 'meter'])
        for (const meter of ['a', 'b'] as const) {
          const metered = day.energy[meter].slice(1).reduce((sum, r) => sum + r.kWh, 0)
          near(
            rows.filter((r) => r.meter === meter).reduce((sum, r) => sum + r.kWh, 0),
            metered,
            `meter ${meter}`,
          )
        }
      }),
      { numRuns: RUNS },
    )
  }).timeout(120_000)

  it('any order of arrival and any duplicates end in the same figures, to the last bit', () => {
    fc.assert(
      fc.property(aDay, fc.integer(), (day: Day, seed) => {
        const facts = factsOf(day)
        const uniform = mulberry32(seed)
        const doubled = [...facts, ...facts.filter(() => uniform() < 0.3)]
        assert.equal(figures(run(shuffle(doubled, uniform))), figures(run(facts)))
      }),
      { numRuns: RUNS },
    )
  }).timeout(240_000)
})
