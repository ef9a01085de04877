/** Energy carriers: the known ones with their scope, and other spellings of them. */

import { kind, type Kind } from './kinds.ts'

export type Scope = 1 | 2

/** Burnt on site is scope 1; everything else that is bought as energy is scope 2 (GHG Protocol). */
const SCOPES: Readonly<Record<string, Scope>> = {
  electricity: 2,
  heat: 2,
  steam: 2,
  'compressed-air': 2,
  water: 2,
  'natural-gas': 1,
  diesel: 1,
  lpg: 1,
  propane: 1,
  'fuel-oil': 1,
  'gas-oil': 1,
  petrol: 1,
  coal: 1,
  biogas: 1,
  biomass: 1,
  wood: 1,
}
export const CARRIERS: readonly string[] = Object.keys(SCOPES)

const SYNONYMS: Readonly<Record<string, string>> = {
  electric: 'electricity',
  electrical: 'electricity',
  gas: 'natural-gas',
  gasoline: 'petrol',
  gasoil: 'gas-oil',
  'heating-oil': 'fuel-oil',
}

/** A known carrier as it is written here: `natural-gas` for `Natural gas` and `gas`; any other name as it is. */
export function canonicalCarrier(carrier: string): string {
  const plain = carrier
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-')
  const name = SYNONYMS[plain] ?? plain
  return Object.hasOwn(SCOPES, name) ? name : carrier
}

/** A carrier that a meter names. */
export const carrierName: Kind<string> = kind(
  'a text',
  (v) => typeof v === 'string' && v.trim() !== '',
  { type: 'string', pattern: '\\S', anyOf: [{ enum: CARRIERS }, {}] },
  canonicalCarrier,
)

/** The scope of a carrier: what the plant model declares, else what is known; a stranger is bought energy. */
export const scopeOf = (carrier: string, declared: Readonly<Record<string, { scope: Scope }>> = {}): Scope =>
  (Object.hasOwn(declared, carrier) ? declared[carrier]!.scope : SCOPES[carrier]) ?? 2
