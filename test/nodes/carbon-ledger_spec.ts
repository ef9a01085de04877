import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import helper from 'node-red-node-test-helper'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import { closingTime } from '../../nodes/carbon-ledger/housekeeping.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { aFact } from './fixtures/facts.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const ledgerOf = (id: string): LedgerNode => helper.getNode(id) as unknown as LedgerNode
const config = (over: object = {}): { id: string; type: string } => ({ id: 'led', type: 'carbon-ledger', ...over })

describe('carbon-ledger', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carbon-ledger-'))
    helper.settings({ userDir: folder })
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  it('has its ledger at once and keeps facts in a file of the user directory', async () => {
    await helper.load(carbonLedger, [config({ path: 'data/plant.sqlite' })])
    await ledgerOf('led').ledger.append([aFact(1)])
    assert.ok(existsSync(join(folder, 'data/plant.sqlite')))
  })

  it('uses SQLite and carbon-ledger.sqlite where nothing is chosen', async () => {
    await helper.load(carbonLedger, [config()])
    await ledgerOf('led').ledger.ready()
    assert.ok(existsSync(join(folder, 'carbon-ledger.sqlite')))
  })

  it('keeps facts across a redeploy and writes what waits before it closes', async () => {
    await helper.load(carbonLedger, [config()])
    const written = ledgerOf('led').ledger.append([aFact(1)])
    await helper.setFlows([config({ name: 'changed' })])
    await written
    assert.deepEqual([...ledgerOf('led').ledger.facts({})], [aFact(1)])
  })

  it('keeps facts in memory without a file', async () => {
    await helper.load(carbonLedger, [config({ store: 'memory', path: '' })])
    await ledgerOf('led').ledger.append([aFact(1)])
    assert.equal(ledgerOf('led').ledger.verify().facts, 1)
    assert.equal(existsSync(join(folder, 'carbon-ledger.sqlite')), false)
  })

  it('takes an absolute path as it is', async () => {
    const path = join(folder, 'elsewhere.sqlite')
    helper.settings({ userDir: join(folder, 'user') })
    await helper.load(carbonLedger, [config({ path })])
    await ledgerOf('led').ledger.ready()
    assert.ok(existsSync(path))
  })

  const refusals: [what: string, over: object, message: RegExp][] = [
    [
      'a path that leads out of the user directory',
      { path: '../x.sqlite' },
      /path: expected a path inside the Node-RED user/,
    ],
    [
      'a path that leads out in the middle',
      { path: 'a/../../x.sqlite' },
      /path: expected a path inside.*got "a\/\.\.\/\.\.\/x/,
    ],
    ['a blank path', { path: ' ' }, /path: expected a file or folder, got nothing/],
    [
      'days that are no number',
      { closeAfterDays: 'soon' },
      /closeAfterDays: expected a number of 1 or more, got "soon"/,
    ],
    [
      'to close what has not passed',
      { closeAfterDays: '0' },
      /closeAfterDays: expected a number of 1 or more, got "0"/,
    ],
    ['to keep less than a month', { keepDays: '30' }, /keepDays: expected a number of 31 or more, got "30"/],
    ['an unknown store', { store: 'oracle' }, /store: expected one of sqlite, memory, got "oracle"/],
  ]
  for (const [what, over, message] of refusals) {
    it(`refuses ${what}, and every call of its ledger says why`, async () => {
      await helper.load(carbonLedger, [config(over)])
      const { ledger } = ledgerOf('led')
      await assert.rejects(ledger.append([aFact(1)]), message)
      await assert.rejects(ledger.ready(), message)
      assert.throws(() => ledger.facts({}), message)
    })
  }

  it('refuses a second ledger on the same file and names the first', async () => {
    await helper.load(carbonLedger, [config({ name: 'first' }), config({ id: 'two' })])
    await ledgerOf('led').ledger.append([aFact(1)])
    await assert.rejects(
      ledgerOf('two').ledger.append([aFact(2)]),
      /already open by the ledger "first"; choose that one/,
    )
  })

  it('warns of a fact that came again with another content', async () => {
    await helper.load(carbonLedger, [config({ store: 'memory' })])
    const warned = new Promise<string>((resolve) => {
      helper.getNode('led').on('call:warn', (call: { args: [string] }) => resolve(call.args[0]))
    })
    await ledgerOf('led').ledger.append([aFact(1), aFact(1, { body: {} })])
    assert.match(
      await warned,
      /energy oven-e\/1 revision 1 came again with another content: kept \{"body".*refused \{"body":\{\}/,
    )
  })

  it('shows an outage in red, tells Catch nodes once, and goes on without a restart', async () => {
    const flow = [
      { id: 'tab', type: 'tab' },
      config(),
      { id: 'user', type: 'helper', z: 'tab', x: 0, y: 0, ledger: 'led' },
      { id: 'user2', type: 'helper', z: 'tab', x: 0, y: 0, ledger: 'led' },
      { id: 'catch', type: 'catch', z: 'tab', x: 0, y: 0, wires: [['heard']] },
      { id: 'heard', type: 'helper', z: 'tab', x: 0, y: 0 },
    ]
    await helper.load(carbonLedger, flow)
    const heard: string[] = []
    const first = new Promise<void>((resolve) => {
      helper.getNode('heard').on('input', (message: { error: { message: string } }) => {
        heard.push(message.error.message)
        resolve()
      })
    })
    const fills: string[] = []
    helper.getNode('led').on('call:status', (call: { args: [{ fill: string }] }) => fills.push(call.args[0].fill))
    const { ledger } = ledgerOf('led')
    await ledger.ready()
    const other = new DatabaseSync(join(folder, 'carbon-ledger.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    const written = ledger.append([aFact(1)])
    await first
    other.exec('COMMIT')
    other.close()
    await written
    await ledger.append([aFact(2)])
    assert.equal(heard.length, 1)
    assert.match(heard[0]!, /database is locked; what comes now waits until the ledger can be written again/)
    assert.deepEqual(fills, ['red', 'green'])
    assert.equal(ledger.verify().facts, 2)
  })

  describe('closing by itself', () => {
    const DAY = 86_400_000
    const today = Math.floor(Date.now() / DAY) * DAY
    const untilNewest = async (to: number): Promise<void> => {
      await helper.load(carbonLedger, [config()])
      await ledgerOf('led').ledger.append([aFact(1, { from: to - 1, to })])
    }
    const sealedUntil = async (over: object): Promise<number | null> => {
      await helper.setFlows([config(over)])
      const { ledger } = ledgerOf('led')
      await ledger.append([aFact(2, { id: 'after it had time to close' })])
      return ledger.sealedUntil()
    }

    const table: [what: string, newest: number, over: object, until: number | null][] = [
      ['closes whole days that have passed long enough ago', today, { closeAfterDays: '2' }, today - 2 * DAY],
      ['closes no further than measurements have come', today - 9.5 * DAY, { closeAfterDays: 2 }, today - 10 * DAY],
      ['closes nothing where it is not told to', today, { closeAfterDays: '' }, null],
    ]
    for (const [what, newest, over, until] of table) {
      it(what, async () => {
        await untilNewest(newest)
        assert.equal(await sealedUntil(over), until)
      })
    }

    it('does nothing with an empty ledger, or a clock that went back', async () => {
      const [now, last] = [9 * DAY, 8 * DAY]
      const ledger = (newest: number | null): Ledger => ({ newest: () => newest, sealedUntil: () => last }) as never
      assert.equal(closingTime(ledger(null), 1, now), null)
      assert.equal(closingTime(ledger(20 * DAY), 1, now), null)
      assert.equal(closingTime(ledger(20 * DAY), 1, now - 5 * DAY), null)
      assert.equal(closingTime(ledger(20 * DAY), 1, now + DAY + 1), 9 * DAY)
      assert.equal(closingTime(ledger(20 * DAY), 1, now + 50 * DAY), 20 * DAY)
    })
  })

  it('archives closed time by itself when it is old enough', async () => {
    const DAY = 86_400_000
    const today = Math.floor(Date.now() / DAY) * DAY
    await helper.load(carbonLedger, [config()])
    const past = [today - 50 * DAY, today - 20 * DAY, today]
    await ledgerOf('led').ledger.append(past.map((to) => aFact(1, { id: `${to}`, from: to - 1, to })))
    await ledgerOf('led').ledger.seal(today - 40 * DAY, 0)
    await helper.setFlows([config({ closeAfterDays: '2', keepDays: '31' })])
    const { ledger } = ledgerOf('led')
    while (ledger.verify().from === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual([ledger.verify().from, ledger.verify().seals], [2, 2])
    const day = new Date().toISOString().slice(0, 10)
    assert.ok(existsSync(join(folder, 'carbon-ledger.sqlite.archive', day, 'manifest.json')))
  })

  it('says which Node.js SQLite needs, where this one has none, and memory still works', () => {
    const script = new URL('fixtures/old-node.ts', import.meta.url).pathname
    const said = execFileSync(process.execPath, ['--no-experimental-sqlite', script], { encoding: 'utf8' })
    assert.match(said, /^memory: open\nsqlite: store: expected Node.js 22.13 or newer for "sqlite", got v24/)
  })
})
