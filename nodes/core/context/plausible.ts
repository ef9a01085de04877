/** How fast a line can make units, as the plant model says. */

import { RATED_MARGIN } from '../counter/gauge.ts'
import type { PlantModel } from '../plant/plant.ts'

const SECONDS_PER_HOUR = 3600

/** The most units of a line in an hour: as declared, else by the fastest of its products; `undefined` where not all are known. */
export function mostUnitsPerHour({ lines, products }: PlantModel, line: string): number | undefined {
  const declared = lines.find((l) => l.id === line)?.maxUnitsPerHour
  if (declared !== undefined) return RATED_MARGIN * declared
  const ideal = products.map((p) => p.idealSecondsPerUnit)
  if (ideal.length === 0 || !ideal.every((seconds) => seconds !== undefined)) return undefined
  return (RATED_MARGIN * SECONDS_PER_HOUR) / Math.min(...ideal)
}
