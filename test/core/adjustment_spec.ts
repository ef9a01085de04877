import assert from 'node:assert/strict'
import { adjustmentOf, isNothing } from '../../nodes/core/per-unit/adjustment.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { WindowPlant } from './window-plant.ts'

const booked = { from: Date.UTC(2026, 3, 1), to: Date.UTC(2026, 3, 2) }

/** A record of 100 kWh at 0.2 kg/kWh and 50 good units, with what is said otherwise. */
function record(
  over: { kWh?: number; factor?: number; good?: number | null; market?: number | null; reasons?: string[] } = {},
): Carbon {
  const { kWh = 100, factor = 0.2, good = 50, market = null, reasons = [] } = over
  return {
    ...new WindowPlant(1).window(0),
    id: 'day|L1|2026-03-02',
    view: 'day',
    revision: 3,
    reasons,
    kWh,
    kWhByCarrier: { electricity: kWh },
    kgCO2e: {
      scope1: 0,
      scope2Location: kWh * factor,
      scope2Market: market,
      scope3Upstream: null,
      total: kWh * factor,
    },
    units: { produced: good, good, scrap: null, rework: null, standard: null },
    buckets: [{ state: 'productive', meter: 'oven-e', carrier: 'electricity', kWh, kgCO2e: kWh * factor, hours: 24 }],
  }
}

describe('an adjusting record', () => {
  it('is the difference to the closed record, booked in the open period, and says what it adjusts', () => {
    const now = record({ kWh: 110, good: 55, reasons: ['late-energy'] })
    const found = adjustmentOf({ now, standing: [record()], booked, revision: 0 })
    assert.equal(found.id, 'adjustment|2026-04-01T00:00:00.000Z|day|L1|2026-03-02')
    assert.deepEqual([found.from, found.to], [booked.from, booked.to])
    assert.deepEqual(found.adjusts, { id: 'day|L1|2026-03-02', revision: 3 })
    assert.deepEqual(found.reasons, ['late-energy'])
    assert.deepEqual([found.kWh, found.kgCO2e.total, found.units.good], [10, 2, 5])
    assert.deepEqual(found.kWhByCarrier, { electricity: 10 })
    assert.deepEqual(
      found.buckets.map((b) => [b.meter, b.kWh, b.kgCO2e, b.hours]),
      [['oven-e', 10, 2, 0]],
    )
  })

  it('has no ratio: a difference is none of a unit', () => {
    const { perUnit } = adjustmentOf({ now: record({ kWh: 110 }), standing: [record()], booked, revision: 0 })
    assert.equal(perUnit.kgCO2ePerGood, null)
    assert.equal(perUnit.missing, 'a difference has no ratio of its own; it adjusts day|L1|2026-03-02')
  })

  it('counts what earlier adjusting records have told already', () => {
    const first = adjustmentOf({ now: record({ kWh: 110 }), standing: [record()], booked, revision: 0 })
    const next = adjustmentOf({ now: record({ kWh: 125 }), standing: [record(), first], booked, revision: 0 })
    assert.equal(next.kWh, 15)
    assert.equal(record().kWh + first.kWh + next.kWh, 125)
  })

  const unknowns: [what: string, before: number | null, now: number | null, difference: number | null][] = [
    ['counted later', null, 40, 40],
    ['no longer known', 40, null, null],
    ['never counted', null, null, null],
    ['as before', 40, 40, 0],
  ]
  for (const [what, before, now, difference] of unknowns) {
    it(`with units ${what}: ${before} becomes ${now}, the difference is ${difference}`, () => {
      const found = adjustmentOf({
        now: record({ good: now }),
        standing: [record({ good: before })],
        booked,
        revision: 0,
      })
      assert.equal(found.units.good, difference)
    })
  }

  it('is nothing where nothing has changed', () => {
    assert.equal(isNothing(adjustmentOf({ now: record(), standing: [record()], booked, revision: 0 })), true)
    assert.equal(
      isNothing(adjustmentOf({ now: record({ factor: 0.3 }), standing: [record()], booked, revision: 0 })),
      false,
    )
  })
})
