import assert from 'node:assert/strict'
import { Calendar } from '../../nodes/core/calendar.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'

const ALL_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const HOUR = 3_600_000

const calendarIn = (timeZone: string, holidays: string[] = []): Calendar =>
  new Calendar(
    {
      shifts: [
        { name: 'early', from: '06:00', to: '14:00', days: ALL_DAYS },
        { name: 'late', from: '14:00', to: '22:00', days: ALL_DAYS },
        { name: 'night', from: '22:00', to: '06:00', days: ALL_DAYS },
      ],
      holidays,
    },
    zonedTime(timeZone),
  )

describe('calendar', () => {
  const nights: [zone: string, day: string, instant: string, hours: number][] = [
    ['Europe/London', '2026-03-28', '2026-03-29T03:00:00Z', 7],
    ['Europe/London', '2026-10-24', '2026-10-25T03:00:00Z', 9],
    ['America/New_York', '2026-03-07', '2026-03-08T08:00:00Z', 7],
    ['America/New_York', '2026-10-31', '2026-11-01T08:00:00Z', 9],
    ['Australia/Lord_Howe', '2026-10-03', '2026-10-03T17:00:00Z', 7.5],
    ['Australia/Lord_Howe', '2026-04-04', '2026-04-04T17:00:00Z', 8.5],
    ['Europe/London', '2026-07-01', '2026-07-02T01:00:00Z', 8],
  ]
  for (const [zone, day, instant, hours] of nights) {
    it(`the night shift of ${day} in ${zone} lasts ${hours} h`, () => {
      const shift = calendarIn(zone).shiftAt(Date.parse(instant))
      assert.equal(shift?.name, 'night')
      assert.equal(shift.day, day)
      assert.equal((shift.to - shift.from) / HOUR, hours)
    })
  }

  const days: [zone: string, day: string, hours: number][] = [
    ['Europe/London', '2026-03-29T12:00:00Z', 23],
    ['Europe/London', '2026-10-25T12:00:00Z', 25],
    ['Australia/Lord_Howe', '2026-10-03T20:00:00Z', 23.5],
  ]
  for (const [zone, noon, hours] of days) {
    it(`the local day of ${noon} in ${zone} has ${hours} h`, () => {
      const { from, to } = calendarIn(zone).day(Date.parse(noon))
      assert.equal((to - from) / HOUR, hours)
    })
  }

  it('shifts follow each other without a hole or an overlap through a switch', () => {
    const calendar = calendarIn('Europe/London')
    let at = Date.parse('2026-10-24T00:00:00Z')
    const end = Date.parse('2026-10-27T00:00:00Z')
    while (at < end) {
      const shift = calendar.shiftAt(at)!
      assert.ok(shift.from <= at && at < shift.to)
      assert.equal(calendar.shiftAt(shift.to - 1)?.from, shift.from)
      assert.equal(calendar.shiftAt(shift.to)?.from, shift.to)
      at = shift.to
    }
  })

  it('no shift begins on a holiday, and the night before still ends in it', () => {
    const calendar = calendarIn('Europe/London', ['2026-12-25'])
    assert.equal(calendar.shiftAt(Date.parse('2026-12-25T03:00:00Z'))?.day, '2026-12-24')
    assert.equal(calendar.shiftAt(Date.parse('2026-12-25T10:00:00Z')), undefined)
  })

  it('a stretch ends at the local midnight within a night shift', () => {
    const span = calendarIn('Europe/London').spanAt(Date.parse('2026-07-01T22:30:00Z'))
    assert.equal(new Date(span.from).toISOString(), '2026-07-01T21:00:00.000Z')
    assert.equal(new Date(span.to).toISOString(), '2026-07-01T23:00:00.000Z')
  })
})
