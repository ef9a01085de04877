import { DateTime } from 'luxon'
import type { ZonedTime } from '../core/calendar.ts'
import type { Zone } from '../door/instant.ts'

/** Local time of a plant, daylight saving included, by luxon's IANA data. */
export function zonedTime(timeZone: string): ZonedTime {
  return {
    dayOf: (ms) => DateTime.fromMillis(ms, { zone: timeZone }).toISODate()!,
    at: (day, minutes) => {
      const start = DateTime.fromISO(day, { zone: timeZone })
      return start.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 }).toMillis()
    },
    nextDay: (day) => DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }).toISODate()!,
    previousDay: (day) => DateTime.fromISO(day, { zone: 'utc' }).minus({ days: 1 }).toISODate()!,
    weekday: (day) => DateTime.fromISO(day, { zone: 'utc' }).weekday,
  }
}

/** The instants of local times in a zone: two in the hour that comes twice. */
export function zoneOf(timeZone: string): Zone {
  return ({ day, hour, minute, ms }) =>
    DateTime.fromISO(day, { zone: timeZone })
      .set({ hour, minute })
      .getPossibleOffsets()
      .map((at) => at.toMillis() + ms)
      .sort((a, b) => a - b)
}
