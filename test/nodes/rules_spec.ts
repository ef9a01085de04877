import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import type { Carbon } from '../../nodes/core/records.ts'
import { RULES, RULES_VERSION } from '../../nodes/core/rules.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { EXAMPLE } from './fixtures/kept-stories.ts'
import { rowsOf, sql } from './fixtures/ledger-bench.ts'
import { run } from './fixtures/run-command.ts'
import { deployLine, type Line } from './line.ts'

const KEPT = new URL('fixtures/ledgers-0.2.0/worked-example.sqlite', import.meta.url).pathname
/** A record as rules would have made it that reckon otherwise. */
const OTHER_FIGURE = `UPDATE records SET body = json_set(body, '$.kWh', 35.5) WHERE id = 'order|L1|O2'`
/** Says of all records of the file which rules they were made under; nobody knows the 99th. */
const madeUnder = (version: number): string => `DROP TRIGGER facts_are_not_changed;
  UPDATE facts SET body = json_set(body, '$.rules', ${version}) WHERE kind = 'plant'`
const OTHER_RULES = madeUnder(99)
const THESE_RULES = madeUnder(RULES_VERSION)
const settled = {
  payload: {
    type: 'factor',
    factors: [{ from: '2026-03-02T10:30Z', to: '2026-03-02T11:00Z', kgPerKWh: 0.3, revision: 2 }],
  },
}

describe('calculation rules', () => {
  let folder: string
  const path = (): string => join(folder, 'ledger.sqlite')
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rules-'))
    cpSync(KEPT, path())
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  /** The line on the ledger, when it has read itself back and looked at every record. */
  async function deployed(): Promise<Line> {
    const perUnit = { windowSeconds: 7200, views: ['window', 'shift', 'order'] }
    const line = await deployLine({ model: EXAMPLE, ledger: path(), perUnit })
    await quiet(line)
    return line
  }
  async function quiet(line: Line): Promise<void> {
    await line.ask({ ask: 'totals' })
    for (let turn = 0; turn < 10; turn++) {
      await (helper.getNode('ledger') as unknown as LedgerNode).ledger.append([])
      await new Promise(setImmediate)
    }
  }
  const lasting = ({ records }: Line): Carbon[] => records.filter((r) => r.status !== 'provisional')
  const keptRecords = (): object[] => rowsOf(path(), 'SELECT id, revision, body FROM records ORDER BY id, revision')

  it('are counted without a gap, the newest last', () => {
    assert.deepEqual(
      RULES.map(({ version }) => version),
      RULES.map((_, i) => i + 1),
    )
    assert.equal(RULES_VERSION, RULES.length)
  })

  it('are named by each version of the plant', async () => {
    await deployed()
    const versions = rowsOf(path(), `SELECT body ->> 'rules' AS rules FROM facts WHERE kind = 'plant' ORDER BY seq`)
    assert.deepEqual(versions, [{ rules: null }, { rules: RULES_VERSION }], 'the first is that of 0.2.0')
  })

  it('that are the same as before let a ledger of 0.2.0 go on without a word', async () => {
    const before = keptRecords()
    assert.deepEqual(lasting(await deployed()), [])
    assert.deepEqual(keptRecords(), before)
  })

  const replays: [what: string, change: string, status: number, says: RegExp][] = [
    ['all agree', 'SELECT 1', 0, /^ok: 6 records agree byte for byte with their facts; 1 passed over/],
    ['all agree, whatever the rules', OTHER_RULES, 0, /^ok: 6 records agree/],
    [
      'one differs under these rules',
      `${OTHER_FIGURE}; ${THESE_RULES}`,
      1,
      /^order\|L1\|O2 revision 1: kWh: told 35.5, reckoned 34\n1 of 6 records differ/,
    ],
    [
      'one differs that was made under others',
      OTHER_FIGURE + ';' + OTHER_RULES,
      3,
      /kWh: told 35.5, reckoned 34 \(rules changed: made under rules 99, reckoned by \d+\)\nok: 5 records agree .*; 1 differ that were made under other rules; 1 passed/,
    ],
  ]
  for (const [what, change, status, says] of replays) {
    it(`are told apart by replay: ${what}`, async () => {
      sql(path(), change)
      const end = await run('replay', path())
      assert.match(end.stdout, says)
      assert.equal(end.status, status)
    })
  }

  it('that changed are named by explain and by the evidence', async () => {
    sql(path(), `${OTHER_FIGURE}; ${OTHER_RULES}`)
    const { stdout } = await run('explain', path(), 'order|L1|O2')
    assert.match(stdout, /DIFFERS from what the facts give \(rules changed: made under rules 99\): kWh: told 35.5/)
    const evidence = await run(
      'evidence',
      path(),
      ...'--from 2026-03-02 --to 2026-03-03 --out'.split(' '),
      join(folder, 'e'),
    )
    assert.match(evidence.stdout, /0 records differ from their facts, and 1 that were made under other rules\n/)
    assert.equal(evidence.status, 0)
  })

  it('that changed restate nothing when a ledger is opened', async () => {
    sql(path(), `${OTHER_FIGURE}; ${OTHER_RULES}`)
    const before = keptRecords()
    assert.deepEqual(lasting(await deployed()), [])
    assert.deepEqual(keptRecords(), before)
  })

  it('that did not change leave a record that differs to be restated', async () => {
    sql(path(), `${OTHER_FIGURE}; ${THESE_RULES}`)
    assert.deepEqual(
      lasting(await deployed()).map(({ id, revision, kWh }) => ({ id, revision, kWh })),
      [{ id: 'order|L1|O2', revision: 2, kWh: 34 }],
    )
  })

  it('that changed are a reason when a fact restates a record', async () => {
    sql(path(), `${OTHER_FIGURE}; ${OTHER_RULES}`)
    const line = await deployed()
    line.send(settled)
    await quiet(line)
    const O2 = lasting(line).find((r) => r.id === 'order|L1|O2')!
    assert.deepEqual([O2.revision, O2.kWh, O2.reasons], [2, 34, ['factor-settled', 'rules-changed']])
    line.send({
      payload: { ...settled.payload, factors: [{ ...settled.payload.factors[0], kgPerKWh: 0.31, revision: 3 }] },
    })
    await quiet(line)
    assert.deepEqual(lasting(line).at(-1)!.reasons, ['factor-settled'], 'but once')
  })
})
