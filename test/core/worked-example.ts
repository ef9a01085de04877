/** The worked example of the contract, as facts; every figure of it can be checked by hand. */

import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { plantOf, type Fact } from './pipeline.ts'

export const at = (hm: string): number => Date.parse(`2026-03-02T${hm}:00Z`)

export const MODEL = {
  lines: [{ id: 'L1', machines: [{ id: 'oven', kind: 'heater' }] }],
  meters: [
    {
      id: 'oven-e',
      source: 'acme/leeds/l1/oven/energy',
      line: 'L1',
      machine: 'oven',
      carrier: 'electricity',
      reading: 'counter',
      unit: 'kWh',
    },
  ],
}
export const plant = plantOf(MODEL)

const reading = (hm: string, value: number): Fact => ({ meter: 'oven-e', reading: { at: at(hm), value } })

export const factorRow = (from: string, to: string, kgPerKWh: number, revision = 0): EmissionFactor => ({
  id: `GB ${from}`,
  revision,
  kgPerKWh,
  carrier: 'electricity',
  zone: 'GB',
  from: at(from),
  to: at(to),
  method: 'location',
  boundary: 'direct',
  gas: 'CO2e',
  quality: 'measured',
  source: { provider: 'table', licence: 'own', attribution: 'worked example' },
  retrievedAt: at('09:00'),
})
const factor = (...row: Parameters<typeof factorRow>): Fact => ({ factor: factorRow(...row) })

const context = (fact: Record<string, unknown>): Fact => ({
  context: { line: 'L1', revision: 0, ...fact } as ContextFact,
})
const job = (hm: string, order: string, sku: string, more = {}): Fact =>
  context({ type: 'job', action: 'start', at: at(hm), order, sku, ...more })
const state = (hm: string, value: string): Fact => context({ type: 'step', role: 'state', at: at(hm), value })
const good = (hm: string, value: number): Fact =>
  context({ type: 'count', role: 'good', kind: 'total', at: at(hm), value })

export const FACTS: Fact[] = [
  reading('09:50', 1000),
  reading('10:20', 1030),
  reading('10:50', 1054),
  factor('09:30', '10:00', 0.12),
  factor('10:00', '10:30', 0.15),
  factor('10:30', '11:00', 0.21),
  job('09:00', 'O1', 'A'),
  job('10:05', 'O2', 'B'),
  state('09:00', 'productive'),
  state('10:40', 'stopped'),
  good('09:50', 5000),
  good('10:20', 5300),
  good('10:50', 5500),
]
export const SETTLEMENT = factor('10:30', '11:00', 0.24, 1)
export const CORRECTION = job('10:10', 'O2', 'B', { corrects: at('10:05') })

/** kWh, kg CO₂e, good units and kg per good unit of both orders. */
export type Figures = Record<'O1' | 'O2', [kWh: number, kg: number, good: number, kgPerGood: number]>

export const AT_FIRST: Figures = { O1: [15, 1.95, 150, 0.013], O2: [39, 6.81, 350, 6.81 / 350] }
export const SETTLED: Figures = { O1: [15, 1.95, 150, 0.013], O2: [39, 7.29, 350, 7.29 / 350] }
export const CORRECTED: Figures = { O1: [20, 2.7, 200, 0.0135], O2: [34, 6.54, 300, 0.0218] }
