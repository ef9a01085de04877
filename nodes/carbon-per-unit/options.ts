/** The configuration of a carbon-per-unit node, as its calculator takes it. */

import type { NodeDef } from 'node-red'
import type { CalculatorOptions } from '../core/per-unit/per-unit.ts'
import { VIEWS, type View } from '../core/records.ts'
import { MS_PER_HOUR } from '../core/plant/units.ts'
import { numberFrom, type PlantNode } from '../shared/node-kit.ts'
import { plantFact, type PlantSettings } from '../shared/plant-version.ts'
import type { Fact } from '../stores/ledger.ts'

export interface PerUnitDef extends NodeDef {
  plant: string
  ledger?: string
  windowSeconds?: number | string
  views?: View[]
  emitSeconds?: number | string
  minCoverage?: number | string
  horizonHours?: number | string
  constantFactor?: number | string
}

const LATENESS_SECONDS = 60

/** Throws with the field, what was expected and what was got. */
export function optionsOf(config: PerUnitDef, { model, calendar }: NonNullable<PlantNode['plant']>): CalculatorOptions {
  const views = config.views ?? [...VIEWS]
  const unknown = views.find((v) => !VIEWS.includes(v))
  if (unknown !== undefined) throw new Error(`views: expected ${VIEWS.join(', ')}, got "${String(unknown)}"`)
  const minCoverage = numberFrom(config.minCoverage, 0.95, 'minCoverage')
  if (minCoverage > 1) throw new Error(`minCoverage: expected 0 to 1, got ${minCoverage}`)
  const hasConstant = config.constantFactor !== undefined && config.constantFactor !== ''
  return {
    model,
    calendar,
    views,
    windowMs: numberFrom(config.windowSeconds, 300, 'windowSeconds', 1) * 1000,
    minCoverage,
    horizonMs: numberFrom(config.horizonHours, 48, 'horizonHours', 1) * MS_PER_HOUR,
    latenessMs: LATENESS_SECONDS * 1000,
    constantFactor: hasConstant ? numberFrom(config.constantFactor, 0, 'constantFactor') : null,
  }
}

/** What the figures depend on. */
export const settingsOf = ({ views, windowMs, minCoverage, constantFactor }: CalculatorOptions): PlantSettings => ({
  views,
  windowMs,
  minCoverage,
  constantFactor,
})

/** The version of the plant model and of these settings, as the ledger keeps it. */
export const versionOf = (options: CalculatorOptions): Fact =>
  plantFact({ model: options.model, settings: settingsOf(options) })
