/** Refuses a wrong plant model with the path of the field, what was expected and what was got. */

import { checkMeters } from './meter-check.ts'
import { SIGNAL_ROLES, type PlantModel } from './plant.ts'
import {
  idsOf,
  isObject,
  listOf,
  oneOf,
  positive,
  show,
  text,
  Walk,
  type Fault,
  type Json,
  type Test,
} from './plant-walk.ts'

export { faultText, type Fault } from './plant-walk.ts'

const notNegative: Test = ['a number of 0 or more', (v) => typeof v === 'number' && Number.isFinite(v) && v >= 0]
const clock: Test = ['a time of day HH:MM', (v) => typeof v === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(v)]
const day: Test = ['a day YYYY-MM-DD', (v) => typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v)]
const weekday = oneOf('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
const bucket = oneOf('productive', 'startup', 'changeover', 'idle', 'stopped', 'off-shift', 'unknown')
const timeZone: Test = ['an IANA time zone such as Europe/London', (v) => typeof v === 'string' && isTimeZone(v)]

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/**
 * Reads a plant model from JSON text or an object.
 * Gives the model with its lists filled in, or every fault that was found.
 */
export function readPlant(source: unknown): { model: PlantModel } | { faults: Fault[] } {
  const raw = typeof source === 'string' ? parse(source) : source
  if (!isObject(raw)) return { faults: [{ path: 'model', expected: 'a JSON object', got: show(source) }] }
  const walk = new Walk()
  checkSite(walk, raw)
  checkMeters(walk, raw)
  checkSignals(walk, raw)
  checkCalendar(walk, raw)
  if (walk.faults.length > 0) return { faults: walk.faults }
  const lists = { meters: [], signals: [], shifts: [], holidays: [], products: [], stateMap: {} }
  return { model: { ...lists, gridZone: '', ...raw } as unknown as PlantModel }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    return `text that is not JSON (${(error as Error).message})`
  }
}

function checkSite(walk: Walk, raw: Json): void {
  for (const key of ['enterprise', 'site']) walk.must(raw, '', key, text)
  walk.must(raw, '', 'timeZone', timeZone)
  walk.may(raw, '', 'gridZone', text)
  walk.must(raw, '', 'lines', ['a list with at least one line', (v) => Array.isArray(v) && v.length > 0])
  walk.each(raw, '', 'lines', (line, path) => {
    walk.must(line, path, 'id', text)
    for (const key of ['area', 'name']) walk.may(line, path, key, text)
    walk.each(line, path, 'machines', (machine, at) => {
      walk.must(machine, at, 'id', text)
      for (const key of ['name', 'kind']) walk.may(machine, at, key, text)
    })
    walk.unique(idsOf(line, 'machines'), `${path}machines`)
  })
  walk.unique(idsOf(raw, 'lines'), 'lines')
}

function checkSignals(walk: Walk, raw: Json): void {
  const lineIds = idsOf(raw, 'lines') as string[]
  walk.each(raw, '', 'signals', (signal, path) => {
    walk.must(signal, path, 'source', text)
    walk.must(signal, path, 'line', oneOf(...lineIds))
    walk.must(signal, path, 'role', oneOf(...SIGNAL_ROLES))
    walk.may(signal, path, 'kind', oneOf('total', 'delta'))
    walk.may(signal, path, 'rolloverAt', positive)
    for (const key of ['machine', 'map']) walk.may(signal, path, key, text)
  })
  const map = raw['stateMap']
  if (isObject(map)) for (const name of Object.keys(map)) walk.must(map, 'stateMap.', name, bucket)
}

function checkCalendar(walk: Walk, raw: Json): void {
  walk.each(raw, '', 'shifts', (shift, path) => {
    walk.must(shift, path, 'name', text)
    walk.must(shift, path, 'from', clock)
    walk.must(shift, path, 'to', clock)
    walk.must(shift, path, 'days', listOf(weekday))
  })
  walk.may(raw, '', 'holidays', listOf(day))
  walk.each(raw, '', 'products', (product, path) => {
    walk.must(product, path, 'sku', text)
    walk.may(product, path, 'name', text)
    for (const key of ['idealSecondsPerUnit', 'standardUnits', 'massKg']) walk.may(product, path, key, positive)
    walk.may(product, path, 'upstreamKgCO2e', notNegative)
  })
  walk.unique(idsOf(raw, 'products', 'sku'), 'products')
}
