/** What a meter of the plant model must say of its fuel, and what it must not, for it would do nothing. */

import { amountUnit, isHeatingUnit } from './fuel.ts'
import type { Fault } from './plant-walk.ts'
import { amountOf } from './units.ts'

type Json = Record<string, unknown>
type Field = 'heatingValue' | 'densityKgPerLitre' | 'densityKgPerM3' | 'volumeCorrection'
const FIELDS: readonly Field[] = ['heatingValue', 'densityKgPerLitre', 'densityKgPerM3', 'volumeCorrection']

const show = (v: unknown): string => (v === undefined ? 'nothing' : JSON.stringify(v).slice(0, 60))
const isPositive = (v: unknown): boolean => typeof v === 'number' && Number.isFinite(v) && v > 0

/** The faults of a meter's fuel; `path` is that of the meter, with its dot. */
export function fuelFaults(meter: Json, path: string): Fault[] {
  const unit = amountUnit(meter['unit'])
  if (unit === undefined) return FIELDS.flatMap((field) => unwanted(meter, path, field, `for it is no amount of fuel`))
  const heat = heatFaults(meter['heatingValue'], unit, `${path}heatingValue`)
  return heat.length > 0 ? heat : amountFaults(meter, path, unit)
}

function heatFaults(given: unknown, unit: string, path: string): Fault[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const expected = `{value, unit, basis}, to make energy of ${unit}`
    return [{ path, expected, got: show(given) }]
  }
  const { value, unit: per, basis } = given as Json
  const faults: Fault[] = []
  const must = (isRight: boolean, field: string, expected: string, got: unknown): void => {
    if (!isRight) faults.push({ path: `${path}.${field}`, expected, got: show(got) })
  }
  must(isPositive(value), 'value', 'a number above 0', value)
  must(isHeatingUnit(per), 'unit', 'energy per amount such as MJ/m3, kWh/l or GJ/t', per)
  must(basis === 'gross' || basis === 'net', 'basis', 'gross or net', basis)
  return faults
}

function amountFaults(meter: Json, path: string, unit: string): Fault[] {
  const { unit: per } = meter['heatingValue'] as { unit: string }
  const valued = per.slice(per.indexOf('/') + 1)
  const kind = amountOf(unit)!.kind
  const correction =
    kind === 'volume'
      ? wrong(meter, path, 'volumeCorrection')
      : unwanted(meter, path, 'volumeCorrection', 'for it is no volume')
  const density =
    kind === amountOf(valued)!.kind
      ? DENSITIES.flatMap((field) => unwanted(meter, path, field, `for ${per} needs none`))
      : densityFaults(meter, path, { unit, per, isLiquid: unit === 'l' || valued === 'l' })
  return [...correction, ...density]
}

const DENSITIES = ['densityKgPerLitre', 'densityKgPerM3'] as const

function densityFaults(
  meter: Json,
  path: string,
  { unit, per, isLiquid }: { unit: string; per: string; isLiquid: boolean },
): Fault[] {
  const given = DENSITIES.filter((field) => meter[field] !== undefined)
  if (given.length > 1) return unwanted(meter, path, 'densityKgPerM3', 'for densityKgPerLitre is stated')
  if (given.length === 1) return wrong(meter, path, given[0]!)
  const field = isLiquid ? 'densityKgPerLitre' : 'densityKgPerM3'
  return [{ path: path + field, expected: `a density, to get from ${unit} to ${per}`, got: 'nothing' }]
}

function wrong(meter: Json, path: string, field: Field): Fault[] {
  const got = meter[field]
  if (got === undefined || isPositive(got)) return []
  return [{ path: path + field, expected: 'a number above 0', got: show(got) }]
}

function unwanted(meter: Json, path: string, field: Field, why: string): Fault[] {
  if (meter[field] === undefined) return []
  return [
    { path: path + field, expected: `nothing with a unit of ${show(meter['unit'])}, ${why}`, got: show(meter[field]) },
  ]
}
