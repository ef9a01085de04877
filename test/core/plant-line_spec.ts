import assert from 'node:assert/strict'
import type { Carbon } from '../../nodes/core/records.ts'
import { mulberry32, shuffle } from '../plant/random.ts'
import { SCENARIO_NAMES } from '../plant/scenarios.ts'
import { lineWith, runOf } from './plant-line.ts'

const within = (got: number, expected: number, share: number, what: string): void =>
  assert.ok(
    Math.abs(got - expected) <= share * Math.abs(expected),
    `${what}: ${got} is not within ${share} of ${expected}`,
  )

/** Without the story of how it came, and without the shape of the power, which is seen as it passes and is no figure. */
const bare = ({ revision, status, reasons, buckets, ...figures }: Carbon): object => ({
  ...figures,
  buckets: buckets.map(({ signal, ...bucket }) => bucket),
})
const figures = (records: Carbon[]): string =>
  JSON.stringify(records.map(bare).sort((a, b) => ((a as Carbon).id < (b as Carbon).id ? -1 : 1)))

describe('the simulated plant through the stations', () => {
  for (const scenario of SCENARIO_NAMES) {
    it(`${scenario}: energy, emissions and units are those that really happened`, () => {
      const { facts, truth } = runOf(scenario)
      const [row] = lineWith(facts).totals(['line'])
      const real = truth.sum()
      const kWh = Object.values(real.kWh).reduce((a, b) => a + b, 0)
      // The first and the last readings lie within a minute of the bounds of the run.
      within(row!.kWh, kWh, 0.01, 'kWh')
      within(row!.kgCO2e.total, real.kgCO2e.total, 0.01, 'kg')
      within(row!.units.good!, real.units.good, 0.01, 'good units')
      within(row!.units.scrap!, real.units.scrap, 0.02, 'scrap')
    })
  }

  it('the parts of every view add up to the whole, however it is cut', () => {
    const line = lineWith(runOf('normal').facts)
    const [whole] = line.totals(['line'])
    for (const by of [['order'], ['sku', 'shift'], ['state', 'machine'], ['meter'], ['carrier', 'day']] as const) {
      const sum = line.totals([...by]).reduce((total, r) => total + r.kWh, 0)
      within(sum, whole!.kWh, 1e-9, `kWh by ${by.join(' and ')}`)
    }
    const records = line.records()
    const byView = (view: string): number => records.filter((r) => r.view === view).reduce((s, r) => s + r.kWh, 0)
    for (const view of ['window', 'shift', 'day', 'order', 'sku-shift'])
      within(byView(view), whole!.kWh, 1e-9, `kWh of ${view}s`)
  })

  it('the same facts in another order, some of them twice, end in the same records to the last bit', () => {
    const { facts } = runOf('stuck-valve')
    const hour = facts.slice(0, 4000)
    const reference = figures(lineWith(hour).records())
    for (let seed = 1; seed <= 5; seed++) {
      const shuffled = shuffle([...hour, ...hour.slice(0, 500)], mulberry32(seed))
      assert.ok(figures(lineWith(shuffled).records()) === reference, `seed ${seed} ends in other records`)
    }
  }).timeout(60_000)

  it('the article’s case: 0.68, then 0.87, then 0.68 kg per good unit', () => {
    const { facts, simulation } = runOf('stuck-valve')
    const line = lineWith(facts)
    const { from, to } = simulation.fault!
    const windows = line.records().filter((r) => r.view === 'window' && r.perUnit.kgCO2ePerGood !== null)
    const mean = (since: number, until: number): number => {
      const chosen = windows.filter((w) => w.from >= since && w.to <= until)
      return chosen.reduce((s, w) => s + w.kgCO2e.total, 0) / chosen.reduce((s, w) => s + w.units.good!, 0)
    }
    const [before, during, after] = [mean(0, from), mean(from + 300_000, to), mean(to + 300_000, Infinity)]
    within(before, 0.68, 0.01, 'before')
    within(during, 0.87, 0.01, 'during')
    within(after, 0.68, 0.01, 'after')
    const saved = 1 - after / during
    assert.ok(saved > 0.2 && saved < 0.24, `${saved} saved`)
  })
})
