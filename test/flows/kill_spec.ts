import assert from 'node:assert/strict'
import type { KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import { lineWith, factsOf, gasFactor } from '../core/plant-line.ts'
import { PLANT_MODEL } from '../plant/model.ts'
import { latestStart } from '../plant/plant.ts'
import { simulate } from '../plant/simulate.ts'
import { WholeLine } from './line.ts'

const MINUTE = 60_000
const SPEED = 300
/** From an hour and a half before the end of the early shift. */
const BEFORE_THE_END = 6.5 * 60 * MINUTE
const RUN = 100 * MINUTE

describe('Node-RED is killed in mid-shift', () => {
  it('and after its restart the shift’s final record is that of an undisturbed run but for what the outage hid', async () => {
    const startAt = latestStart(Date.now(), 24 * 60 * MINUTE) + BEFORE_THE_END
    const shiftEnd = startAt + 90 * MINUTE
    const options = { startAt, durationMs: RUN }
    const line = await WholeLine.start('kill', { scenario: 'normal', speed: SPEED, ...options })
    const outage = { from: 0, to: 0 }
    let final: KpiRecord | undefined
    try {
      await line.untilMinute(30)
      await line.nodeRed!.kill()
      outage.from = line.plant.now()
      await line.untilMinute(40)
      await line.startNodeRed()
      await line.until('the line is heard again', () => line.messages.at(-1)!.at > outage.from + 10 * MINUTE)
      outage.to = line.plant.now()
      const isFinal = (k: KpiRecord): boolean => k.view === 'shift' && k.status !== 'provisional'
      await line.until('the shift has closed', () => line.kpis.some(isFinal), 60)
      await line.plant.finished
      await new Promise((resolve) => setTimeout(resolve, 2000))
      final = line.kpis.findLast((k) => isFinal(k) && k.shift === 'early')
    } finally {
      await line.stop()
    }
    const undisturbed = lineWith([...gasFactor(), ...[...simulate('normal', 1, options)].flatMap(factsOf)])
    const whole = undisturbed.records().find((r) => r.view === 'shift' && r.shift === 'early')!
    assert.ok(final)
    assert.equal(Date.parse(final.timeRange.end), shiftEnd)

    // Running totals cover the outage; the compressor has none, so its energy of that time is a known gap, and coverage
    // says how long it is, of all meters and the hour and a half that were measured.
    const hiddenHours = (1 - final.coverage.energy) * PLANT_MODEL.meters.length * 1.5
    const outageHours = (outage.to - outage.from) / 3_600_000
    const isTold = hiddenHours > outageHours / 2 && hiddenHours < outageHours + 0.5
    assert.ok(isTold, `${hiddenHours} h are said to be hidden, the outage was ${outageHours} h`)
    const compressor = whole.buckets.filter((b) => b.machine === 'comp3').reduce((s, b) => s + b.kWh, 0)
    const hidden = whole.kWh - final.energyKWh
    assert.ok(
      hidden > 0 && hidden < (compressor / 1.5) * (hiddenHours + 0.1),
      `${hidden} kWh are hidden of ${hiddenHours} h`,
    )
    assert.ok(
      Math.abs(final.qtyGood! - whole.units.good!) < 0.002 * whole.units.good!,
      `${final.qtyGood} units, not ${whole.units.good}`,
    )
    assert.equal(final.coverage.factor, 1)
  }).timeout(180_000)
})
