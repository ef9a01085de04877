/** From a figure back to the readings, cut points, factor rows and the formula with its numbers. */

import { shareOut, type AllocationKey } from '../allocation/shares.ts'
import type { Calculator } from './per-unit.ts'
import { isMissing, type Carbon, type Context, type EmissionFactor, type Energy, type Missing } from '../records.ts'
import type { EnergyPart } from './tally.ts'

export interface Explanation {
  record: Carbon
  formula: string
  readings: {
    energyId: string
    meter: string
    from: number
    to: number
    kWh: number | null
    quality: string
    flags: string[]
    evidence?: NonNullable<Energy['evidence']>
    /** The parts of this reading that belong to the record, between the cut points. */
    parts: ExplainedPart[]
  }[]
  /** Every factor row that was used. */
  factors: EmissionFactor[]
}

export interface ExplainedPart {
  from: number
  to: number
  kWh: number | null
  kgCO2e: number | null
  factorId?: string
  missingFactor?: string
  context?: Context | Missing
  /** For a shared meter: the key, the drivers of every line in the period, and this line's share. */
  allocation?: AllocationKey & { share: number; formula: string }
  formula: string
}

/** The chain behind a record; `undefined` where its facts are no longer held. */
export function explain(calculator: Calculator, id: string): Explanation | undefined {
  const record = calculator.figures(id)
  if (!record) return undefined
  const factors = new Map<string, EmissionFactor>()
  const readings = new Map<string, Explanation['readings'][number]>()
  for (const part of calculator.partsOf(id)) {
    const { segment, booking, energy } = part.claim
    const { factor } = segment
    if (factor && !isMissing(factor)) factors.set(`${factor.id}/${factor.revision}`, factor)
    const key = `${booking.meter} ${energy.id}`
    let reading = readings.get(key)
    if (!reading) readings.set(key, (reading = readingOf(energy, booking.meter)))
    reading.parts.push(partOf(part))
  }
  return { record, formula: formulaOf(record), readings: [...readings.values()], factors: [...factors.values()] }
}

function readingOf(energy: Energy, meter: string): Explanation['readings'][number] {
  const { id, from, to, kWh, quality, flags, evidence } = energy
  return { energyId: id, meter, from, to, kWh, quality, flags, ...(evidence && { evidence }), parts: [] }
}

function partOf({ claim, from, to, kWh: metered }: EnergyPart): ExplainedPart {
  const { segment, taken, key } = claim
  const { factor, context } = segment
  const kWh = metered === null ? null : taken ? -metered : metered
  const common = {
    from,
    to,
    kWh,
    ...(context && { context }),
    ...(key && { allocation: allocationOf(key, claim.line) }),
  }
  if (!factor || isMissing(factor)) {
    const missing = factor?.missing ?? 'no factor was laid on this energy'
    return {
      ...common,
      kgCO2e: null,
      missingFactor: missing,
      formula: `${kWh ?? 'unknown'} kWh × unknown factor (${missing})`,
    }
  }
  const kgCO2e = kWh === null ? null : kWh * factor.kgPerKWh
  const formula = `${kWh ?? 'unknown'} kWh × ${factor.kgPerKWh} kg/kWh = ${kgCO2e ?? 'unknown'} kg`
  return { ...common, kgCO2e, factorId: factor.id, formula }
}

/** How a line came to its part of a shared meter, with the drivers of all lines. */
function allocationOf(key: AllocationKey, line: string): NonNullable<ExplainedPart['allocation']> {
  const share = shareOut(1, key).get(line)!
  const terms = Object.entries(key.drivers).map(([name, driver]) => `${name} ${driver ?? 'not known'}`)
  return { ...key, share, formula: `${line || 'no line'}: ${share} of the energy, by ${key.unit}: ${terms.join(', ')}` }
}

function formulaOf({ kgCO2e, units, perUnit, surrogate }: Carbon): string {
  const { scope1, scope2Location, scope3Upstream, total } = kgCO2e
  const sum = `${scope1} (scope 1) + ${scope2Location} (scope 2) + ${scope3Upstream ?? 'no rows'} (scope 3.3) = ${total} kg CO₂e`
  const ratio = perUnit.kgCO2ePerGood
  return ratio === null
    ? `${sum}; no ratio: ${perUnit.missing ?? 'not known'}`
    : `${sum}${carriedText(surrogate)}; ÷ ${units.good} good units = ${ratio} kg per unit`
}

/** What the ratio carries beside the known emissions, and how each part of it was reckoned. */
const carriedText = (surrogate: Carbon['surrogate']): string =>
  surrogate && surrogate.kgCO2e > 0
    ? `; + ${surrogate.kgCO2e} kg CO₂e, the most that is not known (${surrogate.why.join('; ')})`
    : ''
