/** `npm run bench`: what the parts cost on this machine. `-- --full` takes the sizes of a large plant. */

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Calendar } from '../../nodes/core/calendar.ts'
import { FactorTimeline } from '../../nodes/core/factor/factor.ts'
import { Meter } from '../../nodes/core/meter/meter.ts'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import { PlantContext } from '../../nodes/core/context/plant-context.ts'
import { replay } from '../../nodes/core/per-unit/replay.ts'
import { readPlant } from '../../nodes/core/plant-check.ts'
import type { PlantModel } from '../../nodes/core/plant.ts'
import type { EmissionFactor, Energy } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import { openFacts } from '../../nodes/shared/ledger-facts.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import type { Fact, Ledger } from '../../nodes/stores/ledger.ts'
import { openLedger } from '../../nodes/stores/open.ts'

const FULL = process.argv.includes('--full')
const T0 = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
const METERS = 20
const HORIZON_MS = 48 * 60 * MINUTE

const read = readPlant({
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'Europe/London',
  gridZone: 'GB',
  lines: [{ id: 'L1' }],
  meters: Array.from({ length: METERS }, (_, i) => ({
    id: `m${i}`,
    source: `m${i}`,
    line: 'L1',
    machine: `machine${i}`,
    carrier: 'electricity',
    reading: 'counter',
    unit: 'kWh',
  })),
  shifts: [
    { name: 'day', from: '06:00', to: '18:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
    { name: 'night', from: '18:00', to: '06:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
  ],
})
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const model: PlantModel = read.model
const calendar = new Calendar(model, zonedTime(model.timeZone))

const say = (name: string, figure: string): void => console.log(`${name.padEnd(46)} ${figure}`)
const rate = (count: number, ms: number): string => `${Math.round(count / (ms / 1000)).toLocaleString('en')} per second`
const timed = async (work: () => void | Promise<void>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** One-minute intervals of every meter, in order of time. */
function* readings(minutes: number): Generator<Energy> {
  for (let m = 0; m < minutes; m++) {
    for (let i = 0; i < METERS; i++) {
      const [from, to] = [T0 + m * MINUTE, T0 + (m + 1) * MINUTE]
      const [meter, kWh] = [`m${i}`, 1 + (m % 7) / 10]
      yield {
        type: 'energy',
        id: `${meter}|${from}|${to}`,
        revision: 0,
        meter,
        line: 'L1',
        machine: `machine${i}`,
        carrier: 'electricity',
        from,
        to,
        kWh,
        quality: 'measured',
        flags: [],
      }
    }
  }
}

const slots = (minutes: number): EmissionFactor[] =>
  Array.from({ length: Math.ceil(minutes / 30) }, (_, i) => ({
    id: `slot ${i}`,
    revision: 0,
    kgPerKWh: 0.1 + (i % 10) / 50,
    carrier: 'electricity',
    zone: 'GB',
    from: T0 + i * 30 * MINUTE,
    to: T0 + (i + 1) * 30 * MINUTE,
    method: 'location',
    boundary: 'direct',
    gas: 'CO2e',
    quality: 'measured',
    source: { provider: 'bench', licence: 'own', attribution: 'bench' },
    retrievedAt: T0,
  }))

const calculatorOf = (): Calculator =>
  new Calculator({
    model,
    calendar,
    views: ['window', 'shift', 'order', 'sku-shift', 'day'],
    windowMs: 5 * MINUTE,
    minCoverage: 0.95,
    horizonMs: HORIZON_MS,
    latenessMs: MINUTE,
    constantFactor: null,
  })

/** Orders of two hours each. */
function contextOf(minutes: number): PlantContext {
  const context = new PlantContext(model, calendar)
  for (let m = 0; m < minutes; m += 120) {
    context.take({
      type: 'job',
      line: 'L1',
      at: T0 + m * MINUTE,
      action: 'start',
      order: `O${m}`,
      sku: m % 240 ? 'A' : 'B',
    })
  }
  return context
}

async function calculate(minutes: number): Promise<void> {
  const factors = new FactorTimeline()
  for (const row of slots(minutes)) factors.add(row)
  const context = contextOf(minutes)
  const calculator = calculatorOf()
  let records = 0
  const ms = await timed(() => {
    for (const energy of readings(minutes)) {
      energy.segments = withFactors(energy, factors.pieces(energy.carrier, 'GB', energy.from, energy.to))
      context.lay(energy)
      calculator.energy(energy)
      if (energy.meter === 'm0') records += calculator.due('L1', energy.to - MINUTE, true).length
    }
  })
  say(`core: intervals cut, summed and told, ${METERS} meters`, rate(minutes * METERS, ms))
  say('core: records told meanwhile', records.toLocaleString('en'))
}

function memoryOfMeters(count: number): void {
  global.gc?.()
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const meters = Array.from({ length: count }, (_, i) => new Meter({ ...model.meters[0]!, id: `m${i}` }))
  for (const meter of meters) for (let m = 0; m < 60; m++) meter.add({ at: T0 + m * MINUTE, value: m }, T0 + 86_400_000)
  global.gc?.()
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const kept = meters.filter((meter) => meter.newest !== null).length
  say(
    `memory of ${kept.toLocaleString('en')} meters with 60 readings each`,
    `${((after - before) / 2 ** 20).toFixed(0)} MB`,
  )
}

const factOf = (energy: Energy): Fact => ({
  kind: 'energy',
  id: energy.id,
  revision: 0,
  line: 'L1',
  from: energy.from,
  to: energy.to,
  body: energy,
})

async function ledgerOf(minutes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'carbon-bench-'))
  const fail = (error: unknown): never => {
    throw new Error(JSON.stringify(error))
  }
  const ledger: Ledger = openLedger({
    store: 'sqlite',
    path: join(folder, 'ledger.sqlite'),
    owner: 'bench',
    events: { onFault: fail, onRecovered: () => undefined, onConflicts: fail },
  })
  try {
    const commits = await timed(async () => {
      let batch: Fact[] = slots(minutes).map((row) => ({
        kind: 'factor',
        id: row.id,
        revision: 0,
        line: '',
        from: row.from,
        to: row.to,
        body: row,
      }))
      for (const energy of readings(minutes)) {
        batch.push(factOf(energy))
        if (batch.length < 5000) continue
        await ledger.append(batch)
        batch = []
      }
      await ledger.append(batch)
    })
    const facts = minutes * METERS
    say('ledger: facts committed to SQLite, sync to disk', rate(facts, commits))
    const checked = await timed(() => void ledger.verify())
    say('ledger: facts verified', rate(facts, checked))
    const calculator = calculatorOf()
    const restart = await timed(() => replay(openFacts(ledger, minutes * MINUTE), { model, calendar }, calculator))
    say(`restart with ${facts.toLocaleString('en')} open facts`, `${(restart / 1000).toFixed(1)} s`)
  } finally {
    await ledger.close()
    rmSync(folder, { recursive: true })
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}`)
await calculate((FULL ? 365 : 3) * 24 * 60)
memoryOfMeters(10_000)
await ledgerOf(FULL ? 50_000 : 5_000)
