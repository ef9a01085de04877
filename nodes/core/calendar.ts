/** Shifts and days in the plant's own time, both daylight-saving switches included. */

import type { PlantModel, PlantShift } from './plant/plant.ts'
import type { Shift } from './records.ts'

/** Local time of one zone; the zone's data come from outside, so that core needs no library. */
export interface ZonedTime {
  /** Local calendar day of an instant, `YYYY-MM-DD`. */
  dayOf(ms: number): string
  /** The instant of a local time of day; a time that a switch skips moves forward by it. */
  at(day: string, minutes: number): number
  nextDay(day: string): string
  previousDay(day: string): string
  /** ISO: Monday 1 … Sunday 7. */
  weekday(day: string): number
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** A stretch of the calendar in which nothing changes: one local day, and one shift or none. */
export interface CalendarSpan {
  from: number
  to: number
  shift?: Shift
}

/** A local day with the shifts that begin on it. */
interface Day {
  day: string
  from: number
  to: number
  shifts: Shift[]
}

const DAY_MS = 86_400_000
/** Days that are remembered: a fact may reach over a year, and what follows from it asks for all of them again. */
const MOST_DAYS = 5_000

export class Calendar {
  readonly #zone: ZonedTime
  readonly #shifts: PlantShift[]
  readonly #holidays: ReadonlySet<string>
  readonly #days = new Map<string, Day>()
  /** Local days by the day in UTC that they begin or end on. */
  readonly #byUtcDay = new Map<number, Day[]>()
  /** The last answers: facts mostly come in order, and the zone's arithmetic is slow. */
  #last: CalendarSpan = { from: 0, to: 0 }
  #today: Day = { day: '', from: 0, to: 0, shifts: [] }

  constructor(model: Pick<PlantModel, 'shifts' | 'holidays'>, zone: ZonedTime) {
    this.#zone = zone
    this.#shifts = model.shifts
    this.#holidays = new Set(model.holidays)
  }

  get hasShifts(): boolean {
    return this.#shifts.length > 0
  }

  /** The shift that runs at an instant, if one does. Where two overlap, the one that began later. */
  shiftAt(ms: number): Shift | undefined {
    return this.spanAt(ms).shift
  }

  /** The local day around an instant. */
  day(ms: number): { day: string; from: number; to: number } {
    if (ms >= this.#today.from && ms < this.#today.to) return this.#today
    const near = this.#byUtcDay.get(Math.floor(ms / DAY_MS))
    this.#today = near?.find(({ from, to }) => ms >= from && ms < to) ?? this.#onDay(this.#zone.dayOf(ms))
    return this.#today
  }

  /** The stretch around an instant in which neither the shift nor the local day changes. */
  spanAt(ms: number): CalendarSpan {
    if (ms >= this.#last.from && ms < this.#last.to) return this.#last
    const { day } = this.day(ms)
    const today = this.#onDay(day)
    const near = [...this.#onDay(this.#zone.previousDay(day)).shifts, ...today.shifts]
    let { from, to } = today
    let running: Shift | undefined
    for (const shift of near) {
      for (const edge of [shift.from, shift.to]) {
        if (edge <= ms && edge > from) from = edge
        if (edge > ms && edge < to) to = edge
      }
      if (shift.from <= ms && ms < shift.to && (!running || shift.from >= running.from)) running = shift
    }
    this.#last = running ? { from, to, shift: running } : { from, to }
    return this.#last
  }

  #onDay(day: string): Day {
    const known = this.#days.get(day)
    if (known) return known
    const next = this.#zone.nextDay(day)
    const found = { day, from: this.#zone.at(day, 0), to: this.#zone.at(next, 0), shifts: this.#shiftsOn(day, next) }
    if (this.#days.size >= MOST_DAYS) {
      this.#days.clear()
      this.#byUtcDay.clear()
    }
    this.#days.set(day, found)
    for (const utcDay of new Set([Math.floor(found.from / DAY_MS), Math.floor((found.to - 1) / DAY_MS)]))
      this.#byUtcDay.set(utcDay, [...(this.#byUtcDay.get(utcDay) ?? []), found])
    return found
  }

  #shiftsOn(day: string, next: string): Shift[] {
    if (this.#holidays.has(day)) return []
    const weekday = WEEKDAYS[this.#zone.weekday(day) - 1]!
    return this.#shifts
      .filter((s) => s.days.includes(weekday))
      .map((s) => {
        const overnight = minutesOf(s.to) <= minutesOf(s.from)
        const to = this.#zone.at(overnight ? next : day, minutesOf(s.to))
        return { name: s.name, from: this.#zone.at(day, minutesOf(s.from)), to, day }
      })
  }
}
