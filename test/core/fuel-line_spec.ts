import assert from 'node:assert/strict'
import type { HeatingBasis } from '../../nodes/core/plant/fuel.ts'
import { explain } from '../../nodes/core/per-unit/explain.ts'
import type { Carbon, EmissionFactor } from '../../nodes/core/records.ts'
import { Pipeline, plantOf, type Fact } from './pipeline.ts'
import { at, factorRow } from './worked-example.ts'

/** A gas meter in m3 of 39.6 MJ = 11 kWh each, 10 m3 in an hour = 110 kWh. */
const HEAT = { value: 39.6, unit: 'MJ/m3' }
const DAY = 'day|L1|2026-03-02'
const plant = (basis: HeatingBasis) =>
  plantOf({
    lines: [{ id: 'L1' }],
    meters: [
      {
        ...{ id: 'gas', source: 'gas', line: 'L1', carrier: 'natural-gas', reading: 'counter', unit: 'm3' },
        heatingValue: { ...HEAT, basis },
      },
    ],
  })
const READINGS: Fact[] = [
  { meter: 'gas', reading: { at: at('09:00'), value: 500 } },
  { meter: 'gas', reading: { at: at('10:00'), value: 510 } },
]
const gross: Fact = {
  factor: { ...factorRow('08:00', '12:00', 0.2), carrier: 'natural-gas', cvBasis: 'gross' } satisfies EmissionFactor,
}

function run(basis: HeatingBasis, facts: Fact[]): { line: Pipeline; record: Carbon } {
  const line = new Pipeline(plant(basis), { views: ['day'] })
  facts.forEach((fact) => line.take(fact))
  return { line, record: line.records().find((r) => r.id === DAY)! }
}

describe('Gas by the cubic metre', () => {
  const orders: [title: string, facts: Fact[]][] = [
    ['the factor first', [gross, ...READINGS]],
    ['the factor last', [...READINGS, gross]],
  ]
  for (const [title, facts] of orders) {
    it(`on the basis of its factor is scope 1: 110 kWh × 0.2 kg, ${title}`, () => {
      const { record } = run('gross', facts)
      assert.ok(Math.abs(record.kWh - 110) < 1e-9)
      assert.ok(Math.abs(record.kgCO2e.scope1 - 22) < 1e-9)
      assert.equal(record.coverage.factor, 1)
    })

    it(`on another basis has no factor, and lowers the coverage, ${title}`, () => {
      const { record } = run('net', facts)
      assert.ok(Math.abs(record.kWh - 110) < 1e-9)
      assert.deepEqual([record.kgCO2e.scope1, record.coverage.factor, record.buckets[0]?.kgCO2e], [0, 0, null])
    })
  }

  it('explains itself: readings, heating value and basis, and why there is no factor', () => {
    const { line } = run('net', [gross, ...READINGS])
    const { readings } = explain(line.calculator, DAY)!
    const { evidence, parts } = readings[0]!
    assert.deepEqual(
      [evidence?.fromReading, evidence?.toReading, evidence?.unit, evidence?.heatingValue],
      [500, 510, 'm3', { ...HEAT, basis: 'net' }],
    )
    assert.equal(parts[0]?.missingFactor, "factor is per kWh gross, the meter's energy is net")
  })
})
