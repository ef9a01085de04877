/** What the plant model must say of its meters beyond their fields: units, fuels, whose they are, how they hang together. */

import { CARRIERS } from './carriers.ts'
import { idsOf, isObject, objectsOf, show, type Findings, type Json } from './findings.ts'
import { checkFuel } from './fuel-check.ts'
import { amountUnit, isFlowUnit } from './fuel.ts'
import { nearest } from './nearest.ts'
import { checkReference, checkUnique } from './references.ts'
import { isEnergyUnit, isPowerUnit } from './units.ts'

/** Notes every fault of the meters that is not one of a single field. */
export function checkMeters(found: Findings, raw: Json): void {
  const lineIds = idsOf(raw, 'lines')
  const meterIds = idsOf(raw, 'meters')
  const declared = isObject(raw['carriers']) ? Object.keys(raw['carriers']) : []
  objectsOf(raw, 'meters').forEach((meter, i) => {
    const path = `meters[${i}].`
    checkUnit(found, meter, path)
    checkFuel(found, meter, path)
    checkCarrier(found, meter, { path, declared })
    checkReference(found, meter, `${path}line`, lineIds)
    for (const key of ['parent', 'redundantTo']) checkReference(found, meter, path + key, meterIds)
    if (meter['reading'] !== 'power' && (meter['scale'] as number) < 0)
      found.fault(`${path}scale`, `a number above 0 for a ${String(meter['reading'])}`, meter['scale'])
    checkPlace(found, meter, path)
    if (isObject(meter['shared'])) checkShare(found, meter['shared'], `${path}shared.`, lineIds)
  })
  checkUnique(found, meterIds, 'meters')
  checkTree(found, objectsOf(raw, 'meters'))
}

function checkUnit(found: Findings, { unit, reading }: Json, path: string): void {
  if (typeof unit !== 'string') return
  if (reading === 'power') {
    if (!isPowerUnit(unit) && !isFlowUnit(unit))
      found.fault(`${path}unit`, 'a unit of power such as kW, or of flow such as m3/h', unit)
  } else if (!isEnergyUnit(unit) && (amountUnit(unit) === undefined || isFlowUnit(unit)))
    found.fault(`${path}unit`, 'a unit of energy such as kWh, or of amount such as m3', unit)
}

/** A stranger among the carriers is mostly a slip of the pen, and would find no factor. */
function checkCarrier(
  found: Findings,
  { carrier }: Json,
  { path, declared }: { path: string; declared: readonly string[] },
): void {
  if (typeof carrier !== 'string' || CARRIERS.includes(carrier) || declared.includes(carrier)) return
  const known = [...CARRIERS, ...declared]
  const near = nearest(carrier, known)
  const which = near === undefined ? `one of ${known.join(', ')}` : `a known carrier (did you mean ${near}?)`
  found.fault(`${path}carrier`, `${which}, or one declared under carriers`, carrier)
}

function checkPlace(found: Findings, meter: Json, path: string): void {
  const mustNot = (key: string, expected: string): void => {
    if (meter[key] !== undefined) found.fault(path + key, expected, meter[key])
  }
  if (meter['shared'] !== undefined) mustNot('line', 'no line on a shared meter')
  if (meter['redundantTo'] === undefined) return
  mustNot('parent', 'no parent on a redundant meter: it is in the meter that it repeats')
  mustNot('shared', 'no share on a redundant meter: it is in the meter that it repeats')
}

/** Above each meter there is an end, and a redundant meter repeats one of the same carrier that repeats none itself. */
function checkTree(found: Findings, meters: readonly Json[]): void {
  const byId = new Map(meters.map((m) => [m['id'], m]))
  meters.forEach((meter, i) => {
    const above = new Set([meter['id']])
    let at = meter['parent']
    while (at !== undefined && !above.has(at)) {
      above.add(at)
      at = byId.get(at)?.['parent']
    }
    if (at !== undefined && at === meter['id'])
      found.fault(`meters[${i}].parent`, 'a meter that is not below this one', meter['parent'])
    const repeated = byId.get(meter['redundantTo'])
    const fits =
      repeated?.['carrier'] === meter['carrier'] && repeated?.['redundantTo'] === undefined && repeated !== meter
    if (repeated && !fits)
      found.fault(`meters[${i}].redundantTo`, 'a meter of the same carrier that repeats none', meter['redundantTo'])
  })
}

function checkShare(found: Findings, share: Json, path: string, lineIds: readonly unknown[]): void {
  const lines = Array.isArray(share['lines']) ? (share['lines'] as unknown[]) : []
  lines.forEach((line, i) => checkReference(found, { line }, `${path}lines[${i}]`, lineIds, line))
  if (share['rule'] !== 'fixed') {
    if (share['shares'] !== undefined) found.warn(`${path}shares`, `has no effect with the rule ${show(share['rule'])}`)
    return
  }
  const shares = isObject(share['shares']) ? share['shares'] : {}
  if (!sumsToOne(Object.values(shares)))
    found.fault(`${path}shares`, 'an object of shares that add up to 1', share['shares'])
  const strangers = Object.keys(shares).filter((line) => !lines.includes(line))
  if (strangers.length > 0)
    found.faults.push({
      path: `${path}shares`,
      expected: 'shares of the lines named in `lines`',
      got: strangers.join(', '),
    })
}

const sumsToOne = (parts: unknown[]): boolean =>
  parts.every((p) => typeof p === 'number' && p >= 0) &&
  Math.abs((parts as number[]).reduce((a, b) => a + b, 0) - 1) < 1e-9
