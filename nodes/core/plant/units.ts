/** Units of energy, power and amount. Factors are exact by definition (ISO 80000, BIPM), or named. */

/** kWh per unit of energy. cal and BTU are the International Table ones; 1 therm = 100 000 BTU. */
const KWH_PER: Readonly<Record<string, number>> = {
  Wh: 1e-3,
  kWh: 1,
  MWh: 1e3,
  GWh: 1e6,
  J: 1 / 3.6e6,
  kJ: 1 / 3600,
  MJ: 1 / 3.6,
  GJ: 1000 / 3.6,
  TJ: 1e6 / 3.6,
  kcal: 4186.8 / 3.6e6,
  Mcal: 4186.8 / 3600,
  BTU: 1055.05585262 / 3.6e6,
  MMBtu: 1055.05585262 / 3.6,
  therm: 105505585.262 / 3.6e6,
}

/** kW per unit of power. */
const KW_PER: Readonly<Record<string, number>> = {
  W: 1e-3,
  kW: 1,
  MW: 1e3,
  hp: 0.74569987158227,
  PS: 0.73549875,
}

/** Amounts of fuel: m³ per unit of volume, kg per unit of mass. Of a gas: m³ as the meter counts them. */
const AMOUNTS: Readonly<Record<string, Amount>> = {
  m3: { kind: 'volume', base: 1 },
  l: { kind: 'volume', base: 1e-3 },
  kg: { kind: 'mass', base: 1 },
  t: { kind: 'mass', base: 1e3 },
}

export interface Amount {
  kind: 'volume' | 'mass'
  /** m³ or kg in one unit. */
  base: number
}

export const ENERGY_UNITS: readonly string[] = Object.keys(KWH_PER)
export const POWER_UNITS: readonly string[] = Object.keys(KW_PER)
export const AMOUNT_UNITS: readonly string[] = Object.keys(AMOUNTS)
export const isEnergyUnit = (u: unknown): boolean => typeof u === 'string' && Object.hasOwn(KWH_PER, u)
export const isPowerUnit = (u: unknown): boolean => typeof u === 'string' && Object.hasOwn(KW_PER, u)

/** kWh in one `unit`; throws on a unit that is not known. */
export function kWhPer(unit: string): number {
  if (!isEnergyUnit(unit)) throw new Error(`unit: expected one of ${ENERGY_UNITS.join(', ')}, got "${unit}"`)
  return KWH_PER[unit]!
}

/** kW in one `unit`; throws on a unit that is not known. */
export function kWPer(unit: string): number {
  if (!isPowerUnit(unit)) throw new Error(`unit: expected one of ${POWER_UNITS.join(', ')}, got "${unit}"`)
  return KW_PER[unit]!
}

/** What a unit of amount is; `undefined` for any other unit. */
export const amountOf = (unit: string): Amount | undefined => (Object.hasOwn(AMOUNTS, unit) ? AMOUNTS[unit] : undefined)

/** Other spellings of units; upper and lower case are no matter beside them. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'm³': 'm3',
  'm^3': 'm3',
  cbm: 'm3',
  nm3: 'm3',
  'nm³': 'm3',
  sm3: 'm3',
  'sm³': 'm3',
  ltr: 'l',
  litre: 'l',
  litres: 'l',
  liter: 'l',
  liters: 'l',
  tonne: 't',
  tonnes: 't',
  therms: 'therm',
  hr: 'h',
  hour: 'h',
  minute: 'min',
  sec: 's',
}
const BY_SPELLING = new Map<string, string>(
  [...ENERGY_UNITS, ...POWER_UNITS, ...AMOUNT_UNITS, 'h', 'min', 's'].map((unit) => [unit.toLowerCase(), unit]),
)

/** A unit, or a quotient of two, as it is written here: `kWh` for `KWH`, `m3/h` for `Nm³/h`; any other text as it is. */
export const canonicalUnit = (unit: string): string =>
  unit
    .split('/')
    .map((part) => {
      const plain = part.trim().toLowerCase()
      return BY_SPELLING.get(SYNONYMS[plain] ?? plain) ?? part
    })
    .join('/')

export const MS_PER_HOUR = 3_600_000
