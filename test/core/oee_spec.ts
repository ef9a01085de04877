import assert from 'node:assert/strict'
import { oeeOf, type OeeInput } from '../../nodes/core/per-unit/oee.ts'

const MINUTE = 60_000
/** 400 min planned and productive, 1 min ideal per unit, 380 made, 361 good. */
const case1: OeeInput = {
  plannedMs: 400 * MINUTE,
  productiveMs: 400 * MINUTE,
  unknownMs: 0,
  idealSeconds: 380 * 60,
  produced: 380,
  good: 361,
}

describe('OEE', () => {
  it('does not punish scrap twice: 400 min, 380 made, 361 good is 0.9025', () => {
    assert.equal(oeeOf(case1).oee, 0.9025)
  })

  const unknown: [string, Partial<OeeInput>, keyof ReturnType<typeof oeeOf>][] = [
    ['no count of good units leaves the quality rate unknown', { good: null }, 'quality'],
    ['no units leave the quality rate unknown', { produced: 0, good: 0 }, 'quality'],
    ['an unknown cycle time leaves the effectiveness unknown', { idealSeconds: null }, 'performance'],
    ['an unknown state leaves the availability unknown', { unknownMs: MINUTE }, 'availability'],
  ]
  for (const [title, change, field] of unknown) {
    it(`${title}, and the OEE with it`, () => {
      const result = oeeOf({ ...case1, ...change })
      assert.equal(result[field], null)
      assert.equal(result.oee, null)
    })
  }

  it('downtime is planned time that was not productive', () => {
    const result = oeeOf({ ...case1, plannedMs: 480 * MINUTE })
    assert.equal(result.downtimeSeconds, 80 * 60)
    assert.equal(result.availability, 400 / 480)
  })
})
