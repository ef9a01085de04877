/** The table of the plant model, apart from its meters and signals: lines, calendar, products, aims and the organisation. */

import type { StateBucket } from '../records.ts'
import { carrierName } from './carriers.ts'
import {
  filled,
  idle,
  kind,
  list,
  may,
  must,
  notNegative,
  object,
  oneOf,
  pattern,
  positive,
  text,
  truth,
  type Kind,
} from './kinds.ts'

export const clock = pattern('a time of day HH:MM', /^([01]\d|2[0-3]):[0-5]\d$/)
export const day = pattern('a day YYYY-MM-DD', /^\d{4}-\d{2}-\d{2}$/)
const weekday: Kind<string> = oneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export const bucket: Kind<StateBucket> = oneOf([
  'productive',
  'startup',
  'changeover',
  'idle',
  'stopped',
  'off-shift',
  'unknown',
])

export const timeZone = kind<string>(
  'an IANA time zone such as Europe/London',
  (v) => typeof v === 'string' && isTimeZone(v),
  { type: 'string' },
)

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

export const MACHINE = object({
  id: must(text, 'The name of the machine in topics and records.'),
  name: may(text, 'Its name on screens.'),
  kind: may(text, 'What it is, e.g. compressor or heater: helps to name a cause.'),
})

export const LINE = object({
  id: must(text, 'The name of the line in topics and records.'),
  area: may(text, 'The area it lies in, a level of its topic.'),
  name: may(text, 'Its name on screens.'),
  machines: may(list(MACHINE), 'The machines of the line.'),
  maxUnitsPerHour: may(
    positive,
    'The most units that the line can make in an hour: a count that rises faster is doubted.',
  ),
})

const TIMES = object({
  from: must(clock, 'Local time of day.'),
  to: must(clock, 'Local time of day; not after `from`: on the next day.'),
})

export const SHIFT = object({
  name: must(text, 'The name of the shift in records.'),
  from: must(clock, 'Local time of day at which it begins.'),
  to: must(clock, 'Local time of day at which it ends; not after `from`: on the next day.'),
  days: must(list(weekday), 'The days on which it begins.'),
  breaks: idle(list(TIMES), 'Times within it in which nothing is planned.'),
  validFrom: idle(day, 'The first day on which it holds.'),
  validTo: idle(day, 'The last day on which it holds.'),
})

/** A shift of one date. */
export const EXCEPTION = object({
  name: must(text, 'The name of the shift in records.'),
  from: must(clock, 'Local time of day at which it begins.'),
  to: must(clock, 'Local time of day at which it ends; not after `from`: on the next day.'),
  breaks: may(list(TIMES), 'Times within it in which nothing is planned.'),
})

export const PRODUCT = object({
  sku: must(text, 'The product as orders and signals name it.'),
  name: may(text, 'Its name on screens.'),
  idealSecondsPerUnit: may(positive, 'Ideal seconds per unit: for the performance of OEE and to doubt a count.'),
  standardUnits: may(positive, 'How many standard units one unit is.'),
  massKg: may(positive, 'Mass of a unit, kg: for sharing by mass.'),
  upstreamKgCO2e: may(notNegative, 'kg CO₂e of the materials of a unit.'),
  upstreamSource: idle(text, 'Where that figure comes from.'),
  targetKgCO2ePerUnit: idle(notNegative, 'The aim, kg CO₂e per good unit.'),
  cnCode: idle(pattern('a CN code of 8 digits', /^\d{8}$/), 'Code of the Combined Nomenclature.'),
})

/** A carrier of the plant's own. */
export const CARRIER = object({
  scope: must(oneOf([1, 2] as const, '1 or 2'), 'Burnt on site: 1. Bought as energy: 2.'),
  biogenic: idle(truth, 'True where its CO₂ is of recent plants.'),
})

export const BUDGET = object({
  line: must(text, 'A line of the model.'),
  period: must(oneOf(['shift', 'day', 'month']), 'What the budget is for.'),
  kgCO2e: must(positive, 'kg CO₂e in each of them.'),
})

export const LIMIT = object({
  line: must(text, 'A line of the model.'),
  sku: may(text, 'One product; without it, each of them.'),
  kgCO2ePerUnit: must(positive, 'kg CO₂e per good unit that is not to be passed.'),
})

export const PRICE = object({
  carrier: must(carrierName, 'What the price is for.'),
  from: may(text, 'When it begins, ISO 8601.'),
  to: may(text, 'When it ends, ISO 8601.'),
  price: must(notNegative, 'Per kWh.'),
  currency: must(pattern('a currency of three letters such as EUR', /^[A-Z]{3}$/), 'ISO 4217.'),
})

export const ORGANISATION = object({
  name: may(text, 'Its legal name.'),
  lei: may(pattern('a LEI of 20 letters and digits', /^[A-Z0-9]{18}\d{2}$/), 'Legal Entity Identifier, ISO 17442.'),
  siteLocode: may(pattern('a UN/LOCODE such as GBLDS', /^[A-Z]{2} ?[A-Z2-9]{3}$/), 'Where the site is.'),
  country: may(pattern('a country of two letters such as GB', /^[A-Z]{2}$/), 'ISO 3166.'),
  consolidation: may(
    oneOf(['operational-control', 'financial-control', 'equity-share']),
    'Consolidation approach of the GHG Protocol.',
  ),
})

/** Local calendar days without a shift. */
export const holidays = filled(list(day), [], 'Days without a shift.')
