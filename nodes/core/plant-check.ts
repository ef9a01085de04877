/** Refuses a wrong plant model with the path of the field, what was expected and what was got. */

import { fuelFaults } from './fuel-check.ts'
import { amountUnit, isFlowUnit } from './fuel.ts'
import { SIGNAL_ROLES, type PlantModel } from './plant.ts'
import { isEnergyUnit, isPowerUnit } from './units.ts'

export interface Fault {
  path: string
  expected: string
  got: string
}

export const faultText = (f: Fault): string => `${f.path}: expected ${f.expected}, got ${f.got}`

type Json = Record<string, unknown>
type Test = readonly [expected: string, ok: (v: unknown) => boolean]

const text: Test = ['a text', (v) => typeof v === 'string' && v.trim() !== '']
const positive: Test = ['a number above 0', (v) => typeof v === 'number' && Number.isFinite(v) && v > 0]
const notNegative: Test = ['a number of 0 or more', (v) => typeof v === 'number' && Number.isFinite(v) && v >= 0]
const truth: Test = ['true or false', (v) => typeof v === 'boolean']
const clock: Test = ['a time of day HH:MM', (v) => typeof v === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(v)]
const day: Test = ['a day YYYY-MM-DD', (v) => typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v)]
const oneOf = (...names: readonly string[]): Test => [`one of ${names.join(', ')}`, (v) => names.includes(v as string)]
const listOf = ([expected, ok]: Test): Test => [`a list, each ${expected}`, (v) => Array.isArray(v) && v.every(ok)]
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

const show = (v: unknown): string => (v === undefined ? 'nothing' : (JSON.stringify(v)?.slice(0, 60) ?? typeof v))

/** Collects faults while it walks a model; the walk goes on after a fault so that all are told at once. */
class Walk {
  readonly faults: Fault[] = []

  must(o: Json, path: string, key: string, [expected, ok]: Test): void {
    if (!ok(o[key])) this.faults.push({ path: path + key, expected, got: show(o[key]) })
  }
  mustNot(o: Json, path: string, key: string, expected: string): void {
    if (o[key] !== undefined) this.fault(path + key, expected, show(o[key]))
  }
  fault(path: string, expected: string, got: string): void {
    this.faults.push({ path, expected, got })
  }
  may(o: Json, path: string, key: string, test: Test): void {
    if (o[key] !== undefined) this.must(o, path, key, test)
  }
  each(o: Json, path: string, key: string, visit: (item: Json, path: string) => void): void {
    const list = o[key]
    if (list === undefined) return
    if (!Array.isArray(list)) {
      this.faults.push({ path: path + key, expected: 'a list', got: show(list) })
      return
    }
    list.forEach((item: unknown, i) => {
      const at = `${path}${key}[${i}]`
      if (isObject(item)) visit(item, `${at}.`)
      else this.faults.push({ path: at, expected: 'an object', got: show(item) })
    })
  }
  unique(ids: unknown[], path: string): void {
    ids.forEach((id, i) => {
      if (id !== undefined && ids.indexOf(id) !== i)
        this.faults.push({ path: `${path}[${i}]`, expected: 'an id used once', got: show(id) })
    })
  }
}

const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)
const idsOf = (o: Json, key: string, id = 'id'): unknown[] =>
  Array.isArray(o[key]) ? o[key].map((x: unknown) => (isObject(x) ? x[id] : undefined)) : []

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

function checkMeters(walk: Walk, raw: Json): void {
  const lineIds = idsOf(raw, 'lines') as string[]
  const meterIds = idsOf(raw, 'meters') as string[]
  walk.each(raw, '', 'meters', (meter, path) => {
    for (const key of ['id', 'source', 'carrier']) walk.must(meter, path, key, text)
    walk.must(meter, path, 'reading', oneOf('counter', 'power', 'interval'))
    const unit: Test =
      meter['reading'] === 'power'
        ? ['a unit of power such as kW, or of flow such as m3/h', (v) => isPowerUnit(v) || isFlowUnit(v)]
        : ['a unit of energy such as kWh, or of amount such as m3', (v) => isEnergyUnit(v) || isAmount(v)]
    walk.must(meter, path, 'unit', unit)
    walk.faults.push(...fuelFaults(meter, path))
    walk.may(meter, path, 'line', oneOf(...lineIds))
    for (const key of ['parent', 'redundantTo']) walk.may(meter, path, key, oneOf(...meterIds))
    for (const key of ['machine', 'zone']) walk.may(meter, path, key, text)
    for (const key of ['rolloverAt', 'ratedKW', 'maxGapSeconds']) walk.may(meter, path, key, positive)
    walk.may(meter, path, 'main', truth)
    if (isObject(meter['shared'])) checkShare(walk, meter['shared'], `${path}shared.`, lineIds)
    if (meter['shared'] !== undefined) walk.mustNot(meter, path, 'line', 'no line on a shared meter')
    if (meter['redundantTo'] !== undefined) {
      walk.mustNot(meter, path, 'parent', 'no parent on a redundant meter: it is in the meter that it repeats')
      walk.mustNot(meter, path, 'shared', 'no share on a redundant meter: it is in the meter that it repeats')
    }
  })
  walk.unique(meterIds, 'meters')
  checkTree(walk, raw)
}

/** Above each meter there is an end, and a redundant meter repeats one of the same carrier that repeats none itself. */
function checkTree(walk: Walk, raw: Json): void {
  const meters = (Array.isArray(raw['meters']) ? raw['meters'] : []).filter(isObject)
  const byId = new Map(meters.map((m) => [m['id'], m]))
  meters.forEach((meter, i) => {
    const above = new Set([meter['id']])
    let at = meter['parent']
    while (at !== undefined && !above.has(at)) {
      above.add(at)
      at = byId.get(at)?.['parent']
    }
    if (at !== undefined && at === meter['id'])
      walk.fault(`meters[${i}].parent`, 'a meter that is not below this one', show(meter['parent']))
    const repeated = byId.get(meter['redundantTo'])
    const fits =
      repeated?.['carrier'] === meter['carrier'] && repeated?.['redundantTo'] === undefined && repeated !== meter
    if (repeated && !fits)
      walk.fault(
        `meters[${i}].redundantTo`,
        'a meter of the same carrier that repeats none',
        show(meter['redundantTo']),
      )
  })
}

const isAmount = (unit: unknown): boolean => amountUnit(unit) !== undefined && !isFlowUnit(unit)

function checkShare(walk: Walk, share: Json, path: string, lineIds: string[]): void {
  walk.must(share, path, 'lines', listOf(oneOf(...lineIds)))
  walk.must(share, path, 'rule', oneOf('units', 'run-time', 'energy', 'mass', 'fixed'))
  const shares: Test = ['an object of shares that add up to 1', (v) => isObject(v) && sumsToOne(Object.values(v))]
  walk.may(share, path, 'periodMinutes', positive)
  if (share['rule'] !== 'fixed') return
  walk.must(share, path, 'shares', shares)
  const strangers = Object.keys(isObject(share['shares']) ? share['shares'] : {}).filter((line) => !idsIn(share, line))
  if (strangers.length > 0) walk.fault(`${path}shares`, 'shares of the lines named in `lines`', strangers.join(', '))
}

const idsIn = (share: Json, line: string): boolean => Array.isArray(share['lines']) && share['lines'].includes(line)

const sumsToOne = (parts: unknown[]): boolean =>
  parts.every((p) => typeof p === 'number' && p >= 0) &&
  Math.abs((parts as number[]).reduce((a, b) => a + b, 0) - 1) < 1e-9

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
