/** The ratios of a record, divided last, and the reason where one would be a wrong number. */

import type { Carbon, Coverage, PerUnit } from '../records.ts'

export interface RatioInput {
  kWh: number
  kg: number
  /** Emissions with electricity at the constant factor; `null` where there is none. */
  kgConstant: number | null
  units: Carbon['units']
  coverage: Coverage
  minCoverage: number
}

/** kg CO₂e and kWh per unit; all `null`, with the reason, where too little is known or nothing was made. */
export function perUnitOf({ kWh, kg, kgConstant, units, coverage, minCoverage }: RatioInput): PerUnit {
  const missing = whyWithheld(units, coverage, minCoverage)
  const per = (x: number | null, n: number | null): number | null =>
    missing || x === null || n === null || n <= 0 ? null : x / n
  return {
    kgCO2ePerGood: per(kg, units.good),
    kgCO2ePerProduced: per(kg, units.produced),
    kgCO2ePerStandard: per(kg, units.standard),
    kWhPerGood: per(kWh, units.good),
    kgCO2ePerGoodAtConstantFactor: per(kgConstant, units.good),
    ...(missing !== undefined && { missing }),
  }
}

function whyWithheld({ good }: Carbon['units'], coverage: Coverage, minCoverage: number): string | undefined {
  if (good === null) return 'no good units were counted in this time'
  for (const part of ['energy', 'factor', 'count'] as const) {
    if (coverage[part] < minCoverage) return `${part} coverage is ${coverage[part].toFixed(3)}, below ${minCoverage}`
  }
  return good > 0 ? undefined : 'no good units were made in this time'
}
