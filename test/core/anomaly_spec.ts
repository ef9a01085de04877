import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AnomalyDetector } from '../../nodes/core/anomaly/anomaly.ts'
import type { AlarmSettings, Assessment, DetectorState } from '../../nodes/core/anomaly/alarm-state.ts'
import { Calendar } from '../../nodes/core/calendar.ts'
import type { Carbon, CarbonAlert } from '../../nodes/core/records.ts'
import { readAlarmCommand } from '../../nodes/door/commands.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { at, MODEL, WINDOW_MS, WindowPlant, type Conditions } from './window-plant.ts'

const SETTINGS: AlarmSettings = { minWindows: 8, materiality: 0.05, clear: 0.03, adviseMix: false }

interface Run {
  detector: AnomalyDetector
  assessments: Assessment[]
  alerts: CarbonAlert[]
}

/** Runs windows under conditions; `[count, conditions]` stretches one after the other. */
function run(
  stretches: readonly [count: number, conditions?: Conditions][],
  seed = 1,
  over: Partial<AlarmSettings> = {},
): Run {
  const plant = new WindowPlant(seed)
  const detector = new AnomalyDetector({ model: MODEL }, { ...SETTINGS, ...over })
  const result: Run = { detector, assessments: [], alerts: [] }
  let n = 0
  for (const [count, conditions] of stretches) {
    for (let i = 0; i < count; i++) feed(result, plant.window(n++, conditions))
  }
  return result
}

function feed(result: Run, record: Carbon): void {
  const { assessment, alerts } = result.detector.judge(record)
  result.assessments.push(assessment)
  result.alerts.push(...alerts)
}

const FAULT: Conditions = { compKW: 0.925 * 882, compSignal: { startsPerHour: 46 } }
const addsUp = ({ split, kgCO2ePerGood, expected }: CarbonAlert): boolean =>
  split.reduce((sum, s) => sum + s.kgCO2ePerUnit, 0) === kgCO2ePerGood - expected
const states = (alerts: CarbonAlert[]): string[] => alerts.map((a) => a.state).filter((s) => s !== 'updated')
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `expected ${expected} ± ${within}, got ${actual}`)

describe('The alarm in the article’s case: 0.68 → 0.87 → 0.68 kg per unit', () => {
  const { alerts, assessments } = run([[60], [45, FAULT], [15]])

  it('learns first, then finds the windows normal', () => {
    assert.deepEqual(
      assessments.slice(0, 10).map((a) => a.state),
      [...Array<string>(8).fill('learning'), 'normal', 'normal'],
    )
    assert.equal(assessments[4]!.windows, 5)
    near(assessments[59]!.expected!, 0.68, 0.0136)
  })

  it('is raised with the second or third window after the fault began', () => {
    assert.equal(alerts[0]!.state, 'raised')
    assert.ok(alerts[0]!.detectedAt <= at(63), new Date(alerts[0]!.detectedAt).toISOString())
    assert.equal(alerts[0]!.from, at(60))
    assert.equal(alerts[0]!.severity, 'critical')
  })

  it('names the compressor and its short-cycling first, with evidence in numbers', () => {
    const [first] = alerts[0]!.causes
    assert.equal(first!.machine, 'comp3')
    assert.match(first!.cause, /Compressor 3 is short-cycling/)
    assert.match(first!.evidence[0]!, /load starts per hour, usual 14 \(×/)
    assert.match(first!.evidence[1]!, /used 0\.[89]\d* kWh of electricity per unit, usual 0\.44/)
    assert.ok(first!.confidence > 0.9)
  })

  it('splits the change exactly in every revision', () => {
    assert.ok(alerts.every(addsUp))
    near(alerts.at(-1)!.split.find((s) => s.effect === 'specific-energy')!.kgCO2ePerUnit, 0.19, 0.01)
  })

  it('has 0.87 over the whole episode, and 0.19 kg a unit that could have been avoided', () => {
    const last = alerts.at(-1)!
    assert.equal(last.state, 'cleared')
    near(last.kgCO2ePerGood, 0.87, 0.01)
    near(last.expected, 0.68, 0.0136)
    near(last.kgCO2eAvoidable, 0.19 * 882 * 0.75, 8)
  })

  it('clears two windows after the repair, under the same id', () => {
    assert.deepEqual(states(alerts), ['raised', 'cleared'])
    assert.ok(alerts.at(-1)!.clearedAt! <= at(108))
    assert.equal(new Set(alerts.map((a) => a.id)).size, 1)
    assert.deepEqual(
      alerts.map((a) => a.revision),
      alerts.map((_, i) => i),
    )
  })

  it('says alarm of each window in between, and normal again after', () => {
    assert.ok(assessments.slice(64, 104).every((a) => a.state === 'alarm'))
    assert.equal(assessments.at(-1)!.state, 'normal')
  })

  it('did not learn the fault', () => near(assessments.at(-1)!.expected!, assessments[59]!.expected!, 0.005))
})

describe('Faults are told by their cause', () => {
  const cases: [title: string, conditions: Conditions, effect: string, cause: RegExp, machine?: string][] = [
    ['a stuck valve', FAULT, 'specific-energy', /short-cycling/, 'comp3'],
    ['an air leak', { compKW: 600, compSignal: { dutyCycle: 0.6 } }, 'specific-energy', /air leak/, 'comp3'],
    ['running unloaded', { compKW: 560, compSignal: { dutyCycle: 0.05 } }, 'specific-energy', /unloaded/, 'comp3'],
    ['an oven that uses more', { ovenKW: 700 }, 'specific-energy', /Shrink oven uses more/, 'oven'],
    ['a slow line', { pace: 540 }, 'throughput', /runs slowly/],
    ['a scrap wave', { scrapShare: 0.16 }, 'yield', /Scrap is high/],
    ['waiting again and again', { idleShare: 0.4 }, 'idle', /run idle/],
    ['another fuel', { ovenKW: 882, gasKW: 0.2 * 882 }, 'carrier-mix', /runs on another fuel/, 'oven'],
    ['a grid spike', { gridKgPerKWh: 0.55 }, 'grid-factor', /grid’s emission factor/],
  ]
  for (const [title, conditions, effect, cause, machine] of cases) {
    it(title, () => {
      for (const seed of [1, 2, 3]) {
        const { alerts } = run([[40], [20, conditions], [12]], seed)
        assert.deepEqual(states(alerts), ['raised', 'cleared'])
        for (const alert of alerts) {
          assert.ok(addsUp(alert))
          assert.equal(alert.split[0]!.effect, effect)
          assert.match(alert.causes[0]!.cause, cause)
          assert.equal(alert.causes[0]!.machine, machine)
          assert.ok(alert.causes[0]!.evidence.length > 0 && alert.causes[0]!.remedy.length > 0)
        }
      }
    })
  }

  it('a silent meter, with the figure at its usual value and no difference made up', () => {
    const { alerts, assessments } = run([[40], [10, { silent: 'oven-e' }], [5]])
    assert.deepEqual(states(alerts), ['raised', 'cleared'])
    const [raised] = alerts
    assert.match(raised!.causes[0]!.cause, /Bad data: Meter oven-e told about 0 %/)
    assert.equal(raised!.causes[0]!.machine, 'oven')
    assert.deepEqual(raised!.split, [{ effect: 'data', kgCO2ePerUnit: 0 }])
    assert.equal(raised!.kgCO2ePerGood, raised!.expected)
    assert.match(raised!.causes[0]!.evidence.join(), /is not known/)
    assert.equal(assessments[41]!.missing, 'Meter oven-e told about 0 % of the window')
    near(assessments.at(-1)!.expected!, assessments[39]!.expected!, 0.005)
  })

  it('a reset that a meter tells, as advice, with one window', () => {
    const { alerts } = run([[20], [1, { flags: { meter: 'filler-e', flags: ['reset'] } }], [3]])
    assert.deepEqual([alerts[0]!.severity, alerts[0]!.split[0]!.effect], ['advice', 'data'])
    assert.match(alerts[0]!.causes[0]!.cause, /Meter filler-e was reset and began again at 0/)
    assert.ok(addsUp(alerts[0]!))
  })

  it('a wrong unit, which is neither learned nor taken for the machine', () => {
    const { alerts, assessments } = run([[20], [4, { fillerKW: 360_000 }], [6]])
    assert.match(alerts[0]!.causes[0]!.cause, /Bad data: Meter filler-e showed/)
    assert.ok(addsUp(alerts[0]!))
    near(assessments.at(-1)!.expected!, 0.68, 0.02)
  })

  it('two faults at once, the larger first', () => {
    const { alerts } = run([[40], [20, { ...FAULT, scrapShare: 0.1 }]])
    const last = alerts.at(-1)!
    assert.deepEqual(
      last.split.slice(0, 2).map((s) => s.effect),
      ['specific-energy', 'yield'],
    )
    assert.match(last.causes[1]!.cause, /Scrap/)
  })
})

describe('No alarm', () => {
  it('in 500 normal windows with a scatter of 4 %, whatever the seed', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { alerts } = run([[500, { noise: 0.04 }]], seed)
      assert.deepEqual(alerts, [], `seed ${seed}: ${alerts[0]?.causes[0]?.cause}`)
    }
  })

  it('from one wild window', () => {
    const { alerts } = run([[40], [1, { compKW: 1200 }], [10]])
    assert.deepEqual(alerts, [])
  })

  it('from a single stop: the windows at its edges are half idle', () => {
    const { alerts, assessments } = run([
      [40],
      [1, { idleShare: 0.5 }],
      [10, { idleShare: 1, pace: 900 }],
      [1, { idleShare: 0.5 }],
      [10],
    ])
    assert.deepEqual(alerts, [])
    assert.equal(assessments[45]!.state, 'no-data')
    assert.equal(assessments[45]!.missing, 'no good units were made in this time')
    assert.ok(assessments[45]!.kgCO2ePerHour! > 100)
  })

  it('while a new product is learned, and none from its other energy', () => {
    const light: Conditions = { sku: 'B-330', fillerKW: 200, ovenKW: 300, compKW: 300 }
    const { alerts, assessments } = run([[30], [20, light], [10]])
    assert.deepEqual(alerts, [])
    assert.equal(assessments[31]!.state, 'learning')
    assert.equal(assessments[45]!.state, 'normal')
  })

  it('from a decrease', () => assert.deepEqual(run([[40], [20, { compKW: 250 }]]).alerts, []))
})

describe('A change of product', () => {
  const light: Conditions = { sku: 'B-330', fillerKW: 200, ovenKW: 300, compKW: 300 }
  const { alerts } = run([[30], [20, light], [20]], 1, { adviseMix: true })

  it('is told as advice where that is asked for, all of it product mix while the new one is learned', () => {
    const [first] = alerts
    assert.deepEqual([first!.severity, first!.split.map((s) => s.effect)], ['advice', ['product-mix']])
    assert.match(first!.causes[0]!.cause, /Product mix: B-330 takes the place of A-500 and needs less/)
    assert.ok(alerts.every(addsUp))
  })

  it('is told against what is known of both on the way back, and ends by itself', () => {
    assert.deepEqual(states(alerts), ['raised', 'cleared', 'raised', 'cleared'])
    assert.match(alerts[2]!.causes[0]!.cause, /needs more/)
    assert.equal(alerts[2]!.split[0]!.effect, 'product-mix')
  })
})

describe('The life of an alarm', () => {
  it('goes on under the same id where it returns within 10 minutes', () => {
    const { alerts } = run([[40], [10, FAULT], [6], [10, FAULT], [10]])
    assert.deepEqual(states(alerts), ['raised', 'cleared', 'raised', 'cleared'])
    assert.equal(new Set(alerts.map((a) => a.id)).size, 1)
    assert.equal(alerts.find((a) => a.state === 'raised' && a.revision > 0)!.clearedAt, undefined)
  })

  it('is another one where it returns later', () => {
    const { alerts } = run([[40], [10, FAULT], [20], [10, FAULT]])
    assert.equal(new Set(alerts.map((a) => a.id)).size, 2)
  })

  it('becomes the new usual after 8 hours, and says so', () => {
    const { alerts, assessments } = run([[40], [8 * 60 + 10, FAULT]])
    assert.deepEqual(states(alerts), ['raised', 'cleared'])
    assert.match(alerts.at(-1)!.causes[0]!.cause, /Baseline shift/)
    assert.ok(addsUp(alerts.at(-1)!))
    near(assessments.at(-1)!.expected!, 0.87, 0.02)
    assert.equal(assessments.at(-1)!.state, 'normal')
  })

  it('ends when its product has not been made for 8 hours', () => {
    const { alerts } = run([[40], [10, FAULT], [8 * 60 + 5, { sku: 'B-330' }]])
    assert.deepEqual(states(alerts), ['raised', 'cleared'])
  })

  const open = (): Run => run([[40], [10, FAULT]])
  const command = (result: Run, given: object): CarbonAlert =>
    result.detector.command(readAlarmCommand({ type: 'alarm-command', id: result.alerts[0]!.id, ...given }))

  it('is acknowledged by name and stays open', () => {
    const result = open()
    const said = command(result, { action: 'acknowledge', by: 'Kim' })
    assert.deepEqual([said.state, said.acknowledgedBy], ['acknowledged', 'Kim'])
    assert.equal(result.detector.openAlerts.length, 1)
  })

  it('sends no update while it is shelved, and still tells that it has cleared', () => {
    const result = open()
    const shelved = command(result, { action: 'shelve', minutes: 60 })
    assert.equal(shelved.shelvedUntil, at(50) + 60 * WINDOW_MS)
    const plant = new WindowPlant(9)
    result.alerts.length = 0
    for (let n = 50; n < 70; n++) feed(result, plant.window(n, { ...FAULT, compKW: 1100 }))
    assert.deepEqual(result.alerts, [])
    for (let n = 70; n < 80; n++) feed(result, plant.window(n))
    assert.deepEqual(states(result.alerts), ['cleared'])
  })

  it('is told again when the shelving is taken back', () => {
    const result = open()
    command(result, { action: 'shelve' })
    const said = command(result, { action: 'unshelve' })
    assert.deepEqual([said.state, said.shelvedUntil], ['updated', undefined])
  })

  const refusals: [title: string, given: object, message: RegExp][] = [
    ['an unknown action', { action: 'delete' }, /action: expected one of acknowledge, shelve, unshelve, got "delete"/],
    ['an alert that is not open', { action: 'acknowledge', id: 'x' }, /id: expected the id of an open alert, got "x"/],
    [
      'a time that is none',
      { action: 'shelve', minutes: -5 },
      /minutes: expected a number above 0, up to 576000, got -5/,
    ],
  ]
  for (const [title, given, message] of refusals) {
    it(`refuses ${title}`, () => assert.throws(() => command(open(), given), message))
  }
})

describe('An alarm', () => {
  it('names its order, and the shift by the calendar', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
    const calendar = new Calendar(
      { shifts: [{ name: 'early', from: '06:00', to: '14:00', days }], holidays: [] },
      zonedTime('UTC'),
    )
    const detector = new AnomalyDetector({ model: MODEL, calendar }, SETTINGS)
    const plant = new WindowPlant(1)
    const alerts = Array.from({ length: 50 }, (_, n) => plant.window(n, n < 40 ? {} : FAULT)).flatMap(
      (w) => detector.judge(w).alerts,
    )
    assert.deepEqual(
      [alerts[0]!.line, alerts[0]!.sku, alerts[0]!.order, alerts[0]!.shift],
      ['L1', 'A-500', 'O1', 'early'],
    )
  })
})

describe('Windows that come again', () => {
  it('count once, and the same revision leaves no trace', () => {
    const once = run([[40], [10, FAULT]])
    const twice = run([])
    const plant = new WindowPlant(1)
    for (let n = 0; n < 50; n++) {
      const record = plant.window(n, n < 40 ? {} : FAULT)
      feed(twice, record)
      feed(twice, structuredClone(record))
    }
    assert.deepEqual(twice.alerts, once.alerts)
    assert.deepEqual(twice.detector.state, once.detector.state)
  })

  it('move what could have been avoided when they are restated, and are not added to it', () => {
    const result = run([[40], [10, FAULT]])
    const plant = new WindowPlant(5)
    const before = avoidable(result)
    for (let n = 40; n < 50; n++) feed(result, { ...plant.window(n, FAULT), status: 'restated', revision: 1 })
    near(avoidable(result), before, 0.15 * before)
  })

  const avoidable = ({ detector }: Run): number =>
    Object.values(detector.state.contexts)[0]!.episode!.windows.reduce((sum, j) => sum + j.excessKg, 0)
})

describe('After a restart', () => {
  it('goes on from its state, which is plain data', () => {
    const whole = run([[40], [20, FAULT], [10]])
    const first = run([[40], [10, FAULT]])
    const state = JSON.parse(JSON.stringify(first.detector.state)) as DetectorState
    const second: Run = {
      detector: new AnomalyDetector({ model: MODEL }, SETTINGS, state),
      assessments: [],
      alerts: [],
    }
    const plant = new WindowPlant(1)
    for (let n = 0; n < 70; n++) {
      const record = plant.window(n, n >= 40 && n < 60 ? FAULT : {})
      if (n >= 50) feed(second, record)
    }
    assert.deepEqual([...first.alerts, ...second.alerts], whole.alerts)
  })

  it('tells what was due and never said, and takes over what was', () => {
    const raised = run([[40], [10, FAULT]])
    assert.deepEqual(raised.detector.reconcile(raised.alerts), [])
    const cleared = run([[40], [10, FAULT], [10]])
    const told = cleared.detector.reconcile(raised.alerts)
    assert.deepEqual(states(told), ['cleared'])
    assert.equal(told[0]!.revision, raised.alerts.at(-1)!.revision + 1)
  })

  it('keeps an acknowledgement', () => {
    const { detector, alerts } = run([[40], [10, FAULT]])
    detector.reconcile([{ ...alerts.at(-1)!, state: 'acknowledged', acknowledgedBy: 'Kim' }])
    assert.equal(detector.openAlerts[0]!.acknowledgedBy, 'Kim')
  })

  it('clears an alarm behind which nothing is left', () => {
    const { alerts } = run([[40], [10, FAULT]])
    assert.deepEqual(states(new AnomalyDetector({ model: MODEL }, SETTINGS).reconcile([alerts.at(-1)!])), ['cleared'])
  })
})

describe('Whatever comes', () => {
  const conditions = fc.record(
    {
      pace: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 2000, noNaN: true })),
      scrapShare: fc.double({ min: 0, max: 1, noNaN: true }),
      gridKgPerKWh: fc.double({ min: 0, max: 1.2, noNaN: true }),
      compKW: fc.double({ min: 0, max: 3000, noNaN: true }),
      idleShare: fc.constantFrom(0, 0.5, 1),
      silent: fc.constantFrom('comp3-e', 'oven-gas'),
      sku: fc.constantFrom('A-500', 'B-330'),
    },
    { requiredKeys: [] },
  )

  it('every alert adds up, and no figure is infinite or no number', () => {
    fc.assert(
      fc.property(fc.array(conditions, { maxLength: 40 }), (windows) => {
        const { alerts, assessments } = run(
          [[12], ...windows.map((c): [number, Conditions] => [1, c as Conditions])],
          1,
          {
            adviseMix: true,
          },
        )
        for (const alert of alerts) {
          assert.ok(addsUp(alert), JSON.stringify(alert.split))
          assert.doesNotMatch(
            JSON.stringify(alert, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? 'BAD' : v)),
            /BAD/,
          )
        }
        assert.ok(assessments.every((a) => a.expected === null || Number.isFinite(a.expected)))
      }),
      { numRuns: 60 },
    )
  })

  it('less evidence takes nothing away but the evidence', () => {
    const bare = (record: Carbon): Carbon => ({
      ...record,
      buckets: record.buckets.map((b) => {
        const rest = { ...b }
        delete rest.signal
        return rest
      }),
    })
    const result = run([])
    const plant = new WindowPlant(1)
    for (let n = 0; n < 50; n++) feed(result, bare(plant.window(n, n < 40 ? {} : FAULT)))
    assert.equal(result.alerts[0]!.state, 'raised')
    assert.match(result.alerts[0]!.causes[0]!.cause, /Compressor 3 uses more energy than usual/)
  })
})
