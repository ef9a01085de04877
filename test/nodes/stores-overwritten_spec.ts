import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { SqliteLedger } from '../../nodes/stores/sqlite.ts'
import { aFact, aRecord } from './fixtures/facts.ts'
import { ids, ledgerBench, sql } from './fixtures/ledger-bench.ts'
import { run } from './fixtures/run-command.ts'
import { opened, rehashFacts, rehashHead } from './fixtures/tampering.ts'
import { silent } from './ledger-of.ts'

const owner = fileURLToPath(new URL('fixtures/ledger-owner.ts', import.meta.url))
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => aFact(from + i))

describe('a ledger file that something else writes', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  /** A ledger of 400 facts in the file itself, and ten more in the log. */
  async function written(): Promise<Ledger> {
    const ledger = open()
    await ledger.append(many(0, 400))
    sql(file(), 'PRAGMA wal_checkpoint(TRUNCATE)')
    await ledger.append(many(400, 10))
    return ledger
  }

  async function anotherLedger(path: string): Promise<void> {
    const other = new SqliteLedger(path, silent)
    await other.append(many(10_000, 700))
    await other.close()
  }

  const overwritings: [what: string, work: () => void | Promise<void>, then: 'goes on' | 'waits'][] = [
    [
      'another ledger copied over it',
      async () => {
        await anotherLedger(file('other.sqlite'))
        copyFileSync(file('other.sqlite'), file())
      },
      'goes on',
    ],
    ['its whole content cut off', () => truncateSync(file(), 0), 'goes on'],
    ['half of it cut off', () => truncateSync(file(), Math.floor(statSync(file()).size / 2)), 'waits'],
    ['its middle overwritten', () => spoil(file()), 'waits'],
    ['its head overwritten', () => spoil(file(), 0, 200), 'waits'],
    ['its log deleted', () => rmSync(`${file()}-wal`), 'goes on'],
    ['its log cut off', () => truncateSync(`${file()}-wal`, 0), 'goes on'],
  ]
  for (const [what, work, then] of overwritings) {
    it(`is noticed before anything is acknowledged: ${what}`, async () => {
      const ledger = await written()
      await work()
      let isAcknowledged = false
      const fault = bench.told.next()
      const waiting = ledger.append([aFact(5_000)]).then(() => void (isAcknowledged = true))
      await fault
      assert.equal(isAcknowledged, false)
      assert.match(
        bench.told.faults[0]!,
        /the file does not hold what was written to it: .*; something else has written into it/,
      )
      const log = readdirSync(bench.folder).find((name) => name.endsWith('-wal') && name.includes('.overwritten-'))
      assert.equal(log !== undefined, what !== 'its log deleted', 'the log is kept beside it')
      if (then === 'waits') {
        await assert.rejects(Promise.all([waiting, ledger.close()]), /closed before it could be written/)
        return
      }
      await waiting
      assert.ok(ids(ledger.facts({})).includes('oven-e/5000'))
      assert.equal(ledger.verify().ok, true)
    })
  }

  it('is noticed while nothing is written', async () => {
    await written()
    spoil(file())
    await bench.told.next()
    assert.match(bench.told.faults[0]!, /does not hold what was written to it/)
  })

  it('is no reason to stop where it holds all the same: its date was changed, or its log was moved into it', async () => {
    const ledger = await written()
    utimesSync(file(), 5, 5)
    await ledger.append([aFact(5_000)])
    sql(file(), 'PRAGMA wal_checkpoint(TRUNCATE)')
    await ledger.append([aFact(5_001)])
    assert.deepEqual(bench.told.faults, [])
    assert.equal(ledger.verify().facts, 412)
  })

  it('is told of a row that was put in while it was open', async () => {
    const ledger = await written()
    sql(
      file(),
      `INSERT INTO facts SELECT 411, kind, 'made up', 1, line, "from", "to", body, hash FROM facts WHERE seq = 410`,
    )
    await ledger.append([aFact(5_000)])
    assert.match(bench.told.notices.join(), /something else has written to it: expected row 410 .*, got row 411/)
    assert.equal(ledger.verify().firstBroken, 411)
  })

  it('may be written by the command meanwhile, as to close a period', async () => {
    const ledger = await written()
    await ledger.saveRecords([aRecord({ from: 0, to: 60_000 })])
    const beside = new SqliteLedger(file(), silent)
    await beside.seal(120_000, 1)
    await beside.close()
    await ledger.append([aFact(5_000)])
    assert.deepEqual([bench.told.faults, bench.told.notices], [[], []])
    assert.equal(ledger.verify().seals, 1)
  })

  describe('by a second process that keeps it', () => {
    let child: ChildProcess
    afterEach(() => void child.kill('SIGKILL'))

    /** A process that opens the ledger as Node-RED does; resolves when it says something. */
    function started(): Promise<string> {
      child = spawn(process.execPath, [owner, file()], { stdio: ['pipe', 'pipe', 'inherit'] })
      return new Promise((resolve) => child.stdout!.once('data', (data: Buffer) => resolve(String(data))))
    }

    it('waits until that one has ended, and says who it is', async () => {
      assert.match(await started(), /^written/)
      const fault = bench.told.next()
      const ledger = open()
      const saved = ledger.append([aFact(2)])
      await fault
      assert.match(
        bench.told.faults[0]!,
        /it is kept by process \d+ on .*, the ledger "the other"; one Node-RED may write it/,
      )
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'], 'reading is always allowed')
      child.kill('SIGKILL')
      await saved
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2'])
    })

    it('is refused as long as this one keeps it', async () => {
      const ledger = open()
      await ledger.append([aFact(2)])
      const said = await started()
      assert.match(said, new RegExp(`^waits: .*it is kept by process ${process.pid} on `))
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/2'])
    })
  })

  describe('with rows that this release cannot read', () => {
    const UNREADABLE = `DROP TRIGGER facts_are_not_changed; UPDATE facts SET revision = 9007199254740994 WHERE seq = 3;
      UPDATE facts SET "to" = 9007199254740994 WHERE seq = 4; UPDATE facts SET body = 'no json' WHERE seq = 5;
      UPDATE records SET body = '{' WHERE id = 'bad'`

    it('is opened: each is told once, with its place, and the rest is read', async () => {
      const first = open()
      await first.append(many(0, 8))
      await first.saveRecords([aRecord({ id: 'bad' }), aRecord({ id: 'good' })])
      await first.close()
      sql(file(), UNREADABLE)
      const ledger = open()
      for (let time = 0; time < 2; time++) {
        assert.deepEqual(
          ids(ledger.facts({})),
          [0, 1, 5, 6, 7].map((n) => `oven-e/${n}`),
        )
        assert.deepEqual(
          [...ledger.records({})].map((r) => r.id),
          ['good'],
        )
        assert.equal(ledger.record('bad'), undefined)
        assert.equal(ledger.newest(), aFact(7).to)
      }
      assert.deepEqual(
        bench.told.notices.map((notice) => notice.replace(/^.*sqlite: /, '')),
        [
          'row 3, fact energy oven-e/2: revision: expected a number up to 2^53 − 1, got 9007199254740994; it is passed over',
          'row 4, fact energy oven-e/3: to: expected a number up to 2^53 − 1, got 9007199254740994; it is passed over',
          'row 5, fact energy oven-e/4: body: expected JSON, got "no json"; it is passed over',
          'bad: body: expected JSON, got "{"; it is passed over',
        ],
      )
      await ledger.append([aFact(9)])
      const { stdout } = await run('verify', file())
      assert.match(stdout, /unreadable: row 3, fact energy oven-e\/2: revision: expected a number up to 2\^53 − 1/)
    })

    it('that release 0.2.0 wrote holds: they are named, and that is no fault', async () => {
      const ledger = open()
      await ledger.append(many(0, 3))
      await ledger.close()
      // As 0.2.0 wrote it: in the chain.
      opened(file(), (db) => {
        db.exec('UPDATE facts SET revision = 9007199254740994 WHERE seq = 3')
        rehashFacts(db)
        rehashHead(db)
      })
      const { status, stdout } = await run('verify', file())
      assert.match(stdout, /^ok: 3 facts, head [0-9a-f]{64}\nunreadable: row 3, fact energy oven-e\/2: revision: /)
      assert.equal(status, 0)
      const again = open()
      await again.append([aFact(7)])
      assert.equal(again.verify().ok, true)
    })
  })
})

function spoil(path: string, from = Math.floor(statSync(path).size / 3), bytes = from): void {
  const place = openSync(path, 'r+')
  writeSync(place, Buffer.alloc(bytes, 'x'), 0, bytes, from)
  closeSync(place)
}
