import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { kWhFromReadings, phases, ratio, run, within } from '../plant/by-hand.ts'
import type { PlantFact } from '../plant/facts.ts'
import { COMPRESSOR, GAS_KG_PER_KWH, METERS } from '../plant/line-data.ts'
import { GOOD_BEGIN } from '../plant/reporting.ts'
import { SCENARIOS } from '../plant/scenarios.ts'
import { simulate } from '../plant/simulate.ts'
import type { Totals } from '../plant/truth.ts'

const HOUR = 3_600_000
const SEEDS = [1, 2, 3]
const startsPerHour = (t: Totals): number => (t.loadStarts * HOUR) / (t.to - t.from)

describe('the physics of the simulated line', () => {
  for (const seed of SEEDS) {
    it(`stuck-valve goes 0.68 → 0.87 → 0.68 kg per good unit, seed ${seed}`, () => {
      const { simulation } = run('stuck-valve', seed)
      const { before, during, after } = phases(simulation)
      within(ratio(before), 0.68, 0.0034)
      within(ratio(during), 0.87, 0.01)
      within(ratio(after), 0.68, 0.0034)
      const saved = 1 - ratio(after) / ratio(during)
      assert.ok(saved > 0.2 && saved < 0.24, `expected 20 … 24 % saved, got ${saved}`)
      within(before.kWh['comp3-e'] / before.units.good, 0.45, 0.01)
      within(during.kWh['comp3-e'] / during.units.good, 0.925, 0.01)
    })

    it(`the stuck valve makes the compressor start at least three times as often, seed ${seed}`, () => {
      const { before, during, after } = phases(run('stuck-valve', seed).simulation)
      within(startsPerHour(before), 24, 2)
      within(startsPerHour(after), 24, 2)
      assert.ok(startsPerHour(during) >= 3 * startsPerHour(before), `got ${startsPerHour(during)} per hour`)
    })

    it(`a shift as planned makes A-500 at 0.68 kg, each five minutes within 3 %, seed ${seed}`, () => {
      const { truth } = run('normal', seed).simulation
      const running = truth.minutes.filter((m) => m.sku === 'A-500' && m.executeSeconds === 60)
      within(ratio(truth.sum(0, Infinity, (m) => running.includes(m))), 0.68, 0.0034)
      const windows = truth.windows(5)
      // The first one after a standstill is left out: the compressor's motor is still off.
      const steady = windows.filter((w, i) => w.executeSeconds === 300 && windows[i - 1]?.executeSeconds !== 0)
      const a500 = steady.filter((w) => running.some((m) => m.from === w.from))
      assert.equal(a500.length, 61)
      for (const window of a500) within(ratio(window), 0.68, 0.03 * 0.68)
    })
  }

  it('what the meters, counts and factor rows say gives the same figure as the truth', () => {
    const { simulation, facts } = run('stuck-valve')
    const { from: begin, to: end } = { from: simulation.startAt, to: simulation.startAt + HOUR }
    const truth = simulation.truth.sum(begin, end)
    for (const meter of METERS) {
      const kWh = kWhFromReadings(facts, meter, begin, end)
      within(kWh / truth.kWh[meter], 1, 0.001)
    }
    const rows = facts.flatMap((f) => (f.kind === 'factor' ? f.message.factors : []))
    const half = rows.slice(0, 2).map(({ from, to, kgPerKWh }) => {
      const electricity = METERS.filter((m) => m !== 'oven-gas').map((m) => kWhFromReadings(facts, m, from!, to!))
      return electricity.reduce((a, b) => a + b, 0) * kgPerKWh!
    })
    const kg = half[0]! + half[1]! + kWhFromReadings(facts, 'oven-gas', begin, end) * GAS_KG_PER_KWH
    const goods = facts.flatMap((f) =>
      f.kind === 'signal' && f.role === 'good' && f.at <= end ? [Number(f.value)] : [],
    )
    within(kg / (goods.at(-1)! - GOOD_BEGIN), ratio(truth), 0.0034)
  })

  it('no air is lost: delivered = used + leaked + vented + stored', () => {
    for (const { name } of SCENARIOS) {
      const { compressor } = run(name).simulation.line
      const { delivered, used, leaked, vented } = compressor.air
      within(delivered - used - leaked - vented, compressor.stored - COMPRESSOR.receiverSeconds / 2, 1e-6)
    }
  })

  it('windows and orders add up to the whole', () => {
    const { truth } = run('normal').simulation
    const whole = truth.sum()
    const orders = [...new Set(truth.minutes.map((m) => m.order))]
    assert.deepEqual(orders, ['PO-1001', 'PO-1002', 'PO-1003', 'PO-1004'])
    for (const parts of [truth.windows(5), orders.map((o) => truth.sum(0, Infinity, (m) => m.order === o))]) {
      const good = parts.reduce((sum, p) => sum + p.units.good, 0)
      const kg = parts.reduce((sum, p) => sum + p.kgCO2e.total, 0)
      assert.equal(good, whole.units.good)
      within(kg, whole.kgCO2e.total, 1e-6)
    }
  })

  it('the same scenario and seed give the same facts, another seed others', () => {
    const print = (seed: number): string =>
      createHash('sha256')
        .update(JSON.stringify(run('stuck-valve', seed).facts))
        .digest('hex')
    assert.equal(print(7), print(7))
    assert.notEqual(print(7), print(8))
  })

  it('facts come in order of time, and second by second they are the same as at once', () => {
    for (const { name } of SCENARIOS) {
      const { facts, simulation } = run(name)
      assert.ok(facts.every((f, i) => i === 0 || f.at >= facts[i - 1]!.at))
      const stepped = simulate(name)
      const again: PlantFact[] = []
      for (let at = stepped.startAt; at <= simulation.endAt; at += 777) again.push(...stepped.advance(at))
      again.push(...stepped.advance(Infinity))
      assert.deepEqual(again, facts)
    }
  })
})
