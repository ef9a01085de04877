import assert from 'node:assert/strict'
import { Baseline } from '../../nodes/core/anomaly/baseline.ts'
import type { Case } from '../../nodes/core/anomaly/case.ts'
import { dataFaults } from '../../nodes/core/anomaly/data-gate.ts'
import { intensityOf, pooled, windowOf, type Window } from '../../nodes/core/anomaly/features.ts'
import type { PlantModel } from '../../nodes/core/plant/plant.ts'
import type { Carbon, Cause, Signal } from '../../nodes/core/records.ts'
import { causesOf, dataCauses } from '../../nodes/core/anomaly/root-cause.ts'
import { compare } from '../../nodes/core/anomaly/split.ts'
import { lessonsOf } from '../../nodes/core/anomaly/watched.ts'
import { at, MODEL, WindowPlant, type Conditions } from './window-plant.ts'

const LEARNED = 40

function learned(): Baseline {
  const plant = new WindowPlant(1)
  const baseline = new Baseline()
  for (let n = 0; n < LEARNED; n++) {
    for (const [key, sample] of lessonsOf(windowOf(plant.window(n)), true)) baseline.learn(key, sample)
  }
  return baseline
}

function caseOf(windows: readonly Window[], model: PlantModel = MODEL): Case {
  const whole = pooled(windows)
  const now = intensityOf(whole)!
  const baseline = learned()
  const usual = baseline.expected(at(LEARNED), now)!
  return { model, line: 'L1', windows, whole, usual, baseline, terms: compare(now, usual).terms }
}

/** The causes of so many windows under the same conditions. */
function causes(conditions: Conditions, { count = 20, model = MODEL } = {}): Cause[] {
  const plant = new WindowPlant(2)
  const windows = Array.from({ length: count }, (_, i) => windowOf(plant.window(LEARNED + i, conditions)))
  return causesOf(caseOf(windows, model))
}

describe('The cause of a machine’s higher energy', () => {
  const cases: [title: string, signal: Partial<Signal>, cause: RegExp, evidence: RegExp][] = [
    [
      'is short-cycling at twice the usual starts',
      { startsPerHour: 46 },
      /short-cycling.*valve/,
      /46 load starts per hour, usual 14 \(×3\.3\)/,
    ],
    [
      'is a leak where it is loaded far longer',
      { dutyCycle: 0.6 },
      /probably an air leak$/,
      /under load 60 % of the time, usual 15 %/,
    ],
    [
      'is a leak or an open valve where it never unloads',
      { dutyCycle: 1 },
      /air leak, or an intake valve stuck open/,
      /under load 100 %/,
    ],
    [
      'is running unloaded where it is loaded less',
      { dutyCycle: 0.05 },
      /runs unloaded/,
      /under load 5 % of the time, usual 15 %/,
    ],
    [
      'is its base load where that has risen',
      { idleKW: 400 },
      /even at its lowest load/,
      /base load 400 kW, usual 275 kW/,
    ],
    [
      'is not named closer where its power has its usual shape',
      {},
      /^Compressor 3 uses more energy than usual/,
      /used 0\.\d+ kWh of electricity per unit, usual 0\.44/,
    ],
  ]
  for (const [title, compSignal, cause, evidence] of cases) {
    it(title, () => {
      const [first] = causes({ compKW: 600, compSignal })
      assert.match(first!.cause, cause)
      assert.match(first!.evidence[0]!, evidence)
      assert.equal(first!.machine, 'comp3')
    })
  }

  it('is seen through a rolling quarter of an hour: three minutes of 46 starts in it make 20.4', () => {
    // The middle of the third minute: 2.5 of 15 minutes have seen the fault.
    const rolling = 14 + ((46 - 14) * 2.5) / 15
    const [first] = causes({ compKW: 816, compSignal: { startsPerHour: rolling } }, { count: 3 })
    assert.match(first!.evidence[0]!, /46 load starts per hour, usual 14/)
  })

  it('is a relay of a heater that never rests', () => {
    const heater: PlantModel = structuredClone(MODEL)
    heater.lines[0]!.machines![1] = { id: 'comp3', name: 'Oven 2', kind: 'heater' }
    const [first] = causes({ compKW: 600, compSignal: { dutyCycle: 0.99 } }, { model: heater })
    assert.match(first!.cause, /Oven 2 heats without pause/)
  })

  it('goes by the id of a machine that has no name', () => {
    const nameless: PlantModel = structuredClone(MODEL)
    nameless.lines[0]!.machines = []
    assert.match(causes({ ovenKW: 800 }, { model: nameless })[0]!.cause, /^oven uses more/)
  })
})

describe('The cause on the line', () => {
  const cases: [title: string, conditions: Conditions, evidence: RegExp][] = [
    ['tells the pace', { pace: 540, noise: 0 }, /^540 units per running hour, usual 90\d \(60 % of it\)$/],
    [
      'tells scrap as a share and in units',
      { scrapShare: 0.16, noise: 0 },
      /^16 % scrap \(48 of 300 units\), usual 2 %$/,
    ],
    [
      'tells how long the line stood, and what it used',
      { idleShare: 0.25, noise: 0 },
      /^The line stood for 5 of 20 minutes and used \d+(\.\d+)? kWh/,
    ],
    [
      'tells the factor and what it usually is',
      { gridKgPerKWh: 0.55, noise: 0 },
      /^electricity: 0\.55 kg CO₂e per kWh, usual at this time of day 0\.4$/,
    ],
  ]
  for (const [title, conditions, evidence] of cases) {
    it(title, () => assert.match(causes(conditions)[0]!.evidence[0]!, evidence))
  }

  it('tells another fuel with its shares', () => {
    const [first] = causes({ ovenKW: 0.9 * 882, gasKW: 0.3 * 882, noise: 0 })
    assert.match(first!.cause, /Shrink oven runs on another fuel than usual/)
    assert.deepEqual(first!.evidence, [
      'Shrink oven: 75 % of its energy is electricity',
      'Shrink oven: 25 % of its energy is natural-gas',
    ])
  })
})

describe('Ranks', () => {
  it('follow the contributions, from 1, with shares of confidence that are no more than 1', () => {
    const found = causes({ compKW: 600, compSignal: { startsPerHour: 50 }, scrapShare: 0.1, pace: 700 })
    assert.ok(found.length >= 3)
    assert.deepEqual(
      found.map((c) => c.rank),
      found.map((_, i) => i + 1),
    )
    const kg = found.map((c) => c.kgCO2ePerUnit)
    assert.deepEqual(
      kg,
      kg.toSorted((a, b) => b - a),
    )
    assert.ok(found.reduce((sum, c) => sum + c.confidence, 0) <= 1)
    assert.ok(found.every((c) => c.remedy !== '' && c.evidence.every((line) => line !== '')))
  })

  it('leave out what adds little', () => assert.equal(causes({ compKW: 800, noise: 0 }).length, 1))
})

describe('Data that cannot be judged', () => {
  const plant = new WindowPlant(3)
  const faultsOf = (
    conditions: Conditions,
    change: (record: Carbon) => Carbon = (r) => r,
  ): ReturnType<typeof dataFaults> => {
    const record = change(plant.window(LEARNED, conditions))
    return dataFaults(record, windowOf(record), { baseline: learned(), model: MODEL })
  }
  const cases: [title: string, conditions: Conditions, what: RegExp, change?: (record: Carbon) => Carbon][] = [
    ['a silent meter', { silent: 'oven-gas' }, /^Meter oven-gas told about 0 % of the window$/],
    [
      'a meter that tells of a reset',
      { flags: { meter: 'oven-e', flags: ['reset', 'late'] } },
      /^Meter oven-e was reset and began again at 0$/,
    ],
    ['power beyond belief', { fillerKW: 300_000, noise: 0 }, /^Meter filler-e showed 300000 kW, usual 31\d kW$/],
    [
      'no power while the line counts',
      { fillerKW: 0, noise: 0 },
      /^Meter filler-e showed no power while 15 units were made$/,
    ],
    [
      'factors that are missing',
      {},
      /^Only 80 % of the factor data are known$/,
      (r) => ({ ...r, coverage: { ...r.coverage, factor: 0.8 } }),
    ],
    [
      'counts that are missing',
      {},
      /^Only 50 % of the count data are known$/,
      (r) => ({ ...r, coverage: { ...r.coverage, count: 0.5 } }),
    ],
    [
      'a line that produces and counts nothing',
      { noise: 0 },
      /used 29\.8 kWh, and not one of about 15 units was counted$/,
      (r) => ({ ...r, units: { ...r.units, produced: 0, good: 0, scrap: 0 } }),
    ],
  ]
  for (const [title, conditions, what, change] of cases) {
    it(`are ${title}`, () => {
      const [fault] = faultsOf(conditions, change)
      assert.match(fault!.what, what)
      assert.equal(dataCauses([fault!], 0)[0]!.cause, `Bad data: ${fault!.what}`)
    })
  }

  const sound: [title: string, conditions: Conditions, change?: (record: Carbon) => Carbon][] = [
    ['a usual window', {}],
    ['flags that leave the energy sound', { flags: { meter: 'oven-e', flags: ['rollover', 'late', 'backfill'] } }],
    ['a line at rest that counts nothing', { idleShare: 1 }, (r) => ({ ...r, coverage: { ...r.coverage, count: 0 } })],
  ]
  for (const [title, conditions, change] of sound) {
    it(`are not ${title}`, () => assert.deepEqual(faultsOf(conditions, change), []))
  }
})
