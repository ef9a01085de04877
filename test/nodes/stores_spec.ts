import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonicalJson } from '../../nodes/stores/chain.ts'
import { MOST_WAITING } from '../../nodes/stores/lane.ts'
import type { Conflict, Fact, Ledger } from '../../nodes/stores/ledger.ts'
import { openLedger } from '../../nodes/stores/open.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { MINUTE, aFact, aRecord, anAlert } from './fixtures/facts.ts'

const cli = new URL('../../nodes/carbon-ledger/cli.ts', import.meta.url).pathname
const writer = new URL('fixtures/ledger-writer.ts', import.meta.url).pathname

/** What a ledger told, and promises for the next time it does. */
class Told {
  readonly faults: string[] = []
  readonly conflicts: Conflict[] = []
  recoveries = 0
  #waiting: (() => void)[] = []
  onFault = (error: Error): void => void (this.faults.push(error.message), this.#wake())
  onRecovered = (): void => void (this.recoveries++, this.#wake())
  onConflicts = (conflicts: readonly Conflict[]): void => void this.conflicts.push(...conflicts)
  next = (): Promise<void> => new Promise((resolve) => void this.#waiting.push(resolve))
  #wake(): void {
    this.#waiting.splice(0).forEach((wake) => wake())
  }
}

const ids = (facts: Iterable<Fact>): string[] => [...facts].map((f) => f.id)

describe('stores', () => {
  let folder: string
  let opened: Ledger[]
  let told: Told
  const file = (name = 'ledger.sqlite'): string => join(folder, name)
  const open = (store = 'sqlite', path = file()): Ledger => {
    const ledger = openLedger({ store, path, owner: 'the test', events: told })
    opened.push(ledger)
    return ledger
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'))
    opened = []
    told = new Told()
  })
  afterEach(async () => {
    await Promise.all(opened.map((ledger) => ledger.close()))
    rmSync(folder, { recursive: true })
  })

  for (const store of ['memory', 'sqlite']) {
    describe(`the ${store} ledger`, () => {
      it('gives back the facts in the order they were written', async () => {
        const ledger = open(store)
        await Promise.all([ledger.append([aFact(3), aFact(1)]), ledger.append([aFact(2)])])
        assert.deepEqual([...ledger.facts({})], [aFact(3), aFact(1), aFact(2)])
        assert.equal(ledger.newest(), 4 * MINUTE)
      })

      it('takes its newest time from measurements, not from a factor that holds for years', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1), { ...aFact(2), kind: 'factor', to: 8.64e15 }])
        assert.equal(ledger.newest(), aFact(1).to)
      })

      it('is empty at first', () => {
        const ledger = open(store)
        assert.equal(ledger.newest(), null)
        assert.equal(ledger.head(), '0'.repeat(64))
        assert.deepEqual(ledger.verify(), { ok: true, facts: 0, head: '0'.repeat(64) })
        assert.deepEqual([...ledger.facts({}), ...ledger.records({}), ...ledger.alerts(0, Infinity)], [])
      })

      it('acknowledges calls in the order they were made', async () => {
        const ledger = open(store)
        const order: number[] = []
        const calls = [5, 0, 7, 1].map((n) => ledger.append(n === 0 ? [] : [aFact(n)]).then(() => order.push(n)))
        await Promise.all([...calls, ledger.saveRecords([aRecord()]).then(() => order.push(99))])
        assert.deepEqual(order, [5, 0, 7, 1, 99])
      })

      it('finds facts by kind, line and time', async () => {
        const ledger = open(store)
        const anchor = aFact(9, { kind: 'energy', id: 'anchor', from: 5 * MINUTE, to: 5 * MINUTE })
        await ledger.append([
          aFact(4),
          aFact(5),
          anchor,
          aFact(6, { line: 'L2' }),
          aFact(5, { kind: 'factor', line: '' }),
        ])
        const table: [query: Parameters<Ledger['facts']>[0], expected: string[]][] = [
          [{ kind: 'factor' }, ['oven-e/5']],
          [{ line: 'L2' }, ['oven-e/6']],
          [{ line: '' }, ['oven-e/5']],
          [{ kind: 'energy', since: 5 * MINUTE }, ['oven-e/5', 'anchor', 'oven-e/6']],
          [{ since: 5 * MINUTE + 1 }, ['oven-e/5', 'oven-e/6', 'oven-e/5']],
          [{ kind: 'energy', until: 5 * MINUTE }, ['oven-e/4']],
          [{ kind: 'energy', line: 'L1', since: 5 * MINUTE, until: 6 * MINUTE }, ['oven-e/5', 'anchor']],
          [{ kind: 'production' }, []],
        ]
        for (const [query, expected] of table)
          assert.deepEqual(ids(ledger.facts(query)), expected, JSON.stringify(query))
      })

      it('writes the same fact once, whatever the order of its keys', async () => {
        const ledger = open(store)
        await ledger.append([
          aFact(1, { body: { a: 1, b: { c: 2, d: undefined } } }),
          aFact(1, { body: { b: { c: 2 }, a: 1 } }),
        ])
        await ledger.append([aFact(1, { body: { b: { c: 2 }, a: 1 } })])
        assert.equal(ledger.verify().facts, 1)
        assert.equal(ledger.conflicts, 0)
        await ledger.append([aFact(1, { revision: 2 })])
        assert.equal(ledger.verify().facts, 2)
      })

      it('keeps the first of two facts that contradict each other, and tells', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1)])
        await ledger.append([aFact(1, { body: { kWh: 99 } }), aFact(2)])
        assert.deepEqual([...ledger.facts({})], [aFact(1), aFact(2)])
        assert.equal(ledger.conflicts, 1)
        const [{ what, id, revision, kept, refused }] = told.conflicts as [Conflict]
        assert.deepEqual([what, id, revision], ['energy', 'oven-e/1', 1])
        assert.match(kept, /^\{"body":\{.*"kWh":0\.14285714285714285/)
        assert.match(refused, /"kWh":99/)
      })

      it('keeps what a fact was when it was appended, not what became of the object', async () => {
        const ledger = open(store)
        const fact = aFact(1, { body: { kWh: 1 } })
        const written = ledger.append([fact])
        ;(fact.body as { kWh: number }).kWh = 2
        fact.to = 0
        await written
        assert.deepEqual([...ledger.facts({})], [aFact(1, { body: { kWh: 1 } })])
      })

      it('walks the facts of one moment while others are written', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1), aFact(2), aFact(3)])
        const walked: string[] = []
        for (const fact of ledger.facts({})) {
          walked.push(fact.id)
          await ledger.append([aFact(100 + walked.length)])
        }
        assert.deepEqual(walked, ['oven-e/1', 'oven-e/2', 'oven-e/3'])
        assert.equal(ledger.verify().facts, 6)
      })

      it('keeps odd texts and numbers as they are', async () => {
        const ledger = open(store)
        const odd = [
          aFact(1, { id: 'Rüsten \'\u0000" 🏭', line: '', body: { big: 1e300, tiny: 5e-324, text: '\ud800\u2028' } }),
          aFact(1, { id: 'half', from: 0.5, to: 1.25 }),
        ]
        await ledger.append(odd)
        await ledger.append([aFact(1, { id: 'lone \ud800' })])
        assert.deepEqual([...ledger.facts({})], [...odd, aFact(1, { id: 'lone \ufffd' })])
        assert.equal(ledger.verify().ok, true)
      })

      it('gives the newest revision of each record, by time, then id', async () => {
        const ledger = open(store)
        const [a, b, c] = [
          aRecord(),
          aRecord({ id: 'b', from: 1, to: 2 }),
          aRecord({ id: 'c', from: 1, to: 2, view: 'day' }),
        ]
        const restated = aRecord({ revision: 2, status: 'restated', reasons: ['factor-settled'], kWh: 40 })
        await ledger.saveRecords([a, restated, c, b])
        assert.deepEqual([...ledger.records({})], [b, c, restated])
        assert.deepEqual([...ledger.records({ view: 'day' })], [c])
        assert.deepEqual([...ledger.records({ line: 'L2' })], [])
        assert.deepEqual([...ledger.records({ from: 1, to: 2 })], [b, c])
        assert.deepEqual([...ledger.records({ from: 2 })], [restated])
        assert.deepEqual([...ledger.records({ since: 1, until: a.from })], [b, c])
        assert.deepEqual([...ledger.records({ since: 2, until: a.from + 1 })], [restated])
      })

      it('lets only a provisional record be saved again with another content', async () => {
        const ledger = open(store)
        await ledger.saveRecords([aRecord({ status: 'provisional', kWh: 1 })])
        await ledger.saveRecords([aRecord({ status: 'provisional', kWh: 2 })])
        await ledger.saveRecords([aRecord({ kWh: 3 }), aRecord({ kWh: 3 })])
        assert.equal(ledger.conflicts, 0)
        await ledger.saveRecords([aRecord({ kWh: 4 })])
        assert.equal(ledger.conflicts, 1)
        assert.deepEqual([...ledger.records({})], [aRecord({ kWh: 3 })])
      })

      it('gives the newest revision of each alert that began in the time asked for', async () => {
        const ledger = open(store)
        const cleared = anAlert({ revision: 2, state: 'cleared', clearedAt: 9 * MINUTE })
        await ledger.saveAlert(anAlert())
        await ledger.saveAlert(cleared)
        await ledger.saveAlert(anAlert({ id: 'later', from: 7 * MINUTE }))
        assert.deepEqual([...ledger.alerts(5 * MINUTE, 7 * MINUTE)], [cleared])
      })

      it('seals each fact with SHA-256 over the hash before it and its canonical JSON', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1, { body: { b: [1, null], a: 'x' } }), aFact(2)])
        const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
        const first = `{"body":{"a":"x","b":[1,null]},"from":60000,"id":"oven-e/1","kind":"energy","line":"L1","revision":1,"to":120000}`
        const head = sha(sha('0'.repeat(64) + first) + canonicalJson(aFact(2), ''))
        assert.deepEqual(ledger.verify(), { ok: true, facts: 2, head })
        assert.equal(ledger.head(), head)
      })

      it('refuses what is no fact, as a whole, and says why', async () => {
        const ledger = open(store)
        const table: [facts: Fact[], message: RegExp][] = [
          [[aFact(1), aFact(2, { id: '' })], /fact energy : id: expected a text, got ""/],
          [[aFact(1), aFact(2, { from: NaN })], /oven-e\/2: from: expected a finite number, got NaN/],
          [[aFact(1), aFact(2, { line: undefined as never })], /oven-e\/2: line: expected a text, got undefined/],
          [[aFact(1), aFact(2, { kind: 'note' as never })], /kind: expected one of energy, production.*got note/],
          [[aFact(1), aFact(2, { to: 0 })], /oven-e\/2: to: expected 120000 ms or later, got 0/],
          [
            [aFact(1), aFact(2, { body: { a: [{ b: Infinity }] } })],
            /oven-e\/2.*a\[0\]\.b: expected a finite number, got Infinity/,
          ],
          [[aFact(1), aFact(2, { body: { f: () => 1 } })], /f: expected a value that JSON can hold, got function/],
        ]
        for (const [facts, message] of table) await assert.rejects(ledger.append(facts), message)
        await assert.rejects(
          ledger.saveRecords([aRecord({ status: undefined as never })]),
          /order\/L1\/O2: status: expected a text, got undefined/,
        )
        await assert.rejects(
          ledger.saveAlert(anAlert({ from: NaN })),
          /alert\/1: from: expected a finite number, got NaN/,
        )
        assert.equal(ledger.verify().facts, 0)
        assert.deepEqual([...ledger.records({})], [])
      })
    })
  }

  describe('a SQLite ledger', () => {
    it('is the same after it was closed and opened again', async () => {
      const first = open()
      await first.append([aFact(1), aFact(2)])
      await first.saveRecords([aRecord()])
      const head = first.head()
      await first.close()
      const again = open()
      assert.deepEqual([...again.facts({})], [aFact(1), aFact(2)])
      assert.deepEqual([...again.records({})], [aRecord()])
      await again.append([aFact(3)])
      assert.notEqual(again.head(), head)
      assert.equal(again.verify().facts, 3)
    })

    it('writes what waits when it closes', async () => {
      const ledger = open()
      const written = ledger.append([aFact(1)])
      await ledger.close()
      await written
      assert.equal(verifyFile(file()).facts, 1)
      await assert.rejects(ledger.append([aFact(2)]), /closed/)
    })

    it('refuses a second opener of the same file in one process, until the first has closed it', async () => {
      const first = open()
      assert.throws(() => open(), /ledger\.sqlite is already open by the ledger "the test"/)
      await first.close()
      assert.doesNotThrow(() => open())
    })

    it('takes many facts at once and in pieces', async () => {
      const ledger = open()
      const calls = Array.from({ length: 60 }, (_, i) =>
        ledger.append(Array.from({ length: 200 }, (_, k) => aFact(i * 200 + k))),
      )
      await Promise.all(calls)
      assert.equal(ledger.verify().facts, 12_000)
    })

    it('lets no one change or delete a fact through SQL', async () => {
      await open().append([aFact(1)])
      const raw = new DatabaseSync(file())
      assert.throws(() => raw.exec("UPDATE facts SET line = 'L9'"), /append-only/)
      assert.throws(() => raw.exec('DELETE FROM facts'), /append-only/)
      assert.throws(() => raw.exec('UPDATE facts SET revision = 1 WHERE seq = 1'), /append-only/)
      raw.close()
    })

    it('shows the newest records to any SQL tool', async () => {
      await open().saveRecords([aRecord(), aRecord({ revision: 2, status: 'restated', kWh: 40 })])
      const raw = new DatabaseSync(file(), { readOnly: true })
      const rows = raw.prepare('SELECT "order", from_utc, status, kWh, kgCO2e, good FROM newest_records').all()
      raw.close()
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [{ order: 'O2', from_utc: '2026-03-02T10:05:00.000Z', status: 'restated', kWh: 40, kgCO2e: 6.81, good: 350 }],
      )
    })

    it('appends to the chain of another process that wrote in between', async () => {
      const ledger = open()
      await ledger.append([aFact(1)])
      const script = `const { SqliteLedger } = await import(${JSON.stringify(new URL('../../nodes/stores/sqlite.ts', import.meta.url).href)})
        const { aFact } = await import(${JSON.stringify(new URL('fixtures/facts.ts', import.meta.url).href)})
        const l = new SqliteLedger(${JSON.stringify(file())}, {}); await l.append([aFact(2)]); await l.close()`
      execFileSync(process.execPath, ['--input-type=module', '-e', script])
      await ledger.append([aFact(3)])
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2', 'oven-e/3'])
      assert.equal(ledger.verify().ok, true)
    })
  })

  describe('an outage', () => {
    it('of a locked file lets facts wait, tells once, and ends by itself', async () => {
      const ledger = open()
      await ledger.append([aFact(1)])
      const other = new DatabaseSync(file())
      other.exec('BEGIN IMMEDIATE')
      const written = ledger.append([aFact(2)])
      await told.next()
      assert.match(told.faults[0]!, /ledger .*ledger\.sqlite: database is locked/)
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'])
      const recovered = told.next()
      other.exec('COMMIT')
      other.close()
      await Promise.all([written, recovered])
      assert.deepEqual([told.faults.length, told.recoveries], [1, 1])
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2'])
      assert.equal(ledger.verify().ok, true)
    })

    it('in the middle of a batch leaves nothing half-written', async () => {
      const ledger = open()
      await ledger.append([aFact(1)])
      const other = new DatabaseSync(file())
      other.exec(`CREATE TRIGGER full BEFORE INSERT ON facts WHEN NEW.id = 'oven-e/3'
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
      const written = Promise.all([ledger.append([aFact(2)]), ledger.append([aFact(3), aFact(4)])])
      await told.next()
      assert.match(told.faults[0]!, /disk is full/)
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'])
      other.exec('DROP TRIGGER full')
      other.close()
      await written
      assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2', 'oven-e/3', 'oven-e/4'])
      assert.equal(ledger.verify().ok, true)
    })

    const strangers: [what: string, make: (path: string) => void, message: RegExp][] = [
      ['a damaged file', (path) => writeFileSync(path, 'x'.repeat(5000)), /file is not a database/],
      [
        'another database',
        (path) => anotherDatabase(path, 'CREATE TABLE mine (x)'),
        /expected a carbon ledger, got another/,
      ],
      ['the file of a newer release', newerLedger, /expected schema version 1 or lower, got 99/],
    ]
    for (const [what, make, message] of strangers) {
      it(`by ${what} lets facts wait, and ends when it is moved away`, async () => {
        make(file())
        const fault = told.next()
        const ledger = open()
        const written = ledger.append([aFact(1)])
        await fault
        assert.match(told.faults[0]!, message)
        assert.throws(() => [...ledger.facts({})])
        rmSync(file())
        await Promise.all([ledger.ready(), written])
        assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'])
      })
    }

    it('that lasts until the end rejects what could not be written', async () => {
      const ledger = open()
      const other = new DatabaseSync(file())
      other.exec('BEGIN IMMEDIATE')
      const written = assert.rejects(
        ledger.append([aFact(1)]),
        /closed before it could be written: .*database is locked/,
      )
      await ledger.close()
      await written
      other.close()
    })

    it('does not fill the memory: beyond its bound append refuses', async () => {
      const ledger = open()
      const fact = aFact(1)
      const many = Array.from<Fact>({ length: MOST_WAITING + 1 }).fill(fact)
      await assert.rejects(ledger.append(many), /expected at most 200000 entries to wait for the disk, got 200001/)
      await ledger.append([fact])
      assert.equal(ledger.verify().facts, 1)
    })
  })

  describe('the chain', () => {
    const tampering: [what: string, sql: string, broken: number | undefined][] = [
      ['a changed figure', `UPDATE facts SET body = replace(body, '"kWh":', '"kWh":1') WHERE seq = 3`, 3],
      ['a moved interval', 'UPDATE facts SET "to" = "to" + 1 WHERE seq = 5', 5],
      ['a changed line', `UPDATE facts SET line = 'L2' WHERE seq = 1`, 1],
      ['a fact that was taken out', 'DELETE FROM facts WHERE seq = 4', 5],
      [
        'a fact that was taken out and closed up',
        'DELETE FROM facts WHERE seq = 4; UPDATE facts SET seq = seq - 1 WHERE seq > 4',
        4,
      ],
      [
        'an added fact',
        `INSERT INTO facts SELECT 11, kind, 'made up', revision, line, "from", "to", body, hash FROM facts WHERE seq = 10`,
        11,
      ],
      ['no change', 'SELECT 1', undefined],
    ]
    for (const [what, sql, broken] of tampering) {
      it(`shows ${what}`, async () => {
        const ledger = open()
        await ledger.append(Array.from({ length: 10 }, (_, n) => aFact(n)))
        await ledger.close()
        const copy = file('copy.sqlite')
        copyFileSync(file(), copy)
        anotherDatabase(copy, `DROP TRIGGER facts_are_not_changed; DROP TRIGGER facts_are_not_deleted; ${sql}`)
        assert.equal(verifyFile(copy).firstBroken, broken)
        const { status, stdout } = spawnSync(process.execPath, [cli, 'verify', copy], { encoding: 'utf8' })
        assert.equal(status, broken === undefined ? 0 : 1)
        assert.match(
          stdout,
          broken === undefined ? /^ok: 10 facts, head [0-9a-f]{64}/ : new RegExp(`^broken at row ${broken}:`),
        )
      })
    }

    const refusals: [args: string[], status: number, says: RegExp][] = [
      [[], 2, /mes-carbon verify <ledger file>/],
      [['verify'], 2, /mes-carbon verify <ledger file>/],
      [['verify', '/no/such/file'], 2, /expected a ledger file, got nothing at \/no\/such\/file/],
      [['verify', cli], 1, /file is not a database/],
    ]
    for (const [args, status, says] of refusals) {
      it(`is checked by a command that ends with ${status} for "${args.map((a) => a.split('/').at(-1)).join(' ')}"`, () => {
        const end = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
        assert.equal(end.status, status)
        assert.match(end.stderr, says)
      })
    }
  })

  it('loses no acknowledged fact when its process is killed, and goes on from there', async function () {
    this.timeout(60_000)
    let acknowledged = 0
    for (let round = 0; round < 6; round++) {
      acknowledged = await killedWhileWriting(file(), acknowledged, 50 + round * 170)
      const { ok, facts } = verifyFile(file())
      assert.equal(ok, true)
      const ledger = open()
      const known = new Set(ids(ledger.facts({})))
      for (let n = 0; n < acknowledged; n++) assert.ok(known.has(`oven-e/${n}`), `fact ${n} of ${facts}`)
      await ledger.close()
    }
  })
})

/** Kills a writing process once it has acknowledged `more` facts; gives how many were acknowledged without a gap. */
function killedWhileWriting(path: string, start: number, more: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, path, String(start)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      text += data
      if (text.split('\n').length > more) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => {
      const said = text.split('\n').slice(0, -1).map(Number)
      assert.deepEqual(
        said,
        said.map((_, i) => start + i),
        'acknowledged in order',
      )
      resolve(start + said.length)
    })
  })
}

function anotherDatabase(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

function newerLedger(path: string): void {
  anotherDatabase(path, `CREATE TABLE facts (x); PRAGMA application_id = ${0x4d434c47}; PRAGMA user_version = 99`)
}
