import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { LIMITS } from '../../nodes/core/limits.ts'
import { at, assertGood, begin, deployGoodHour, goodMinute } from './fixtures/good-hour.ts'
import type { Line } from './line.ts'

const energy = (over: object): object => ({
  ...{ type: 'energy', id: 'x', revision: 0, meter: 'm1', line: 'L1', carrier: 'electricity' },
  ...{ from: at(10), to: at(11), kWh: 1, quality: 'measured', flags: [], ...over },
})
const job = (over: object): object => ({ type: 'job', line: 'L1', at: at(10), action: 'start', order: 'X', ...over })
const count = (over: object): object => ({ type: 'count', line: 'L1', at: at(10), kind: 'delta', good: 5, ...over })
const rows = (n: number): object[] => Array.from({ length: n }, () => ({ kgPerKWh: 0.3 }))
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

const OUTSIDE = /type: expected ".*" from a carbon station of this Node-RED, got one from outside/
const LONG = 'x'.repeat(100_000)

/** What is sent among good minutes, and the word that refuses it; none for what is no message of ours. */
const cases: [title: string, message: object, reason: RegExp | undefined][] = [
  ['energy of a meter that is an object', { payload: energy({ meter: { toString: 1 }, line: undefined }) }, OUTSIDE],
  [
    'a context revision without a context',
    {
      payload: {
        type: 'context-revision',
        line: 'L1',
        from: at(10),
        to: at(70),
        spans: [{ from: at(10), to: at(70) }],
      },
    },
    OUTSIDE,
  ],
  ['energy ahead of the clock', { payload: energy({ from: 4e12, to: 4e12 + 60_000 }) }, OUTSIDE],
  ['energy of a whole day in a minute', { payload: energy({ kWh: 1000 }) }, OUTSIDE],
  [
    'a factor revision',
    { payload: { type: 'factor-revision', carrier: 'electricity', zone: 'GB', from: at(0), to: at(60), factors: [] } },
    OUTSIDE,
  ],
  ['production', { payload: { type: 'production', id: 'p', line: 'L1', from: at(1), to: at(2), good: 1e6 } }, OUTSIDE],
  [
    'a carbon record',
    { payload: { type: 'carbon', id: 'order|L1|O1', revision: 99, line: 'L1', view: 'order' } },
    OUTSIDE,
  ],
  ['an alert', { payload: { type: 'carbon-alert', id: 'a', line: 'L1' } }, OUTSIDE],
  ['energy that is text', { payload: energy({ kWh: 'abc' }) }, OUTSIDE],
  ['energy of all time', { payload: energy({ from: 0, to: 8.64e15 }) }, OUTSIDE],
  ['a revision beyond 2^53', { payload: job({ revision: 9007199254740994 }) }, /^revision: expected a whole number/],
  [
    'a text of digits that is no number',
    { topic: 'l1/energy', payload: `${'1'.repeat(50_000)}x` },
    /^value: .* characters/,
  ],
  [
    'a time of many letters',
    { topic: 'l1/energy', payload: { value: 1, timestamp: 'T'.repeat(50_000) } },
    /^timestamp: /,
  ],
  ['a count of all time', { payload: count({ from: 0 }) }, /^period: expected at most 400 days/],
  ['a count that ends before it begins', { payload: count({ from: at(11) }) }, /^period: expected a time after/],
  [
    'an interval of all time',
    { topic: 'l2/energy', payload: { value: 1, from: 0, to: at(10) } },
    /^period: .*400 days/,
  ],
  [
    'a factor message of 100,000 rows',
    { payload: { type: 'factor', factors: rows(100_000) } },
    /^payload: expected at most 10000 rows, got a list of 100000/,
  ],
  ['a count of 1e308', { payload: count({ good: 1e308 }) }, /^good: expected at most/],
  ['a count that is text', { payload: count({ good: 'five' }) }, /^good: expected a number of 0 or more, got "five"/],
  ['a reading of 1e300', { topic: 'l1/energy', payload: 1e300 }, /^value: expected a number from/],
  ['a text of nothing for a count', { topic: 'l1/good', payload: { value: '', timestamp: at(10) } }, /^good of L1: /],
  ['an order of 10 MB', { payload: job({ order: 'x'.repeat(10_000_000) }) }, /^order: .*\(10000000 characters\)/],
  [
    'a state of 5 MB with a newline and an escape',
    { topic: 'l1/state', payload: { value: `\n\u001b[31m${'x'.repeat(5_000_000)}`, timestamp: at(10) } },
    /^value: expected at most 4096 characters, got "\\n\\u001b\[31mx+…" \(50000\d\d characters\)$/,
  ],
  [
    'an unknown state with an escape',
    { payload: { type: 'state', line: 'L1', at: at(10), state: '\u001b[2J' } },
    /\\u001b\[2J"$/,
  ],
  [
    'an event of a line that is an object',
    { payload: job({ line: { toString: 1 } }) },
    /^line: expected one of L1, L2/,
  ],
  ['an event at no time', { payload: job({ at: 'soon' }) }, /^at: expected epoch milliseconds/],
  ['an event ahead of the clock', { payload: job({ at: 4e12 }) }, /^time: expected at most 300 s ahead/],
  ['an event before all clocks', { payload: job({ at: 0 }) }, /^time: expected no older than the open period/],
  [
    'an event that corrects the year 1973',
    { payload: job({ corrects: 1e11 }) },
    /^corrects: expected at most 400 days/,
  ],
  [
    'a count that corrects one to come',
    { payload: count({ corrects: at(600) }) },
    /^time: expected at most 300 s ahead of our clock/,
  ],
  [
    'a state of a machine that the line does not have',
    { payload: { type: 'state', line: 'L1', at: at(10), machine: 'm7', state: 'Stopped' } },
    /^machine: expected a machine of line L1 in the plant model, got "m7"/,
  ],
  [
    'an item of a multiple read that is none',
    { topic: ['l1/energy', 'l1/good'], payload: [null, { value: 5200, timestamp: at(20) }] },
    /^value: expected a number or text, got nothing/,
  ],
  ['a message of too many levels', { payload: job({ order: nested(10) }) }, /^payload: expected at most 8 levels/],
  ['an order that is a list', { payload: job({ order: ['O1'] }) }, /^order: expected a text of up to 256 characters/],
  ['100 kB of text on the topic of a signal', { topic: 'l1/order', payload: LONG }, /^value: expected at most 4096/],
  ['an order name of 300 characters', { topic: 'l1/order', payload: 'x'.repeat(300) }, /^order of L1: expected a text/],
  ['100 kB of text on a topic of nobody', { topic: 'y', payload: LONG }, undefined],
  ['a topic of 100 kB', { topic: LONG, payload: 1 }, undefined],
  ['a topic that cannot be text', { topic: { toString: 1 }, payload: 1 }, undefined],
  ['a deep tree on a topic of nobody', { topic: 'y', payload: nested(5_000) }, undefined],
  [
    'the prototype of all objects',
    { payload: JSON.parse('{"type":"job","__proto__":{"line":"L1"}}') as object },
    /^line: /,
  ],
  ['a command without an alarm', { payload: { type: 'alarm-command', action: 'acknowledge', id: 'x' } }, undefined],
]

describe('The door', () => {
  let folder: string
  let line: Line
  const settled = (): Promise<unknown> => line.ask({ ask: 'totals', by: ['line'] })

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'door-'))
    line = await deployGoodHour(join(folder, 'ledger.sqlite'))
    begin(line)
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [title, message, reason] of cases) {
    it(`${reason ? 'refuses' : 'passes on'} ${title}, and the figures around it stand`, async () => {
      for (let minute = 1; minute <= 40; minute++) {
        goodMinute(line, minute)
        if (minute === 20) line.send(message)
      }
      await settled()
      const words = [...line.rejected, ...line.refused, ...line.faults.map((f) => f.message)]
      assert.equal(words.length, reason ? 1 : 0, words.join('\n'))
      if (reason) assert.match(words[0]!, reason)
      assert.ok((words[0] ?? '').length < 500)
      await assertGood(line, 40)
      const { ok } = (await line.ask({ ask: 'verify' })) as { ok: boolean }
      assert.equal(ok, true)
    })
  }

  it('takes any of 10,000 factor rows', async () => {
    const before = Array.from({ length: LIMITS.rows }, (_, i) => ({
      ...{ from: at(-i - 100), to: at(-i - 99), kgPerKWh: 0.1 },
    }))
    line.send({ payload: { type: 'factor', factors: before.reverse() } })
    for (let minute = 1; minute <= 40; minute++) goodMinute(line, minute)
    await assertGood(line, 40)
    assert.deepEqual(line.faults, [])
  })
})
