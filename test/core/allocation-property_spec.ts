import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mulberry32, shuffle } from '../plant/random.ts'
import { Pipeline, type Fact } from './pipeline.ts'
import { aSharedDay, countedBy, factsOf, siteOf, type SharedDay } from './shared-day.ts'

const RUNS = 1000
const near = (got: number, expected: number, what: string): void =>
  assert.ok(Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${got} is not ${expected}`)

const run = (day: SharedDay, facts: Fact[]): Pipeline => {
  const line = new Pipeline(siteOf(day.rule), { views: ['window', 'order', 'day'], windowMs: 1_800_000 })
  facts.forEach((f) => line.take(f))
  return line
}
const sum = (rows: readonly { kWh: number }[]): number => rows.reduce((total, r) => total + r.kWh, 0)

/** What a record says, without the story of how it came to say it. */
function told(line: Pipeline, id: string): string {
  const { revision, status, reasons, ...rest } = line.calculator.figures(id)!
  // The shape of a machine's power is evidence of the moment.
  return JSON.stringify({ ...rest, buckets: rest.buckets.map(({ signal, ...bucket }) => bucket) })
}

describe('generated days of a site that shares a meter', () => {
  it('lines, shared and rest together are the main meter', () => {
    fc.assert(
      fc.property(aSharedDay, (day) => {
        const line = run(day, factsOf(day))
        near(sum(line.totals(['line'])), countedBy(day, 'main-e'), 'all lines')
        near(sum(line.records().filter((r) => r.view === 'day')), countedBy(day, 'main-e'), 'all days')
      }),
      { numRuns: RUNS },
    )
  }).timeout(240_000)

  it('a shared meter is shared out to the last gram, in every window', () => {
    fc.assert(
      fc.property(aSharedDay, (day) => {
        const line = run(day, factsOf(day))
        const shares = line.totals(['line', 'meter']).filter((r) => r.meter === 'hvac-e')
        near(sum(shares), countedBy(day, 'hvac-e') - countedBy(day, 'l2-fan'), 'hvac-e')
        const windows = new Map<number, number>()
        for (const record of line.records().filter((r) => r.view === 'window'))
          for (const b of record.buckets.filter((x) => x.meter === 'hvac-e'))
            windows.set(record.from, (windows.get(record.from) ?? 0) + b.kWh)
        near(
          [...windows.values()].reduce((a, b) => a + b, 0),
          sum(shares),
          'all windows',
        )
      }),
      { numRuns: RUNS },
    )
  }).timeout(240_000)

  it('any order of arrival and any duplicates end in the same records, to the last bit', () => {
    fc.assert(
      fc.property(aSharedDay, fc.integer(), (day, seed) => {
        const facts = factsOf(day)
        const uniform = mulberry32(seed)
        const doubled = [...facts, ...facts.filter(() => uniform() < 0.3)]
        const line = run(day, [])
        const seen = new Set<string>()
        // Records are looked at in between, as they are when time goes on.
        shuffle(doubled, uniform).forEach((fact) => {
          line.take(fact)
          if (uniform() < 0.1) line.records().forEach((r) => seen.add(r.id))
        })
        const reference = run(day, facts)
        for (const { id } of reference.records()) {
          assert.equal(told(line, id), told(reference, id))
          seen.delete(id)
        }
        // What was told of them in between has been taken back.
        for (const id of seen) assert.deepEqual(line.calculator.figures(id)!.buckets, [])
      }),
      { numRuns: RUNS },
    )
  }).timeout(480_000)
})
