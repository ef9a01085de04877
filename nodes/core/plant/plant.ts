/**
 * The plant model: what lines, meters, signals, shifts and products a plant has. Kept as JSON by `carbon-plant`.
 *
 * One table gives its types, its check (`plant-check.ts`) and its JSON Schema.
 */

import { filled, idle, list, may, must, named, object, text, type JsonSchema, type TypeOf } from './kinds.ts'
import { METER, SIGNAL } from './meter-table.ts'
import {
  BUDGET,
  bucket,
  CARRIER,
  clock,
  EXCEPTION,
  holidays,
  LIMIT,
  LINE,
  ORGANISATION,
  PRICE,
  PRODUCT,
  SHIFT,
  timeZone,
} from './site-table.ts'

const DATE = { expected: 'a day YYYY-MM-DD', regExp: /^\d{4}-\d{2}-\d{2}$/ }

export const PLANT = object(
  {
    enterprise: must(text, 'The first level of every topic.'),
    site: must(text, 'The second level of every topic.'),
    timeZone: must(timeZone, 'IANA name, e.g. Europe/London.'),
    gridZone: filled(text, '', 'The zone of the emission factors of electricity, e.g. GB.'),
    lines: must(list(LINE, 'a list with at least one line', 1), 'The lines.'),
    meters: filled(list(METER), [], 'The meters.'),
    signals: filled(list(SIGNAL), [], 'Orders, states and counts of the lines.'),
    shifts: filled(list(SHIFT), [], 'The shifts of a week.'),
    holidays,
    products: filled(list(PRODUCT), [], 'What is made.'),
    stateMap: filled(named(bucket), {}, 'Names of the plant’s own machine states, e.g. {"Rüsten": "changeover"}.'),
    carriers: may(named(CARRIER), 'Energy carriers of the plant’s own, by name.'),
    exceptions: idle(named(list(EXCEPTION), DATE), 'The shifts of single dates, in place of those of the week.'),
    dayStart: idle(clock, 'When the production day begins.'),
    budgets: idle(list(BUDGET), 'kg CO₂e that a line may cause.'),
    limits: idle(list(LIMIT), 'kg CO₂e per unit that is not to be passed.'),
    prices: idle(list(PRICE), 'Prices of energy.'),
    organisation: idle(ORGANISATION, 'Who reports, for exports.'),
  },
  'a JSON object',
)

export type PlantModel = TypeOf<typeof PLANT>
export type PlantLine = TypeOf<typeof LINE>
export type PlantMachine = NonNullable<PlantLine['machines']>[number]
export type PlantMeter = TypeOf<typeof METER>
export type PlantShare = NonNullable<PlantMeter['shared']>
export type ReadingKind = PlantMeter['reading']
export type PlantSignal = TypeOf<typeof SIGNAL>
export type SignalRole = PlantSignal['role']
export type PlantShift = TypeOf<typeof SHIFT>
export type PlantProduct = TypeOf<typeof PRODUCT>

/** The JSON Schema of a plant model, for editors that complete it. */
export const plantSchema = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Plant model',
  ...PLANT.schema,
})

/** `enterprise/site/area/line[/machine]`, the topic of everything that is published about a line. */
export function plantPath(model: PlantModel, lineId: string, machine?: string): string {
  const line = model.lines.find((l) => l.id === lineId)
  return [model.enterprise, model.site, line?.area, lineId, machine].filter(Boolean).join('/')
}
