import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import helper from 'node-red-node-test-helper'
import { Answers } from './fixtures/answers.ts'
import { assertGood, begin, deployGoodHour, goodMinute } from './fixtures/good-hour.ts'
import { hostile } from './fixtures/hostile.ts'

const STATIONS = ['meter', 'factor', 'context', 'per-unit']

describe('A flood of hostile messages', () => {
  let folder: string
  let answers: Answers

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'flood-'))
    answers = new Answers()
  })
  after(async () => {
    answers.stop()
    await helper.unload()
    rmSync(folder, { recursive: true, force: true })
  })

  it('changes no figure, stops nothing, and each is answered once', async () => {
    const line = await deployGoodHour(join(folder, 'ledger.sqlite'))
    begin(line)
    for (let minute = 1; minute <= 40; minute++) {
      goodMinute(line, minute)
      for (const message of fc.sample(hostile, { numRuns: 500, seed: minute })) line.send(message)
      await turn()
    }
    await assertGood(line, 40)
    assert.deepEqual(answers.unanswered(STATIONS), [])
    assert.ok(answers.given.get('meter')! > 20_000)
    const { ok } = (await line.ask({ ask: 'verify' })) as { ok: boolean }
    assert.equal(ok, true)
  }).timeout(120_000)
})
