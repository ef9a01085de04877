/** How high a factor can be. What is above is a slip of the unit, and refused where it comes in. */

/** The dirtiest grids of the world are near 1.2 kg/kWh. */
export const MAX_GRID_KG_PER_KWH = 1.5
const MAX_KG_PER_KWH = 10

/** The highest factor that is taken for a carrier, kg CO₂e per kWh. */
export const mostKgPerKWh = (carrier: string): number =>
  carrier === 'electricity' ? MAX_GRID_KG_PER_KWH : MAX_KG_PER_KWH
