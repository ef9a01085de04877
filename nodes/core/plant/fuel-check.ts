/** What a meter of the plant model must say of its fuel, and what it must not, for it would do nothing. */

import { isObject, type Findings, type Json } from './findings.ts'
import { amountUnit, isHeatingUnit } from './fuel.ts'
import { amountOf } from './units.ts'

type Field = 'heatingValue' | 'densityKgPerLitre' | 'densityKgPerM3' | 'volumeCorrection'
const DENSITIES = ['densityKgPerLitre', 'densityKgPerM3'] as const
const FIELDS: readonly Field[] = ['heatingValue', ...DENSITIES, 'volumeCorrection']

/** Notes the faults of a meter's fuel; `path` is that of the meter, with its dot. */
export function checkFuel(found: Findings, meter: Json, path: string): void {
  const unit = amountUnit(meter['unit'])
  const unwanted = (field: Field, why: string): void => {
    if (meter[field] === undefined) return
    found.fault(path + field, `nothing with a unit of ${JSON.stringify(meter['unit'])}, ${why}`, meter[field])
  }
  if (unit === undefined) return FIELDS.forEach((field) => unwanted(field, 'for it is no amount of fuel'))
  const heat = meter['heatingValue']
  if (heat === undefined)
    return found.fault(`${path}heatingValue`, `{value, unit, basis}, to make energy of ${unit}`, heat)
  const per = isObject(heat) ? heat['unit'] : undefined
  if (!isHeatingUnit(per)) return
  const kind = amountOf(unit)!.kind
  const valued = per.slice(per.indexOf('/') + 1)
  if (kind === 'mass') unwanted('volumeCorrection', 'for it is no volume')
  if (kind === amountOf(valued)!.kind) return DENSITIES.forEach((field) => unwanted(field, `for ${per} needs none`))
  if (meter['densityKgPerLitre'] !== undefined) return unwanted('densityKgPerM3', 'for densityKgPerLitre is stated')
  if (meter['densityKgPerM3'] !== undefined) return
  const field = unit === 'l' || valued === 'l' ? 'densityKgPerLitre' : 'densityKgPerM3'
  found.fault(path + field, `a density, to get from ${unit} to ${per}`, undefined)
}
