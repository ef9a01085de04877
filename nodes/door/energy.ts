/** Energy from outside: intervals that another system has measured, as readings of meters of the plant model. */

import { amount, checkPeriod, name, time, whole, type Json } from '../core/fields.ts'
import type { PlantMeter } from '../core/plant/plant.ts'
import { Refused, refusal } from '../core/refused.ts'
import { isEnergyUnit, kWhPer } from '../core/plant/units.ts'
import type { Sample } from './sample.ts'
import { checkSize } from './size.ts'

/**
 * The reading that an `energy` record from outside states: its `meter`, `from`, `to`, `kWh` and `revision`, and nothing
 * else of it. Throws with the field where it is none, and for a meter whose readings are not of stated periods.
 */
export function readEnergy(content: Json, meterOf: (id: string) => PlantMeter | undefined): Sample & { meter: string } {
  checkSize(content)
  const id = name(content, 'meter')
  const meter = meterOf(id)
  if (!meter) throw refusal('meter', 'a meter of the plant model', id)
  if (meter.reading !== 'interval' || !isEnergyUnit(meter.unit)) {
    const is = `${meter.reading} in ${meter.unit}`
    throw new Refused('meter', `expected one with "reading": "interval" and a unit of energy, got ${id}, a ${is}`)
  }
  const [from, at] = [time(content, 'from'), time(content, 'to')]
  checkPeriod(from, at)
  const value = amount(content, 'kWh') / kWhPer(meter.unit) / (meter.scale ?? 1)
  const revision = content['revision'] === undefined ? 0 : whole(content, 'revision')
  return { meter: id, source: meter.source, value, at, from, quality: 'good', revision }
}
