/** What the plant model must say of its meters: units, fuels, whose they are, and how they hang together. */

import { fuelFaults } from './fuel-check.ts'
import { amountUnit, isFlowUnit } from './fuel.ts'
import { idsOf, isObject, listOf, oneOf, positive, show, text, type Json, type Test, type Walk } from './plant-walk.ts'
import { isEnergyUnit, isPowerUnit } from './units.ts'

const truth: Test = ['true or false', (v) => typeof v === 'boolean']

/** Notes every fault of the meters. */
export function checkMeters(walk: Walk, raw: Json): void {
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
