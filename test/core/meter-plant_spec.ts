import assert from 'node:assert/strict'
import { Meter } from '../../nodes/core/meter/meter.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { METER_REPORTS } from '../plant/reporting.ts'
import { PLANT_MODEL } from '../plant/model.ts'
import type { ScenarioName } from '../plant/scenarios.ts'
import { simulate } from '../plant/simulate.ts'

/** Everything that the simulated plant's meters tell, as intervals by meter, and the kWh that really flowed. */
function metered(name: ScenarioName): { intervals: (meter: string) => Energy[]; truth: Record<string, number> } {
  const simulation = simulate(name, 1)
  const meters = new Map(PLANT_MODEL.meters.map((spec) => [spec.id, new Meter(spec)]))
  const held = new Map<string, Energy>()
  for (const fact of simulation) {
    if (fact.kind !== 'reading' || fact.value === null) continue
    const reading = { at: fact.at, value: fact.value, isUncertain: fact.status === 'Uncertain' }
    for (const energy of meters.get(fact.meter)!.add(reading, simulation.endAt).energies) {
      energy.replaces?.forEach((id) => held.delete(id))
      held.set(energy.id, energy)
    }
  }
  return {
    intervals: (meter) => [...held.values()].filter((e) => e.meter === meter),
    truth: simulation.truth.sum().kWh,
  }
}

const countOf = (energies: Energy[], flag: string): number => energies.filter((e) => e.flags.includes(flag)).length

describe('The meters of the simulated plant', () => {
  for (const name of ['normal', 'stuck-valve', 'meter-outage'] as const)
    it(`measure what really flowed: ${name}`, () => {
      const { intervals, truth } = metered(name)
      for (const { id } of METER_REPORTS) {
        const kWh = intervals(id).reduce((sum, e) => sum + e.kWh!, 0)
        // Counters are cut off at their last digit, and power is a mean of five seconds.
        assert.ok(Math.abs(kWh - truth[id]!) < 5e-4 * truth[id]!, `${id}: expected ${truth[id]}, got ${kWh}`)
      }
      assert.equal(countOf(intervals('packer-e'), 'rollover'), 1)
      assert.equal(countOf(intervals('oven-e'), 'interpolated'), name === 'meter-outage' ? 1 : 0)
    })

  it('show a reset as a reset, and lose no more than one interval by it', () => {
    const { intervals, truth } = metered('counter-reset')
    const filler = intervals('filler-e')
    const kWh = filler.reduce((sum, e) => sum + e.kWh!, 0)
    assert.equal(countOf(filler, 'reset'), 1)
    assert.ok(kWh < truth['filler-e']! && kWh > truth['filler-e']! - (450 * 10) / 3600)
  })

  it('see the compressor short-cycle when its valve is stuck', () => {
    const most = (name: ScenarioName): number =>
      Math.max(
        ...metered(name)
          .intervals('comp3-e')
          .map((e) => e.signal?.startsPerHour ?? 0),
      )
    assert.ok(most('stuck-valve') > 2 * most('normal'))
  })
})
