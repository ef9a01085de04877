/** The ratios of a record, divided last, and the reason where one would be a wrong number. */

import type { Carbon, Coverage, PerUnit, Surrogate } from '../records.ts'

export interface RatioInput {
  /** Known energy and emissions, and what is carried for the unknown part. */
  kWh: number
  kg: number
  surrogate: Surrogate
  /** Emissions with electricity at the constant factor; `null` where there is none. */
  kgConstant: number | null
  units: Carbon['units']
  coverage: Coverage
  minCoverage: number
}

/** kg CO₂e and kWh per unit; all `null`, with the reason, where too little is known or nothing was made. */
export function perUnitOf(input: RatioInput): PerUnit {
  const { kWh, kg, surrogate, kgConstant, units } = input
  const missing = whyWithheld(input)
  const per = (x: number | null, n: number | null): number | null =>
    missing || x === null || n === null || n <= 0 ? null : x / n
  return {
    kgCO2ePerGood: per(kg + surrogate.kgCO2e, units.good),
    kgCO2ePerProduced: per(kg + surrogate.kgCO2e, units.produced),
    kgCO2ePerStandard: per(kg + surrogate.kgCO2e, units.standard),
    kWhPerGood: per(kWh + surrogate.kWh, units.good),
    kgCO2ePerGoodAtConstantFactor: per(kgConstant, units.good),
    ...(missing !== undefined && { missing }),
  }
}

/** What went into scrap, by its part of the units made (GHG Protocol Product Standard: waste is carried by the good). */
export function scrapOf({ kWh, kg, units }: Pick<RatioInput, 'kWh' | 'kg' | 'units'>): NonNullable<Carbon['scrap']> {
  const { scrap, produced } = units
  if (scrap === null || produced === null || produced <= 0) return { kWh: null, kgCO2e: null }
  return { kWh: (kWh * scrap) / produced, kgCO2e: (kg * scrap) / produced }
}

function whyWithheld({ units: { good }, kg, surrogate, coverage, minCoverage }: RatioInput): string | undefined {
  if (good === null) return 'no good units were counted in this time'
  for (const part of ['energy', 'factor', 'count'] as const) {
    if (coverage[part] < minCoverage) return `${part} coverage is ${coverage[part].toFixed(3)}, below ${minCoverage}`
  }
  if (surrogate.unbounded !== undefined) return surrogate.unbounded
  if (surrogate.kgCO2e > (1 - minCoverage) * kg) {
    const [most, known] = [surrogate.kgCO2e, kg].map((x) => x.toPrecision(3))
    return `what is not known may be ${most} kg CO₂e, more than ${((1 - minCoverage) * 100).toPrecision(3)} % of the ${known} known`
  }
  return good > 0 ? undefined : 'no good units were made in this time'
}
