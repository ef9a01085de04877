import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Calendar } from '../../nodes/core/calendar.ts'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import type { Carbon, Context, Energy, Production, Segment } from '../../nodes/core/records.ts'
import { withContext, withFactors } from '../../nodes/core/segments.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { HOUR, plantOf } from './pipeline.ts'
import { factorRow } from './worked-example.ts'

/** Whatever is missing, a ratio that is told is never below the one of the complete facts (the second law). */

const T0 = Date.UTC(2026, 2, 2, 6)
const SLOT = 300_000
const SLOTS = 36
const METERS = [
  { id: 'oven-e', ratedKW: 60 },
  { id: 'filler-e', ratedKW: 30 },
] as const

const model = plantOf({
  lines: [{ id: 'L1' }],
  meters: METERS.map((m) => ({
    ...m,
    source: m.id,
    line: 'L1',
    carrier: 'electricity',
    reading: 'interval',
    unit: 'kWh',
  })),
  shifts: [{ name: 'early', from: '06:00', to: '14:00', days: ['mon'] }],
})
const calendar = new Calendar(model, zonedTime('UTC'))

/** For each slot of five minutes: load of both meters (share of the rating), good units, and the order; factors in g/kWh. */
const load = fc.double({ min: 0, max: 1.5, noNaN: true })
const aLine = fc.record({
  slots: fc.array(fc.record({ oven: load, filler: load, good: fc.integer({ min: 1, max: 90 }) }), {
    minLength: SLOTS,
    maxLength: SLOTS,
  }),
  changeovers: fc.array(fc.integer({ min: 1, max: SLOTS - 1 }), { maxLength: 3 }),
  factors: fc.array(fc.integer({ min: 20, max: 1500 }), { minLength: 6, maxLength: 6 }),
})
type Line = typeof aLine extends fc.Arbitrary<infer T> ? T : never

/** What is taken away: a share of one kind of fact, picked by the bits of a list. */
const aLoss = fc.record({
  kind: fc.constantFrom('energy', 'gap', 'factor', 'count', 'meter', 'context'),
  of: fc.subarray(Array.from({ length: SLOTS }, (_, i) => i)),
  meter: fc.constantFrom(0, 1),
})
type Loss = typeof aLoss extends fc.Arbitrary<infer T> ? T : never

const at = (slot: number): number => T0 + slot * SLOT

function recordsOf(line: Line, loss?: Loss): Map<string, Carbon> {
  const calculator = new Calculator({
    model,
    calendar,
    views: ['window', 'shift', 'order', 'day'],
    windowMs: 3 * SLOT,
    minCoverage: 0.5,
    horizonMs: 48 * HOUR,
    latenessMs: 0,
    constantFactor: null,
  })
  line.slots.forEach((slot, i) => {
    const isLost = (kind: Loss['kind']): boolean => loss?.kind === kind && loss.of.includes(i)
    const context = contextOf(line, i, isLost('context'))
    METERS.forEach((meter, m) => {
      const hit = loss?.meter === m
      if ((hit && loss.kind === 'meter') || (hit && isLost('energy'))) return
      const kWh = isLost('gap') && hit ? null : ((m === 0 ? slot.oven : slot.filler) * meter.ratedKW * SLOT) / HOUR
      calculator.energy(
        energyOf(meter.id, {
          i,
          kWh,
          context,
          kgPerKWh: isLost('factor') ? undefined : line.factors[Math.floor(i / 6)]! / 1000,
        }),
      )
    })
    // The line is known to have run from the first slot to the last.
    if (isLost('count') && i > 0 && i < SLOTS - 1) return
    calculator.production(goodOf(i, slot.good, context))
  })
  return new Map(calculator.due('L1', 0, true).map((r) => [r.id, r]))
}

function contextOf(line: Line, i: number, isLost: boolean): Context {
  const order = `O${line.changeovers.filter((c) => c <= i).length}`
  const { shift } = calendar.spanAt(at(i))
  return { line: 'L1', ...(!isLost && { order }), shift: shift!, state: isLost ? 'unknown' : 'productive' }
}

interface Given {
  i: number
  kWh: number | null
  context: Context
  kgPerKWh: number | undefined
}

function energyOf(meter: string, { i, kWh, context, kgPerKWh }: Given): Energy {
  const [from, to] = [at(i), at(i + 1)]
  const energy: Energy = {
    type: 'energy',
    id: `${meter}|${from}|${to}`,
    revision: 0,
    meter,
    line: 'L1',
    carrier: 'electricity',
    from,
    to,
    kWh,
    quality: kWh === null ? 'missing' : 'measured',
    flags: [],
  }
  const location =
    kgPerKWh === undefined ? {} : { location: { ...factorRow('06:00', '09:00', kgPerKWh), id: `${kgPerKWh}` } }
  const segments: Segment[] = withFactors(energy, [{ from, to, ...location, upstream: [] }])
  energy.segments = withContext({ ...energy, segments }, [{ from, to, context }])
  return energy
}

function goodOf(i: number, good: number, context: Context): Production {
  const [from, to] = [at(i), at(i + 1)]
  const units = { produced: null, good, scrap: null, rework: null }
  return { type: 'production', id: `good|${from}`, revision: 0, line: 'L1', from, to, ...units, context, flags: [] }
}

const RATIOS = ['kgCO2ePerGood', 'kWhPerGood'] as const

describe('whatever is missing', () => {
  it('no ratio is told that is below the one of the complete facts', () => {
    let told = 0
    fc.assert(
      fc.property(aLine, aLoss, (line, loss) => {
        const whole = recordsOf(line)
        for (const [id, { perUnit }] of recordsOf(line, loss)) {
          // Energy and units whose order nobody knows are in no order: what is left of it is another order’s story.
          const complete = whole.get(id)?.perUnit
          if (!complete || (loss.kind === 'context' && !id.startsWith('day') && !id.startsWith('shift'))) continue
          for (const ratio of RATIOS) {
            if (perUnit[ratio] === null) continue
            told++
            const [got, least] = [perUnit[ratio], complete[ratio]!]
            assert.ok(
              got >= least * (1 - 1e-9),
              `${ratio} of ${id} is ${got} without ${loss.kind}, and ${least} with it`,
            )
          }
        }
      }),
      { numRuns: 2000 },
    )
    assert.ok(told > 10_000, `${told} ratios were compared`)
  }).timeout(240_000)

  it('what is told says what it carries for the missing part', () => {
    const line: Line = {
      slots: Array.from({ length: SLOTS }, () => ({ oven: 0.5, filler: 0.5, good: 10 })),
      changeovers: [],
      factors: [200, 200, 200, 200, 200, 200],
    }
    const record = recordsOf(line, { kind: 'energy', of: [7], meter: 0 }).get('day|L1|2026-03-02')!
    // 35 slots of the oven at 30 kW and 36 of the filler at 15 kW are known: 132.5 kWh, 26.5 kg.
    assert.ok(Math.abs(record.kgCO2e.total - 26.5) < 1e-9)
    // One slot of the oven at no more than 1.5 × 60 kW: 7.5 kWh, 1.5 kg.
    assert.ok(Math.abs(record.surrogate!.kWh - 7.5) < 1e-9)
    assert.ok(Math.abs(record.surrogate!.kgCO2e - 1.5) < 1e-9)
    assert.match(record.surrogate!.why[0]!, /oven-e is silent for 0\.08\d+ h: 90 kW at most, 0\.2 kg\/kWh/)
    assert.ok(Math.abs(record.perUnit.kgCO2ePerGood! - 28 / 360) < 1e-12)
  })
})
