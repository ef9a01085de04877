/**
 * The yearly mean of a grid zone, the last resort where no source says more: Electricity Maps' open yearly data, as the
 * npm package @tgwf/co2 carries them. Life-cycle, consumption-based, g CO₂e per kWh.
 */

import { readFileSync } from 'node:fs'
import { EVER } from '../core/factor/factor-order.ts'
import { factorId } from '../core/factor/factor-row.ts'
import type { EmissionFactor } from '../core/records.ts'

/** Mean error of a yearly mean against the half-hour it stands for: 30 % (California) to 50 % (Great Britain), 2023. */
const YEARLY_ERROR_PCT = 50

interface Yearly {
  year: number
  grams: number
  zoneName: string
}

/**
 * A row per year the data have for exactly this zone, in UTC years, and the newest one for the time after. Empty where
 * the data do not know the zone: a neighbour's or a country's figure would be a wrong one.
 */
export async function yearlyRows(zone: string, retrievedAt: number): Promise<EmissionFactor[]> {
  const years = await yearsOf(zone)
  const newest = years.at(-1)
  const version = `@tgwf/co2 ${packageVersion()}`
  const row = (y: Yearly, from: number, to: number): EmissionFactor => {
    const source = {
      provider: 'electricity-maps-yearly',
      dataset: `Electricity Maps yearly ${y.year}, ${y.zoneName}`,
      version,
      licence: 'ODbL 1.0',
      attribution: 'Electricity Maps (electricitymaps.com)',
    }
    const place = { carrier: 'electricity', zone, from, to, method: 'location', boundary: 'lifecycle', source } as const
    return {
      id: factorId(place),
      revision: 0,
      kgPerKWh: y.grams / 1000,
      ...place,
      gas: 'CO2e',
      quality: 'annual',
      uncertaintyPct: YEARLY_ERROR_PCT,
      retrievedAt,
      original: { value: y.grams, unit: 'g/kWh' },
    }
  }
  const rows = years.map((y) => row(y, Date.UTC(y.year), Date.UTC(y.year + 1)))
  return newest ? [...rows, row(newest, Date.UTC(newest.year + 1), EVER.to)] : rows
}

async function yearsOf(zone: string): Promise<Yearly[]> {
  // 2 MB of tables, read only where they are asked for.
  const { default: tables } = await import('@tgwf/co2/data/electricity-maps')
  return Object.entries(tables)
    .map(([key, { data }]) => ({
      year: Number(key.replace('yearly', '')),
      entry: Object.hasOwn(data, zone) ? data[zone] : undefined,
    }))
    .flatMap(({ year, entry }) => {
      const grams = entry?.carbonIntensity.value
      const known = grams && entry?.carbonIntensity.unit === 'gCO2eq/kWh'
      return known ? [{ year, grams, zoneName: entry.zone.zoneName }] : []
    })
    .sort((a, b) => a.year - b.year)
}

/** The package does not export its package.json, so it is read from beside the data. */
function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.resolve('@tgwf/co2/data'))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
