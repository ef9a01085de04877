/**
 * Amounts of fuel as energy, by the heating value that the plant model states:
 *
 *   kWh = amount × volume correction × density, where one is a volume and the other a mass × heating value
 *
 * as in the UK Gas (Calculation of Thermal Energy) Regulations 1996, m³ × 1.02264 × MJ/m³ ÷ 3.6, and for liquids and
 * solids in the IPCC 2006 Guidelines, volume 2. No heating value is built in: it differs by supplier and by day.
 * Gross (higher) and net (lower) heating values differ by the heat of the water vapour, about 10 % for natural gas, so the
 * basis goes with the energy to where a factor is laid on it.
 */

import {
  AMOUNT_UNITS,
  ENERGY_UNITS,
  POWER_UNITS,
  amountOf,
  canonicalUnit,
  isEnergyUnit,
  isPowerUnit,
  kWhPer,
  kWPer,
} from './units.ts'

export type HeatingBasis = 'gross' | 'net'

export interface HeatingValue {
  value: number
  /** Energy per amount, e.g. `MJ/m3`, `kWh/l`, `GJ/t`. */
  unit: string
  basis: HeatingBasis
}

/** What makes an amount of fuel energy; the names are those of the plant model and of the evidence. */
export interface Fuel {
  heatingValue: HeatingValue
  /** Where the meter counts volume and the heating value is by mass, or the reverse. */
  densityKgPerLitre?: number
  /** The same for a gas. */
  densityKgPerM3?: number
  /** Volume conversion factor: the volume that the heating value is stated for, per volume metered. */
  volumeCorrection?: number
}

/** Units of flow that a power meter may have: an amount per hour, minute or second. */
const PER_HOUR: Readonly<Record<string, number>> = { h: 1, min: 60, s: 3600 }

/** The two units of a quotient such as `MJ/m3` or `l/h`. */
function quotient(unit: string): [string, string] {
  const [over = '', under = '', ...rest] = unit.split('/')
  return rest.length === 0 ? [over, under] : ['', '']
}

/** True for energy per amount, such as `MJ/m3`. */
export function isHeatingUnit(unit: unknown): unit is string {
  if (typeof unit !== 'string') return false
  const [energy, amount] = quotient(unit)
  return isEnergyUnit(energy) && amountOf(amount) !== undefined
}

/** The unit of amount that a meter counts in, `l` for `l` and for `l/h`; `undefined` for energy and power. */
export function amountUnit(unit: unknown): string | undefined {
  if (typeof unit !== 'string') return undefined
  const [amount, time] = quotient(unit)
  const isFlow = Object.hasOwn(PER_HOUR, time)
  return amountOf(amount) && (isFlow || time === '') ? amount : undefined
}

export const isFlowUnit = (unit: unknown): boolean =>
  amountUnit(unit) !== undefined && quotient(unit as string)[1] !== ''

/** How many of `to` one of `from` is; `undefined` where they are not of one kind. */
export function unitRatio(from: string, to: string): number | undefined {
  if (from === to) return 1
  const [a, b] = [canonicalUnit(from), canonicalUnit(to)]
  if (a === b) return 1
  if (isEnergyUnit(a) && isEnergyUnit(b)) return kWhPer(a) / kWhPer(b)
  if (isPowerUnit(a) && isPowerUnit(b)) return kWPer(a) / kWPer(b)
  const [[amount, time], [other, otherTime]] = [quotient(a), quotient(b)]
  const [m, n] = [amountOf(amount), amountOf(other)]
  if (!m || !n || m.kind !== n.kind || isFlowUnit(a) !== isFlowUnit(b)) return undefined
  return (m.base * (PER_HOUR[time] ?? 1)) / (n.base * (PER_HOUR[otherTime] ?? 1))
}

/** What a meter of the plant model says of its fuel; `undefined` where it counts energy. */
export function fuelOf(spec: Partial<Fuel>): Fuel | undefined {
  const { heatingValue, densityKgPerLitre, densityKgPerM3, volumeCorrection } = spec
  if (!heatingValue) return undefined
  return {
    heatingValue,
    ...(densityKgPerLitre !== undefined && { densityKgPerLitre }),
    ...(densityKgPerM3 !== undefined && { densityKgPerM3 }),
    ...(volumeCorrection !== undefined && { volumeCorrection }),
  }
}

/** True where two fuels make the same energy of the same amount, on the same basis. */
export function sameFuel(a: Fuel | undefined, b: Fuel | undefined): boolean {
  if (a === b || !a || !b) return a === b
  const [v, w] = [a.heatingValue, b.heatingValue]
  const isSameHeat = v.value === w.value && v.unit === w.unit && v.basis === w.basis
  const isSameDensity = a.densityKgPerLitre === b.densityKgPerLitre && a.densityKgPerM3 === b.densityKgPerM3
  return isSameHeat && isSameDensity && a.volumeCorrection === b.volumeCorrection
}

/** kWh in one `unit` of energy, or of an amount of this fuel; throws on a unit that is not known. */
export function kWhPerUnit(unit: string, fuel: Fuel | undefined): number {
  if (isEnergyUnit(unit)) return kWhPer(unit)
  if (amountOf(unit)) return kWhPerAmount(unit, fuel)
  throw new Error(`unit: expected one of ${[...ENERGY_UNITS, ...AMOUNT_UNITS].join(', ')}, got "${unit}"`)
}

/** kW in one `unit` of power, or of a flow of this fuel; throws on a unit that is not known. */
export function kWPerUnit(unit: string, fuel: Fuel | undefined): number {
  if (isPowerUnit(unit)) return kWPer(unit)
  if (isFlowUnit(unit)) {
    const [amount, time] = quotient(unit)
    return kWhPerAmount(amount, fuel) * PER_HOUR[time]!
  }
  const flows = AMOUNT_UNITS.map((amount) => `${amount}/h`)
  throw new Error(`unit: expected one of ${[...POWER_UNITS, ...flows].join(', ')}, got "${unit}"`)
}

function kWhPerAmount(unit: string, fuel: Fuel | undefined): number {
  if (!fuel) throw new Error(`heatingValue: expected one for a meter in ${unit}, got nothing`)
  const { heatingValue, volumeCorrection = 1 } = fuel
  const [energy, per] = quotient(heatingValue.unit)
  const [metered, valued] = [amountOf(unit)!, amountOf(per)!]
  const corrected = metered.base * (metered.kind === 'volume' ? volumeCorrection : 1)
  return ((corrected * bridge(metered.kind, valued.kind, fuel)) / valued.base) * heatingValue.value * kWhPer(energy)
}

/** From m³ to kg by density, the reverse, or 1. */
function bridge(from: string, to: string, { densityKgPerM3, densityKgPerLitre = NaN }: Fuel): number {
  if (from === to) return 1
  const kgPerM3 = densityKgPerM3 ?? densityKgPerLitre * 1000
  return from === 'volume' ? kgPerM3 : 1 / kgPerM3
}
