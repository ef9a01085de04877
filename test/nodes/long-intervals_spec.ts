import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { assertGood, at, begin, deployGoodHour, goodMinute } from './fixtures/good-hour.ts'

const DAY = 86_400_000

describe('an interval of more than a year', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'long-'))))
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  it('is in the days and totals that it covers, and in no window', async () => {
    const line = await deployGoodHour(join(folder, 'ledger.sqlite'))
    begin(line)
    for (let minute = 1; minute <= 20; minute++) goodMinute(line, minute)
    line.send({ topic: 'l2/energy', payload: { value: 400, from: at(20) - 400 * DAY, to: at(20) } })
    line.send({ payload: { type: 'count', line: 'L2', kind: 'delta', good: 5, from: at(19) - 399 * DAY, at: at(19) } })
    for (let minute = 21; minute <= 40; minute++) goodMinute(line, minute)
    const { rows } = (await line.ask({ ask: 'totals', by: ['line'] })) as { rows: { line: string; kWh: number }[] }
    assert.ok(Math.abs(rows.find((r) => r.line === 'L2')!.kWh - 400) < 1e-9)
    assert.deepEqual(
      line.records.filter((r) => r.line === 'L2' && r.view === 'window').map((r) => r.id),
      [],
    )
    await assertGood(line, 40)
    assert.deepEqual([line.rejected, line.refused, line.faults], [[], [], []])
  })
})
