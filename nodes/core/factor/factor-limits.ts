/** How high a factor can be. What is above is a slip of the unit, and refused where it comes in. */

/** The dirtiest grids of the world are near 1.2 kg/kWh. */
export const MAX_GRID_KG_PER_KWH = 1.5
const MAX_KG_PER_KWH = 10

/** The highest factor that is taken for a carrier, kg CO₂e per kWh. */
export const mostKgPerKWh = (carrier: string): number =>
  carrier === 'electricity' ? MAX_GRID_KG_PER_KWH : MAX_KG_PER_KWH

/** No grid and no fuel is so clean, unless it is free of carbon by contract: more likely grams were taken for kilograms. */
const LEAST_KG_PER_KWH = 0.002

/** True for a factor that is taken, but is likely a slip by 1,000. A zero is stated on purpose. */
export const isLikelySlip = (kgPerKWh: number): boolean => kgPerKWh > 0 && kgPerKWh < LEAST_KG_PER_KWH
