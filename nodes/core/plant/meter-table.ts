/** The table of the plant model: meters and signals, and what their messages look like. */

import { carrierName } from './carriers.ts'
import { isHeatingUnit } from './fuel.ts'
import {
  idle,
  kind,
  list,
  may,
  must,
  named,
  notNegative,
  notZero,
  object,
  oneOf,
  pattern,
  positive,
  text,
  truth,
} from './kinds.ts'
import { timeZone } from './site-table.ts'
import { AMOUNT_UNITS, canonicalUnit, ENERGY_UNITS, POWER_UNITS } from './units.ts'

/** Names with dots between, an index, a named entry or all entries of a list in brackets. */
const NAME = '[^.[\\]]+'
const ENTRY = '\\[(?:\\d+|\\*|[^=[\\]*]+=[^[\\]]+)\\]'
const path = pattern(
  'a path such as ENERGY.Total, values[id=L1.kWh].v, emeters[0].total or phases[*].power (their sum)',
  new RegExp(`^(?:${NAME}|${ENTRY})(?:\\.${NAME}|${ENTRY})*$`),
)

const unit = kind<string>(
  'a text',
  (v) => typeof v === 'string' && v.trim() !== '',
  { type: 'string', pattern: '\\S', anyOf: [{ enum: [...ENERGY_UNITS, ...POWER_UNITS, ...AMOUNT_UNITS] }, {}] },
  canonicalUnit,
)

const WORDS = ['uint', 'int', 'float'].flatMap((type) =>
  (type === 'float' ? [32, 64] : [16, 32, 64]).flatMap((bits) => [`${type}${bits}be`, `${type}${bits}le`]),
)

/** Where in a message the value, its time and its quality stand, and how they are written. */
const READING = {
  path: may(path, 'Where the value stands in a JSON payload.'),
  timePath: may(path, 'Where its time stands.'),
  qualityPath: may(path, 'Where its quality stands.'),
  qualityKind: may(oneOf(['opcua', 'opcda', 'siemens', 'boolean']), 'How the quality is written.'),
  timeZone: may(timeZone, 'The zone of times that state none.'),
  scale: may(notZero, 'Multiplies the value: ratio of a current transformer, worth of a pulse, tenths.'),
  words: may(
    oneOf(WORDS),
    'How registers of 16 bits make a number; be: the high word first. In a block, `path` says where it begins: `[4]`.',
  ),
}

const basis = oneOf(['gross', 'net'], 'gross or net')
const heatingUnit = kind<string>(
  'energy per amount such as MJ/m3, kWh/l or GJ/t',
  (v) => typeof v === 'string' && isHeatingUnit(canonicalUnit(v)),
  { type: 'string' },
  canonicalUnit,
)

const SHARE = object({
  lines: must(list(text), 'The lines that share it.'),
  rule: must(oneOf(['units', 'run-time', 'energy', 'mass', 'fixed']), 'What they carry it by.'),
  shares: may(named(notNegative), 'With the rule `fixed`: the share of each line, adding up to 1.'),
  periodMinutes: may(positive, 'The stretch that is shared out by its own drivers; without it that of the windows.'),
})

/** A meter that counts an amount of fuel, such as m3 or l, states the fuel's heating value beside. */
export const METER = object({
  id: must(text, 'The name of the meter in records.'),
  source: must(text, 'Compared with `msg.topic`: an MQTT topic with `+` and `#`, or an OPC UA node id.'),
  line: may(text, 'The line it belongs to; without one, the site.'),
  machine: may(text, 'The machine it measures.'),
  carrier: must(carrierName, 'What it measures, e.g. electricity or natural-gas.'),
  reading: must(
    oneOf(['counter', 'power', 'interval']),
    'A running total, samples of power, or the energy of a stated period.',
  ),
  unit: must(unit, 'Of energy, power, or an amount of fuel.'),
  ...READING,
  rolloverAt: may(positive, 'The modulus of a counter, in its own unit before `scale`.'),
  ratedKW: may(positive, 'The rated power of what it measures: tells a believable step from a fault.'),
  parent: may(text, 'The meter that its energy is in.'),
  main: may(truth, 'A main meter of the site.'),
  zone: may(text, 'The zone of its emission factors, where it is not that of the plant.'),
  maxGapSeconds: may(positive, 'A silence longer than this is a known gap.'),
  shared: may(SHARE, 'For a meter that lines share.'),
  redundantTo: may(
    text,
    'The meter that this one measures once more: it stands in where that one is silent, and is never added to it.',
  ),
  sampling: may(
    oneOf(['periodic', 'on-change']),
    'on-change: a value is sent when it changes, and holds until the next one.',
  ),
  renewMinutes: may(positive, 'How often a coarse counter renews its total.'),
  periodMinutes: may(
    positive,
    'The period that ends at the time of a reading, of an interval meter that states one time.',
  ),
  direction: may(oneOf(['import', 'export']), 'export: power below zero is no sign of a fault.'),
  heatingValue: may(
    object(
      {
        value: must(positive, 'Energy per amount.'),
        unit: must(heatingUnit, 'Energy per amount, e.g. `MJ/m3`, `kWh/l`, `GJ/t`.'),
        basis: must(basis, 'gross: higher; net: lower.'),
      },
      '{value, unit, basis}',
    ),
    'The heating value of the fuel, from the bill of its supplier.',
  ),
  densityKgPerLitre: may(positive, 'Where the meter counts volume and the heating value is by mass, or the reverse.'),
  densityKgPerM3: may(positive, 'The same for a gas.'),
  volumeCorrection: may(positive, 'The volume that the heating value is stated for, per volume metered.'),
})

export const SIGNAL_ROLES = [
  'order',
  'sku',
  'recipe',
  'batch',
  'state',
  'produced',
  'good',
  'scrap',
  'rework',
  'speed',
  'sensor',
  'alarm',
  'stop-reason',
] as const

/** Vocabularies of machine states that a signal may name. */
const STATE_MAPS = ['packml', 'opc-40001', 'weihenstephan', 'umh'] as const

export const SIGNAL = object({
  source: must(text, 'Compared with `msg.topic`: an MQTT topic with `+` and `#`, or an OPC UA node id.'),
  line: must(text, 'The line it is about.'),
  machine: may(text, 'The machine it is about.'),
  role: must(oneOf(SIGNAL_ROLES), 'What it says.'),
  kind: may(oneOf(['total', 'delta']), 'Of a count: a running total (the default), or the units since the last.'),
  ...READING,
  rolloverAt: may(positive, 'The modulus of a total, before `scale`.'),
  map: may(oneOf(STATE_MAPS), 'Of a state: the vocabulary that its numbers are of.'),
  quantity: idle(text, 'Of a sensor: pressure, flow, temperature, current …'),
  unit: idle(text, 'Of a sensor: its unit.'),
})
