import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { figuresText } from '../../nodes/shared/compare.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { plantVersions } from '../../nodes/shared/plant-version.ts'
import { recompute } from '../../nodes/shared/recompute.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { deployLine, type Line } from './line.ts'

/** Two lines, a main meter and air conditioning that both share by units, through the real nodes. */

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 2, 2)
const meter = (id: string, more: object) => ({
  id,
  source: id,
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
  ...more,
})
const model = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'UTC',
  gridZone: 'GB',
  lines: [{ id: 'L1' }, { id: 'L2' }],
  meters: [
    meter('main-e', { main: true }),
    meter('l1-e', { line: 'L1', parent: 'main-e' }),
    meter('l2-e', { line: 'L2', parent: 'main-e' }),
    meter('hvac-e', { parent: 'main-e', shared: { lines: ['L1', 'L2'], rule: 'units', periodMinutes: 60 } }),
  ],
}
const reading = (id: string, hour: number, value: number) => ({
  topic: id,
  payload: { value, timestamp: T0 + hour * HOUR },
})
const good = (line: string, hour: number, total: number) => ({
  payload: { type: 'count', line, kind: 'total', at: T0 + hour * HOUR, good: total },
})
const factor = { payload: { type: 'factor', factors: [{ kgPerKWh: 0.1 }] } }

/** Each hour: 200 kWh in all, of it L1 30, L2 10, air 60; L1 makes 300 units and L2 100. */
function hourOf(hour: number): object[] {
  const kWh = { 'main-e': 200, 'l1-e': 30, 'l2-e': 10, 'hvac-e': 60 }
  return [
    ...Object.entries(kWh).map(([id, each]) => reading(id, hour, 1000 + each * hour)),
    good('L1', hour, 300 * hour),
    good('L2', hour, 100 * hour),
  ]
}

const newest = (line: Line, id: string): Carbon => line.records.findLast((r) => r.id === id)!
const near = (got: number | null | undefined, expected: number): void =>
  assert.ok(typeof got === 'number' && Math.abs(got - expected) < 1e-9, `${got} is not ${expected}`)

describe('a shared meter through the real nodes', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shared-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })
  const deploy = (): Promise<Line> =>
    deployLine({
      model,
      ledger: join(folder, 'ledger.sqlite'),
      perUnit: { views: ['window', 'day'], windowSeconds: 1800 },
    })
  /** Waits until a day of a line has come to a figure. */
  const day = async (line: Line, name: string, kWh: number): Promise<Carbon> => {
    for (let i = 0; i < 200; i++) {
      const record = newest(line, `day|${name}|2026-03-02`)
      if (record && Math.abs(record.kWh - kWh) < 1e-9) return record
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`waited in vain for ${kWh} kWh of ${name}, got ${newest(line, `day|${name}|2026-03-02`)?.kWh}`)
  }

  it('is in the records of both lines at once, and the rest of the main meter in one of the site', async () => {
    const line = await deploy()
    for (const message of [factor, ...hourOf(0), ...hourOf(1), ...hourOf(2)]) line.send(message)
    await day(line, 'L2', 2 * (10 + 15))
    await day(line, '', 2 * 100)
    near((await day(line, 'L1', 2 * (30 + 45))).perUnit.kgCO2ePerGood, (0.1 * 150) / 600)
    // What L2 made comes late: the share of L1 moves though nothing was heard of it.
    line.send(good('L2', 2, 1000))
    await day(line, 'L1', 30 + 45 + 30 + (60 * 300) / 1200)
  }).timeout(10_000)

  it('is the same after a restart, and when it is reckoned anew from the ledger', async () => {
    const before = await deploy()
    for (const message of [factor, ...hourOf(0), ...hourOf(1)]) before.send(message)
    await day(before, '', 100)
    await helper.unload()
    const line = await deploy()
    for (const message of [...hourOf(2), ...hourOf(3)]) line.send(message)
    await day(line, 'L1', 3 * (30 + 45))
    await day(line, '', 3 * 100)
    const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
    const windows = [...ledger.records({ view: 'window' })].filter((r) => r.status !== 'provisional')
    assert.ok(windows.length >= 12, `${windows.length} windows`)
    const again = recompute(ledger, windows, [...plantVersions(ledger).values()][0]!)
    for (const record of windows) assert.equal(figuresText(again.get(record.id)!), figuresText(record))
  }).timeout(10_000)
})
