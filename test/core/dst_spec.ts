import assert from 'node:assert/strict'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import type { Carbon, View } from '../../nodes/core/records.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { HOUR, Pipeline, plantOf } from './pipeline.ts'
import { factorRow } from './worked-example.ts'

const MINUTE = 60_000
const KW = 60
const UNITS_PER_HOUR = 120
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const shift = (name: string, from: string, to: string): object => ({ name, from, to, days })
/** Three shifts that fill a local day, and three of which the last ends in the next. */
const BY_MIDNIGHT = [
  shift('night', '00:00', '08:00'),
  shift('early', '08:00', '16:00'),
  shift('late', '16:00', '00:00'),
]
const BY_SIX = [shift('early', '06:00', '14:00'), shift('late', '14:00', '22:00'), shift('night', '22:00', '06:00')]
/** A change of shift within the half-hour that a switch leaves out or repeats. */
const IN_THE_SWITCH = [shift('day', '01:45', '14:00'), shift('night', '14:00', '01:45')]

interface Switch {
  zone: string
  /** Local day of the switch, and the one before, on which its night shift begins. */
  day: string
  eve: string
  dayHours: number
  nightHours: number
}
const SWITCHES: Switch[] = [
  { zone: 'Europe/London', day: '2026-03-29', eve: '2026-03-28', dayHours: 23, nightHours: 7 },
  { zone: 'Europe/London', day: '2026-10-25', eve: '2026-10-24', dayHours: 25, nightHours: 9 },
  { zone: 'America/New_York', day: '2026-03-08', eve: '2026-03-07', dayHours: 23, nightHours: 7 },
  { zone: 'America/New_York', day: '2026-11-01', eve: '2026-10-31', dayHours: 25, nightHours: 9 },
  { zone: 'Australia/Lord_Howe', day: '2026-10-04', eve: '2026-10-03', dayHours: 23.5, nightHours: 7.5 },
  { zone: 'Australia/Lord_Howe', day: '2026-04-05', eve: '2026-04-04', dayHours: 24.5, nightHours: 8.5 },
]

/** The records of the day before a switch, of its day and of the one after: 60 kW and 120 units an hour all the time. */
function recordsAround({ zone, eve, day }: Switch, shifts: object[]): Carbon[] {
  const time = zonedTime(zone)
  const [begin, end] = [time.at(eve, 0), time.at(time.nextDay(time.nextDay(day)), 0)]
  const meter = { id: 'e', source: 'e', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }
  const model = plantOf({ timeZone: zone, lines: [{ id: 'L1' }], meters: [meter], shifts })
  const line = new Pipeline(model, { horizonMs: 200 * HOUR })
  const tell = (fact: Record<string, unknown>): void =>
    line.take({ context: { line: 'L1', revision: 0, ...fact } as ContextFact })
  line.take({ factor: { ...factorRow('00:00', '00:00', 0.2), from: begin, to: end } })
  tell({ type: 'job', action: 'start', at: begin, order: 'O1', sku: 'A' })
  tell({ type: 'step', role: 'state', at: begin, value: 'productive' })
  for (let at = begin; at <= end; at += 5 * MINUTE) {
    const hours = (at - begin) / HOUR
    line.take({ meter: 'e', reading: { at, value: 1000 + KW * hours } })
    tell({ type: 'count', role: 'good', kind: 'total', at, value: UNITS_PER_HOUR * hours })
  }
  return line.records()
}

const of = (records: Carbon[], view: View): Carbon[] =>
  records.filter((r) => r.view === view).sort((a, b) => a.from - b.from)
const find = (records: Carbon[], id: string): Carbon => {
  const found = records.find((r) => r.id === id)
  assert.ok(found, `${id} is not among the records`)
  return found
}
const hoursOf = ({ from, to }: Carbon): number => (to - from) / HOUR
const near = (got: number | null, expected: number): void =>
  assert.ok(got !== null && Math.abs(got - expected) <= 1e-9 * expected, `expected ${expected}, got ${got}`)
const isSteady = (record: Carbon, hours: number): void => {
  near(record.kWh, KW * hours)
  near(record.units.good, UNITS_PER_HOUR * hours)
  near(record.perUnit.kgCO2ePerGood, (KW * 0.2) / UNITS_PER_HOUR)
}

for (const change of SWITCHES) {
  const { zone, day, eve, dayHours, nightHours } = change
  describe(`The switch of ${day} in ${zone}`, () => {
    let byMidnight: Carbon[]
    let bySix: Carbon[]
    let inSwitch: Carbon[]
    before(() => {
      byMidnight = recordsAround(change, BY_MIDNIGHT)
      bySix = recordsAround(change, BY_SIX)
      inSwitch = recordsAround(change, IN_THE_SWITCH)
    })

    it(`makes a day of ${dayHours} h, with its energy and units`, () => {
      const record = find(byMidnight, `day|L1|${day}`)
      assert.equal(hoursOf(record), dayHours)
      isSteady(record, dayHours)
      isSteady(find(byMidnight, `day|L1|${eve}`), 24)
    })

    it(`makes a night shift of ${nightHours} h, with its energy and units`, () => {
      const record = find(bySix, `shift|L1|${eve}|night`)
      assert.equal(hoursOf(record), nightHours)
      isSteady(record, nightHours)
      isSteady(find(bySix, `shift|L1|${day}|early`), 8)
    })

    it('leaves the shifts of the day to add up to the day', () => {
      const whole = find(byMidnight, `day|L1|${day}`)
      const parts = ['night', 'early', 'late'].map((name) => find(byMidnight, `shift|L1|${day}|${name}`))
      const sum = (of: (r: Carbon) => number): number => parts.reduce((total, r) => total + of(r), 0)
      assert.equal(sum(hoursOf), dayHours)
      near(
        sum((r) => r.kWh),
        whole.kWh,
      )
      near(
        sum((r) => r.kgCO2e.total),
        whole.kgCO2e.total,
      )
      near(
        sum((r) => r.units.good!),
        whole.units.good!,
      )
    })

    it('leaves no hole between records, and no overlap', () => {
      for (const records of [byMidnight, bySix, inSwitch])
        for (const view of ['day', 'shift', 'window'] as const) {
          const list = of(records, view)
          assert.ok(list.length >= 3)
          list.slice(1).forEach((record, i) => assert.equal(record.from, list[i]!.to, record.id))
        }
    })

    it('leaves every kWh in one day, one window, one order, and one shift', () => {
      const hours = 48 + dayHours
      for (const view of ['day', 'window', 'order'] as const)
        near(
          of(bySix, view).reduce((sum, r) => sum + r.kWh, 0),
          KW * hours,
        )
      near(
        of(inSwitch, 'shift').reduce((sum, r) => sum + r.kWh, 0),
        KW * hours,
      )
    })
  })
}
