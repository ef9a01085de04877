import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import { caseOf, outcomeOf, verdictOf } from '../bench/devices/case.ts'
import { check, type Row } from './fixtures/device-line.ts'

describe('A device of any shape with any fault', () => {
  it('never gives a wrong figure: 1,000 of them', () => {
    for (let seed = 0; seed < 1_000; seed++) {
      const device = caseOf(seed)
      const name = `seed ${seed}: ${device.shape.name}, ${device.fault.name}`
      assert.notEqual(verdictOf(device, outcomeOf(device)), 'WRONG', name)
    }
  })

  describe('on the real nodes', () => {
    before(() => helper.startServer())
    after(() => helper.stopServer())
    const sound = Array.from({ length: 400 }, (_, seed) => caseOf(seed)).filter(
      ({ fault, shape }) => fault.name === 'none' && !shape.isUnexplained,
    )
    for (const { seed, shape, meter, messages, truth } of sound) {
      const { readings } = truth
      const kWh = truth.used(readings[0]!.at, readings.at(-1)!.at) / 1000
      const row: Row = {
        title: '',
        meter,
        messages,
        right: { kWh: Math.round(kWh * 1e9) / 1e9, coverage: { energy: 1 } },
      }
      it(`gives the right one: ${shape.name} (seed ${seed})`, () => check(row))
    }
  })
})
