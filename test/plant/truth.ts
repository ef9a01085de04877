/** What really happened, summed by the simulation itself and by nothing of the product. */

import { GAS_KG_PER_KWH, METERS, STATE, type MeterId, type SkuId } from './line-data.ts'
import type { Second } from './physics.ts'

export interface Totals {
  from: number
  to: number
  kWh: Record<MeterId, number>
  kgCO2e: { electricity: number; gas: number; total: number }
  units: { good: number; scrap: number }
  loadStarts: number
  executeSeconds: number
}

/** The totals of one minute; orders, products and faults begin at whole minutes. */
export interface Minute extends Totals {
  order: string
  sku: SkuId
}

const empty = (from: number, to: number): Totals => ({
  from,
  to,
  kWh: Object.fromEntries(METERS.map((m) => [m, 0])) as Record<MeterId, number>,
  kgCO2e: { electricity: 0, gas: 0, total: 0 },
  units: { good: 0, scrap: 0 },
  loadStarts: 0,
  executeSeconds: 0,
})

export class Truth {
  readonly minutes: Minute[] = []
  #loadStarts = 0

  add(second: Second): void {
    let minute = this.minutes.at(-1)
    if (!minute || second.from >= minute.to) {
      const { order, sku } = second.duty
      minute = { ...empty(second.from, second.from + 60_000), order, sku }
      this.minutes.push(minute)
    }
    for (const meter of METERS) addEnergy(minute, meter, second)
    for (const { good } of second.finished) minute.units[good ? 'good' : 'scrap']++
    minute.loadStarts += second.compressor.loadStarts - this.#loadStarts
    this.#loadStarts = second.compressor.loadStarts
    if (second.duty.state === STATE.execute) minute.executeSeconds++
  }

  /** The totals of `[from, to)`, whole minutes, of all of it or of what `keep` chooses. */
  sum(from = -Infinity, to = Infinity, keep: (m: Minute) => boolean = () => true): Totals {
    const chosen = this.minutes.filter((m) => m.from >= from && m.to <= to && keep(m))
    const sum = empty(chosen[0]?.from ?? from, chosen.at(-1)?.to ?? to)
    for (const m of chosen) {
      for (const meter of METERS) sum.kWh[meter] += m.kWh[meter]
      for (const part of ['electricity', 'gas', 'total'] as const) sum.kgCO2e[part] += m.kgCO2e[part]
      sum.units.good += m.units.good
      sum.units.scrap += m.units.scrap
      sum.loadStarts += m.loadStarts
      sum.executeSeconds += m.executeSeconds
    }
    return sum
  }

  /** Totals of consecutive windows of so many minutes, the last one where it is complete. */
  windows(minutes: number, from = this.minutes[0]?.from ?? 0, to = this.minutes.at(-1)?.to ?? 0): Totals[] {
    const count = Math.floor((to - from) / (minutes * 60_000))
    const edge = (i: number): number => from + i * minutes * 60_000
    return Array.from({ length: count }, (_, i) => this.sum(edge(i), edge(i + 1)))
  }
}

/** kg CO₂e per good unit; `null` where no unit was made. */
export const kgPerGood = (t: Totals): number | null => (t.units.good > 0 ? t.kgCO2e.total / t.units.good : null)

function addEnergy(minute: Minute, meter: MeterId, { kW, gridKgPerKWh }: Second): void {
  const kWh = kW[meter] / 3600
  const gas = meter === 'oven-gas'
  const kg = kWh * (gas ? GAS_KG_PER_KWH : gridKgPerKWh)
  minute.kWh[meter] += kWh
  minute.kgCO2e[gas ? 'gas' : 'electricity'] += kg
  minute.kgCO2e.total += kg
}
