import assert from 'node:assert/strict'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { phases, ratio, readingsOf, run, within } from '../plant/by-hand.ts'
import type { Reading } from '../plant/facts.ts'
import { PLANT_MODEL } from '../plant/model.ts'
import { SCENARIOS, SCENARIO_NAMES, scenarioOf, type ScenarioName } from '../plant/scenarios.ts'
import { DEFAULT_START, simulate } from '../plant/simulate.ts'

const MIN = 60_000

describe('the scenarios of the simulated line', () => {
  const change = (name: ScenarioName): number => {
    const { before, during } = phases(run(name).simulation)
    return ratio(during) / ratio(before) - 1
  }

  it('each fault comes after at least an hour of health at 0.68 kg', () => {
    for (const { name, faultFrom } of SCENARIOS.filter((s) => s.faultFrom !== undefined)) {
      assert.ok(faultFrom! >= 60)
      within(ratio(phases(run(name).simulation).before), 0.68, 0.0034)
    }
  })

  it('slow running, waiting and a grid spike cost more than a quarter, scrap a sixth', () => {
    within(change('slow-running'), 0.27, 0.03)
    within(change('idle-running'), 0.27, 0.03)
    within(change('grid-spike'), 0.315, 0.01)
    within(change('scrap-wave'), 0.167, 0.02)
  })

  it('another recipe has another energy per unit, its changeovers counted too', () => {
    const { simulation, facts } = run('recipe-change')
    const b330 = simulation.truth.sum(0, Infinity, (m) => m.sku === 'B-330' && m.executeSeconds === 60)
    within(ratio(b330), 0.54, 0.01)
    const recipes = facts.flatMap((f) => (f.kind === 'signal' && f.role === 'recipe' ? [f.value] : []))
    assert.deepEqual(recipes, ['R-500', 'R-330', 'R-500'])
  })

  it('in an outage the meter is silent for 20 minutes after a bad reading, and its counter goes on', () => {
    const { simulation, facts } = run('meter-outage')
    const readings = readingsOf(facts, 'oven-e')
    const bad = readings.findIndex((r) => r.status === 'Bad')
    const [before, gap, after] = readings.slice(bad - 1) as [Reading, Reading, Reading]
    assert.equal(gap.value, null)
    assert.equal(after.at - before.at, 20 * MIN + 10_000)
    const true20 = simulation.truth.sum(simulation.fault!.from, simulation.fault!.to).kWh['oven-e']
    within(after.value! - before.value!, true20 * (1 + 10 / 1200), 1)
  })

  it('a reset counter starts again at 0, a full one rolls over, and 64-bit values pass 2^32', () => {
    const filler = readingsOf(run('counter-reset').facts, 'filler-e').map((r) => r.value!)
    const reset = filler.findIndex((v, i) => i > 0 && v < filler[i - 1]!)
    assert.ok(filler[reset]! < 1000 && filler[reset - 1]! > 2 ** 32)
    const packer = readingsOf(run('normal').facts, 'packer-e').map((r) => r.value!)
    assert.equal(packer.filter((v, i) => i > 0 && v < packer[i - 1]!).length, 1)
    assert.ok(Math.max(...packer) < 100_000)
  })

  it("the grid's half hours stay within 1 % of their mean, but for the spike", () => {
    const kg = (name: ScenarioName) => run(name).facts.flatMap((f) => (f.kind === 'factor' ? f.message.factors : []))
    for (const name of ['normal', 'stuck-valve'] as const)
      for (const { kgPerKWh } of kg(name)) within(kgPerKWh!, 0.4, 0.004)
    const spike = kg('grid-spike').map((f) => Math.round(f.kgPerKWh! * 20) / 20)
    assert.deepEqual(spike, [0.4, 0.4, 0.4, 0.55, 0.55, 0.4, 0.4])
  })

  it('every source of a reading or a signal stands in a plant model without fault', () => {
    const read = readPlant(JSON.stringify(PLANT_MODEL))
    assert.deepEqual('model' in read && read.model, PLANT_MODEL)
    const sources = new Set([...PLANT_MODEL.meters, ...PLANT_MODEL.signals].map((s) => s.source))
    const told = new Set(
      run('normal').facts.flatMap((f) => (f.kind === 'reading' || f.kind === 'signal' ? [f.source] : [])),
    )
    assert.deepEqual(told, sources)
  })

  const refused: [string, () => unknown, RegExp][] = [
    [
      'a name that is none',
      () => scenarioOf('storm'),
      new RegExp(`expected one of ${SCENARIO_NAMES.join(', ')}, got "storm"`),
    ],
    ['a start within a minute', () => simulate('normal', 1, { startAt: DEFAULT_START + 1 }), /expected a whole minute/],
  ]
  for (const [what, act, error] of refused) it(`refuses ${what}`, () => void assert.throws(act, error))
})
