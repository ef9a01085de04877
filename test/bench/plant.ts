/** The plant of the benchmarks: one line with 20 meters that are read every minute, told as facts of a ledger. */

import { Calendar } from '../../nodes/core/calendar.ts'
import { factId, type ContextFact } from '../../nodes/core/context/context-fact.ts'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { VIEWS, type EmissionFactor, type Energy } from '../../nodes/core/records.ts'
import { plantFact, type Plant } from '../../nodes/shared/plant-version.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import type { Fact } from '../../nodes/stores/ledger.ts'

export const T0 = Date.UTC(2026, 2, 2)
export const MINUTE = 60_000
export const METERS = 20
export const YEAR_MINUTES = 365 * 24 * 60

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const read = readPlant({
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'Europe/London',
  gridZone: 'GB',
  lines: [{ id: 'L1' }],
  meters: Array.from({ length: METERS }, (_, i) => ({
    ...{ id: `m${i}`, source: `m${i}`, line: 'L1', machine: `machine${i}` },
    ...{ carrier: 'electricity', reading: 'counter', unit: 'kWh' },
  })),
  shifts: [
    { name: 'day', from: '06:00', to: '18:00', days: WEEK },
    { name: 'night', from: '18:00', to: '06:00', days: WEEK },
  ],
})
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
export const { model } = read

const settings = { views: VIEWS, windowMs: 5 * MINUTE, minCoverage: 0.95, constantFactor: null }
export const plantVersion = plantFact({ model, settings })
export const plant: Plant = {
  id: plantVersion.id,
  model,
  settings,
  calendar: new Calendar(model, zonedTime(model.timeZone)),
}

/** One-minute intervals of every meter, in order of time. */
export function* readings(minutes: number, first = 0): Generator<Energy> {
  for (let m = first; m < first + minutes; m++) {
    for (let i = 0; i < METERS; i++) yield reading(i, m)
  }
}

function reading(i: number, m: number): Energy {
  const [from, to] = [T0 + m * MINUTE, T0 + (m + 1) * MINUTE]
  const value = 1000 + m * 1.3
  return {
    ...{ type: 'energy', id: `m${i}|${from}|${to}`, revision: 0, meter: `m${i}`, line: 'L1', machine: `machine${i}` },
    ...{ carrier: 'electricity', from, to, kWh: 1 + ((m * 7 + i) % 13) / 10, quality: 'measured', flags: [] },
    evidence: { fromReading: value, toReading: value + 1.3, unit: 'kWh', reading: 'counter' },
  }
}

/** A factor for each half-hour. */
export const slots = (minutes: number): EmissionFactor[] =>
  Array.from({ length: Math.ceil(minutes / 30) }, (_, i) => ({
    ...{ id: `slot ${i}`, revision: 0, kgPerKWh: 0.1 + (i % 10) / 50, carrier: 'electricity', zone: 'GB' },
    ...{ from: T0 + i * 30 * MINUTE, to: T0 + (i + 1) * 30 * MINUTE, method: 'location', boundary: 'direct' },
    ...{ gas: 'CO2e', quality: 'measured', retrievedAt: T0 },
    source: { provider: 'bench', licence: 'own', attribution: 'bench' },
  }))

/** Orders of two hours, a stop in each, and a count every five minutes. */
export function* events(minutes: number): Generator<ContextFact> {
  const at = (m: number): { line: string; at: number; revision: number } => ({
    line: 'L1',
    at: T0 + m * MINUTE,
    revision: 0,
  })
  for (let m = 0; m < minutes; m += 5) {
    const [order, sku] = [`O${m}`, m % 240 ? 'A' : 'B']
    if (m % 120 === 0) yield { type: 'job', ...at(m), action: 'start', order, sku }
    if (m % 120 === 0) yield { type: 'step', role: 'state', value: 'productive', ...at(m) }
    if (m % 120 === 90) yield { type: 'step', role: 'state', value: 'stopped', ...at(m) }
    yield { type: 'count', role: 'good', kind: 'total', value: m * 9, ...at(m) }
  }
}

export function energyFact(body: Energy): Fact {
  const { id, revision, from, to } = body
  return { kind: 'energy', id, revision, line: 'L1', from, to, body }
}

export const factorFact = (body: EmissionFactor): Fact => ({
  ...{ kind: 'factor', id: body.id, revision: 0, line: '' },
  ...{ from: body.from, to: body.to, body },
})

export const contextFact = (body: ContextFact): Fact => ({
  ...{ kind: body.type === 'count' ? 'production' : 'context', id: factId(body), revision: 0, line: 'L1' },
  ...{ from: body.at, to: body.at, body },
})
