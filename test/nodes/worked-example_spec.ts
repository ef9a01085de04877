import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import helper from 'node-red-node-test-helper'
import type { TotalRow } from '../../nodes/core/per-unit/totals.ts'
import { AT_FIRST, CORRECTED, MODEL, SETTLED, at, type Figures } from '../core/worked-example.ts'
import { deployLine, type Line } from './line.ts'

const model = { enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', gridZone: 'GB', ...MODEL }
const iso = (hm: string): string => new Date(at(hm)).toISOString()

/** The facts as messages of stock nodes; built anew each time, as a node may keep what it gets. */
const reading = (hm: string, value: number) => () => ({
  topic: 'acme/leeds/l1/oven/energy',
  payload: { value, timestamp: iso(hm) },
})
const factor =
  (from: string, to: string, kgPerKWh: number, revision = 0) =>
  () => ({
    payload: { type: 'factor', factors: [{ from: iso(from), to: iso(to), kgPerKWh, quality: 'measured', revision }] },
  })
const event = (payload: object) => () => ({ payload: { line: 'L1', ...payload } })
const job = (hm: string, order: string, sku: string, more = {}) =>
  event({ type: 'job', action: 'start', at: at(hm), order, sku, ...more })
const state = (hm: string, name: string) => event({ type: 'state', at: at(hm), state: name })
const good = (hm: string, value: number) => event({ type: 'count', kind: 'total', at: at(hm), good: value })

const FACTS = [
  reading('09:50', 1000),
  reading('10:20', 1030),
  reading('10:50', 1054),
  factor('09:30', '10:00', 0.12),
  factor('10:00', '10:30', 0.15),
  factor('10:30', '11:00', 0.21),
  job('09:50', 'O1', 'A'),
  job('10:05', 'O2', 'B'),
  state('09:50', 'productive'),
  state('10:40', 'stopped'),
  good('09:50', 5000),
  good('10:20', 5300),
  good('10:50', 5500),
]
const SETTLEMENT = factor('10:30', '11:00', 0.24, 1)
const CORRECTION = job('10:10', 'O2', 'B', { corrects: at('10:05') })
const ALL = [...FACTS, SETTLEMENT, CORRECTION]

async function assertOrders(line: Line, expected: Figures): Promise<void> {
  const { rows } = (await line.ask({ ask: 'totals', by: ['order'] })) as { rows: TotalRow[] }
  assert.deepEqual(line.faults, [])
  const got = rows.map(({ order, kWh, kgCO2e, units, perUnit }) => [
    order,
    [kWh, kgCO2e.total, units.good, perUnit.kgCO2ePerGood],
  ])
  const wanted = Object.entries(expected)
  assert.equal(got.length, wanted.length)
  for (const [i, [order, figures]] of wanted.entries()) {
    assert.equal(got[i]![0], order)
    figures.forEach((figure, k) => {
      const value = (got[i]![1] as number[])[k]!
      assert.ok(Math.abs(value - figure) < 1e-12 * Math.max(1, figure), `${order}: ${value} is not ${figure}`)
    })
  }
}

describe('the worked example through the real nodes', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('gives the figures of the contract, then those of the settlement and of the correction', async () => {
    const line = await deployLine({ model })
    for (const fact of FACTS) line.send(fact())
    await assertOrders(line, AT_FIRST)
    line.send(SETTLEMENT())
    await assertOrders(line, SETTLED)
    line.send(CORRECTION())
    await assertOrders(line, CORRECTED)
    const { record } = await line.ask({ ask: 'explain', id: 'order|L1|O2' })
    assert.equal((record as { kWh: number }).kWh, 34)
  })

  it('tells each change with the next revision and its reason', async () => {
    const line = await deployLine({ model })
    for (const fact of ALL) {
      line.send(fact())
      await line.ask({ ask: 'totals' })
      await new Promise(setImmediate)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    const told = line.records.filter((r) => r.id === 'order|L1|O2')
    assert.deepEqual(
      told.map((r) => r.revision),
      told.map((_, i) => i),
    )
    assert.deepEqual(
      told.slice(-2).map((r) => r.reasons),
      [['factor-settled'], ['context-changed']],
    )
    assert.equal(told.at(-1)!.perUnit.kgCO2ePerGood, 0.0218)
  })

  it('ends in the same figures in 200 random orders, with every fact twice', async () => {
    const shuffled = fc.shuffledSubarray([...ALL, ...ALL], { minLength: ALL.length * 2, maxLength: ALL.length * 2 })
    await fc.assert(
      fc.asyncProperty(shuffled, async (facts) => {
        const line = await deployLine({ model })
        for (const fact of facts) line.send(fact())
        await assertOrders(line, CORRECTED)
        await helper.unload()
      }),
      { numRuns: 200 },
    )
  }).timeout(120_000)

  it('goes on after a restart in the middle where it was, with a ledger', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worked-example-'))
    try {
      const ledger = join(folder, 'ledger.sqlite')
      for (let cut = 1; cut < ALL.length; cut += 3) {
        const path = `${ledger}-${cut}`
        const before = await deployLine({ model, ledger: path })
        for (const fact of ALL.slice(0, cut)) before.send(fact())
        await before.ask({ ask: 'verify' })
        await helper.unload()
        const after = await deployLine({ model, ledger: path })
        for (const fact of ALL.slice(cut)) after.send(fact())
        await assertOrders(after, CORRECTED)
        const { ok } = await after.ask({ ask: 'verify' })
        assert.equal(ok, true)
        await helper.unload()
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }).timeout(60_000)
})
