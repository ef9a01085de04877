import assert from 'node:assert/strict'
import { SCENARIO_NAMES, scenarioOf } from '../plant/scenarios.ts'
import { watch } from './plant-alarm.ts'

const MINUTE = 60_000
const within = (got: number, expected: number, by: number, what: string): void =>
  assert.ok(Math.abs(got - expected) <= by, `${what}: ${got} is not ${expected} ± ${by}`)

describe('alarms of the simulated plant', () => {
  for (const name of SCENARIO_NAMES) {
    const { alarm, words, machine } = scenarioOf(name).expected
    it(alarm ? `${name}: names its cause first, and clears` : `${name}: is no alarm`, () => {
      const { alerts, simulation } = watch(name)
      // A change of product is told as advice in every scenario that has one; a call to act it is in none.
      const raised = alerts.filter((a) => a.state === 'raised' && (alarm || a.severity !== 'advice'))
      if (!alarm) return assert.deepEqual(raised, [])
      assert.ok(raised.length > 0)
      const [first] = raised[0]!.causes
      const text = [first!.cause, ...first!.evidence].join(' ').toLowerCase()
      for (const word of words) assert.ok(text.includes(word), `"${word}" is not in: ${text}`)
      if (machine && name === 'stuck-valve') assert.equal(first!.machine, machine)
      assert.ok(raised[0]!.detectedAt <= simulation.fault!.from + 15 * MINUTE)
      assert.ok(alerts.some((a) => a.state === 'cleared' && a.clearedAt! >= simulation.fault!.to))
    })
  }

  it('the article’s case: usual 0.68, alarm within five minutes, 0.87 at its height, a fifth saved by the repair', () => {
    const { alerts, windows, simulation } = watch('stuck-valve')
    const { from, to } = simulation.fault!
    const usual = windows.findLast((w) => w.to <= from && w.expected !== null)!.expected!
    within(usual, 0.68, 0.02 * 0.68, 'usual')
    const raised = alerts.find((a) => a.state === 'raised')!
    assert.ok(raised.detectedAt >= from && raised.detectedAt <= from + 5 * MINUTE)
    const ratio = (since: number, until: number): number => {
      const chosen = windows.filter((w) => w.from >= since && w.to <= until && w.units.good !== null)
      return chosen.reduce((s, w) => s + w.kgCO2e.total, 0) / chosen.reduce((s, w) => s + w.units.good!, 0)
    }
    const [fault, after] = [ratio(from + 5 * MINUTE, to), ratio(to + 10 * MINUTE, Infinity)]
    within(fault, 0.87, 0.02, 'in the fault')
    within(1 - after / fault, 0.22, 0.02, 'saved')
  })

  it('every split adds up to the change, to the last bit', () => {
    for (const name of SCENARIO_NAMES) {
      for (const { split, kgCO2ePerGood, expected } of watch(name).alerts) {
        assert.equal(
          split.reduce((sum, s) => sum + s.kgCO2ePerUnit, 0),
          kgCO2ePerGood - expected,
        )
      }
    }
  })
})
