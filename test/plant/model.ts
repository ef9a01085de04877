/** The plant model of the simulated plant, as `carbon-plant` takes it, and the factor of its gas. */

import type { PlantModel } from '../../nodes/core/plant/plant.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { GAS_KG_PER_KWH, SKUS } from './line-data.ts'
import { METER_REPORTS, NODE, TOPIC } from './reporting.ts'

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

export const PLANT_MODEL: PlantModel = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'Europe/London',
  gridZone: 'GB',
  lines: [
    {
      id: 'L1',
      area: 'Packaging',
      name: 'Filling line 1',
      machines: [
        { id: 'filler', name: 'Filler', kind: 'filler' },
        { id: 'comp3', name: 'Compressor 3', kind: 'compressor' },
        { id: 'oven', name: 'Shrink oven', kind: 'heater' },
        { id: 'packer', name: 'Packer', kind: 'packer' },
      ],
    },
  ],
  meters: METER_REPORTS.map(({ id, source, machine, carrier, reading, unit, ratedKW, rolloverAt, everySeconds }) => ({
    id,
    source,
    line: 'L1',
    machine,
    carrier,
    reading,
    unit,
    ratedKW,
    ...(rolloverAt && { rolloverAt }),
    ...(reading === 'power' && { maxGapSeconds: 12 * everySeconds }),
  })),
  signals: [
    { source: NODE.order, line: 'L1', role: 'order' },
    { source: NODE.sku, line: 'L1', role: 'sku' },
    { source: NODE.recipe, line: 'L1', role: 'recipe' },
    { source: NODE.state, line: 'L1', role: 'state', map: 'packml' },
    { source: NODE.good, line: 'L1', role: 'good', kind: 'total', rolloverAt: 2 ** 32 },
    { source: TOPIC.scrap, line: 'L1', role: 'scrap', kind: 'total' },
  ],
  shifts: [
    { name: 'early', from: '06:00', to: '14:00', days: everyDay },
    { name: 'late', from: '14:00', to: '22:00', days: everyDay },
    { name: 'night', from: '22:00', to: '06:00', days: everyDay },
  ],
  holidays: [],
  products: Object.values(SKUS).map(({ sku, name, idealSecondsPerUnit, massKg }) => ({
    sku,
    name,
    idealSecondsPerUnit,
    massKg,
  })),
  stateMap: {},
}

/** The row of a `table` source for the oven's gas; it holds for all time. */
export const GAS_FACTOR_ROW = {
  carrier: 'natural-gas',
  zone: 'GB',
  kgPerKWh: GAS_KG_PER_KWH,
  method: 'location',
  boundary: 'direct',
  gas: 'CO2e',
  gwp: 'AR5',
  cvBasis: 'gross',
  quality: 'annual',
  source: {
    provider: 'US EPA',
    dataset: 'Emission Factors for Greenhouse Gas Inventories',
    licence: 'public domain',
    attribution: 'US Environmental Protection Agency',
  },
} as const satisfies Partial<EmissionFactor>
