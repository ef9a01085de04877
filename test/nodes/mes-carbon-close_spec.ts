import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import helper from 'node-red-node-test-helper'
import { SqliteLedger } from '../../nodes/stores/sqlite.ts'
import { at, runAuditLine } from './audit-line.ts'
import { aFact } from './fixtures/facts.ts'
import { rowsOf, sql } from './fixtures/ledger-bench.ts'
import { run } from './fixtures/run-command.ts'
import { silent } from './ledger-of.ts'

const GUARDS = ['facts', 'seals', 'anchors'].flatMap((t) => [`${t}_are_not_changed`, `${t}_are_not_deleted`])
const FREE = GUARDS.map((name) => `DROP TRIGGER ${name};`).join(' ')

/** Two days of a line, closed at the end of the first and in the middle of the second, then archived in two steps. */
describe('mes-carbon on closed time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mes-carbon-'))
  const file = (name: string): string => join(folder, name)
  const [open, closed, compacted, twice] = ['open', 'closed', 'compacted', 'twice'].map((name) => file(name))
  const [first, second] = [file('archives/first'), file('archives/second')]
  const said: Record<string, string> = {}

  before(async function () {
    this.timeout(60_000)
    await helper.startServer()
    const lines = await runAuditLine(open!)
    await helper.stopServer()
    assert.deepEqual(
      lines.flatMap((line) => line.faults),
      [],
    )
    copyFileSync(open!, closed!)
    said['close'] = await ok('close', closed!, '--until', '2026-03-03')
    await writeTo(closed!, (ledger) => ledger.append([settled(at(1, '11:00'))]))
    await ok('close', closed!, '--until', '2026-03-03T14:00:00Z')
    // A month has passed before anything goes.
    await writeTo(closed!, (ledger) => ledger.append([aFact(1, { from: at(41, '00:00'), to: at(41, '01:00') })]))
    copyFileSync(closed!, compacted!)
    said['compact'] = await ok('compact', compacted!, '--before', '2026-03-03T10:00:00Z', '--archive', first)
    copyFileSync(compacted!, twice!)
    await ok('compact', twice!, '--before', '2026-03-04', '--archive', second)
  })
  after(() => rmSync(folder, { recursive: true }))

  async function ok(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await run(...args)
    assert.equal(status, 0, stdout + stderr)
    return stdout
  }

  async function writeTo(path: string, write: (ledger: SqliteLedger) => Promise<void>): Promise<void> {
    const ledger = new SqliteLedger(path, silent)
    await write(ledger)
    await ledger.close()
  }

  /** A factor of the first day that was settled much higher, long after. */
  function settled(from: number) {
    const [found] = rowsOf(
      open!,
      `SELECT * FROM facts WHERE kind = 'factor' AND "from" = ${from} AND revision = 0
      AND body LIKE '%"carrier":"electricity"%'`,
    )
    const { id, to, body } = found as { id: string; to: number; body: string }
    const row = { ...(JSON.parse(body) as object), kgPerKWh: 0.9, revision: 7 }
    return { kind: 'factor' as const, id: id.replace(/#\d+$/, '#7'), revision: 7, line: '', from, to, body: row }
  }

  function tampered(path: string, change: string): string {
    const copy = file('copy')
    copyFileSync(path, copy)
    sql(copy, `${FREE} ${change}`)
    return copy
  }

  const count = (path: string, where: string): number =>
    Number(
      rowsOf(
        path,
        `SELECT count(*) AS n FROM records AS r WHERE status <> 'provisional' AND
          revision = (SELECT max(revision) FROM records WHERE id = r.id) AND ${where}`,
      )[0]!['n'],
    )

  describe('close', () => {
    it('says what it closed and the seal that stands for it', () => {
      const [{ facts, seq, hash, seal }] = rowsOf(closed!, 'SELECT * FROM seals WHERE n = 1') as unknown as [
        Record<string, string>,
      ]
      const records = count(closed!, 'seal = 1')
      const expected = ['n        1', 'until    2026-03-03T00:00:00Z', `facts    ${facts}, up to row ${seq}`]
      expected.push(`records  ${records}`, `head     ${hash}`, `seal     ${seal}`)
      assert.equal(said['close'], `${expected.join('\n')}\n`)
    })

    it('closes a file that a ledger has open, which sees it at once and goes on', async () => {
      const path = tampered(open!, 'SELECT 1')
      const ledger = new SqliteLedger(path, silent)
      const written = Array.from({ length: 20 }, (_, n) => ledger.append([aFact(n)]))
      await ok('close', path, '--until', '2026-03-03')
      await Promise.all(written)
      assert.equal(ledger.sealedUntil(), at(2, '00:00'))
      await ledger.append([aFact(99)])
      assert.equal(ledger.verify().ok, true)
      await ledger.close()
    })

    it('waits while another program holds the file', async () => {
      const path = tampered(open!, 'SELECT 1')
      const other = new DatabaseSync(path)
      other.exec('BEGIN IMMEDIATE')
      const closing = run('close', path, '--until', '2026-03-03')
      setTimeout(() => other.exec('COMMIT'), 300)
      assert.equal((await closing).status, 0)
      other.close()
    })
  })

  describe('replay', () => {
    it('reckons a closed record from the facts that were there when it was closed', async () => {
      const lasting = count(closed!, 'adjusts IS NULL')
      assert.match(await ok('replay', closed!), new RegExp(`^ok: ${lasting} records agree`))
      await writeTo(tampered(open!, 'SELECT 1'), (ledger) => ledger.append([settled(at(1, '11:00'))]))
      const { stdout } = await run('replay', file('copy'), '--view', 'order')
      assert.match(stdout, /^order\|L1\|O12 revision \d+: .*\n1 of \d+ records differ/, 'it counts where all is open')
    })

    const archived: [what: string, path: () => string, archives: string][] = [
      ['the first period', () => compacted!, first],
      ['both periods, one after the other', () => twice!, `${first}, ${second}`],
    ]
    for (const [what, path, archives] of archived) {
      it(`after ${what} went, finds every record of the time that stays, and says where the facts of others are`, async () => {
        const until = Number(rowsOf(path(), 'SELECT max(until) AS at FROM anchors')[0]!['at'])
        const [held, gone] = [count(path(), `"from" >= ${until}`), count(path(), `"from" < ${until}`)]
        assert.ok(held > 50 && gone > 5, `${held} held, ${gone} gone`)
        const stdout = await ok('replay', path())
        assert.match(stdout, new RegExp(`^ok: ${held} records agree `))
        assert.ok(stdout.endsWith(`; ${gone} passed over, as their facts are in ${archives}\n`), stdout)
      })
    }

    it('finds a record of the time that stays that was changed', async () => {
      const change = `UPDATE records SET body = json_set(body, '$.kWh', 1) WHERE id = 'order|L1|O23'`
      const { status, stdout } = await run('replay', tampered(compacted!, change), '--view', 'order')
      assert.match(stdout, /^order\|L1\|O23 revision \d+: kWh: told 1, reckoned/)
      assert.equal(status, 1)
    })

    const withArchives: [what: string, path: () => string, archive: () => string][] = [
      ['an archive', () => compacted!, () => first],
      ['a folder of archives', () => twice!, () => file('archives')],
    ]
    for (const [what, path, archive] of withArchives) {
      it(`reads ${what}, and finds every record that there ever was`, async () => {
        assert.equal(await ok('replay', path(), '--archive', archive()), await ok('replay', closed!))
      })
    }

    it('reads the newer of two archives alone, for the time that it holds', async () => {
      assert.match(await ok('replay', twice!, '--archive', second), /^ok: \d{3} records .* passed over, as .*first\n$/)
    })

    it('refuses an archive that somebody changed', async () => {
      const facts = join(second, 'facts.jsonl')
      const kept = file('kept')
      copyFileSync(facts, kept)
      writeFileSync(facts, 'one line more\n', { flag: 'a' })
      const { status, stderr } = await run('replay', twice!, '--archive', second)
      copyFileSync(kept, facts)
      assert.match(stderr, /facts\.jsonl: expected the SHA-256 [0-9a-f]{64} of its manifest, got [0-9a-f]{64}/)
      assert.equal(status, 1)
    })
  })

  describe('explain', () => {
    it('says that the facts of a record are in the archive, and where', async () => {
      const { status, stdout } = await run('explain', compacted!, 'order|L1|O12')
      assert.match(stdout, new RegExp(`\n {2}its facts are in the archive: give it by --archive ${first}\n\nfigures\n`))
      assert.equal(status, 1)
    })

    it('leads to the readings when it is given', async () => {
      const stdout = await ok('explain', compacted!, 'order|L1|O12', '--archive', first)
      assert.match(stdout, /agrees byte for byte/)
      assert.match(stdout, /\n {2}oven-e {2}2026-03-02T10:10:00Z {2}2026-03-02T10:20:00Z +3\.4\d+ {2}measured/)
    })
  })

  it('evidence says of how many records the facts have gone', async () => {
    const out = file('evidence')
    const period = ['--from', '2026-03-02', '--to', '2026-03-03']
    const stdout = await ok('evidence', compacted!, ...period, '--out', out)
    const gone = Number(
      /0 records differ from their facts; the facts of (\d+) records are in an archive/.exec(stdout)![1],
    )
    const { counts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { counts: { archived: number } }
    assert.ok(gone > 5)
    assert.equal(counts.archived, gone)
  })

  describe('compact', () => {
    it('says what went, what was carried forward, and where it lies', () => {
      const [{ seq, carried }] = rowsOf(
        compacted!,
        'SELECT seq, carriedTo - carriedFrom + 1 AS carried FROM anchors',
      ) as [{ seq: number; carried: number }]
      const stdout = said['compact']!
      assert.match(stdout, new RegExp(`^until {12}2026-03-03T00:00:00Z\nfacts {12}${seq}\nrecords {10}\\d+\n`))
      assert.ok(stdout.endsWith(`\ncarried forward  ${carried}\narchive          ${first}\n`))
      // How many depends on the order in which the stations come to write.
      assert.ok(carried > 0 && carried < seq, `${carried} of ${seq}`)
    })
  })

  describe('verify', () => {
    const tampering: [what: string, path: () => string, change: string, says: RegExp][] = [
      ['nothing', () => closed!, 'SELECT 1', /^ok: \d{4} facts, head [0-9a-f]{64}, 2 closed periods\n$/],
      [
        'nothing, after the older facts went',
        () => compacted!,
        'SELECT 1',
        /^ok: \d+ facts from row \d+ on, older ones are in the archive, head [0-9a-f]{64}, 2 closed periods\n$/,
      ],
      [
        'a closed record',
        () => closed!,
        `UPDATE records SET body = replace(body, '"kWh":', '"kWh":1') WHERE id = 'order|L1|O12'`,
        /^seal 1 does not hold: after period 1 was closed, one of its records was changed, .*; 0 seals before it hold\nrecord: record order\|L1\|O12 revision \d+ was changed after it was saved\n/,
      ],
      [
        'a seal',
        () => closed!,
        'UPDATE seals SET until = until + 1 WHERE n = 2',
        /^seal 2 .* 1 seals before it hold\n/,
      ],
      [
        'a fact',
        () => closed!,
        `UPDATE facts SET "to" = "to" + 1 WHERE seq = 100`,
        /^broken at row 100: 99 facts before it hold, the last of them sealed by [0-9a-f]{64}\n/,
      ],
      [
        'a record that stayed for good',
        () => compacted!,
        `DELETE FROM records WHERE id = 'order|L1|O12'`,
        /^seal 1 does not hold/,
      ],
      [
        'what says where the chain begins',
        () => compacted!,
        'DELETE FROM anchors',
        /^broken at row \d+: it does not follow from what lies before it\n/,
      ],
    ]
    for (const [what, path, change, says] of tampering) {
      it(`of a file where somebody changed ${what}`, async () => {
        const { status, stdout } = await run('verify', tampered(path(), change))
        assert.match(stdout, says)
        assert.equal(status, stdout.startsWith('ok') ? 0 : 1)
      })
    }
  })

  it('stats shows what is closed, what is archived, and the letters that wait', async () => {
    await writeTo(tampered(twice!, 'SELECT 1'), async (ledger) => {
      const letter = { target: 'folder /esg', created: at(2, '00:00'), filename: 'a', document: 'x', about: {} }
      await ledger.post([letter, { ...letter, filename: 'b', created: at(1, '00:00') }])
      const [{ id }] = [...ledger.undelivered('folder /esg')] as unknown as [{ id: string }]
      await ledger.failed(id, 'no such folder')
    })
    const stdout = await ok('stats', file('copy'))
    assert.match(
      stdout,
      /\nclosed periods\n.*\n {5}1 {2}2026-03-03T00:00:00Z +\d+ +\d+ +\d+\n {5}2 {2}2026-03-03T14:00/,
    )
    assert.match(stdout, /\narchived time\n.*\n +1 {2}2026-03-0[23]T.*first\n +2 .*second\n/)
    assert.match(stdout, /\nletters that wait\n.*\n {2}folder \/esg +2 {2}2026-03-02T00:00:00Z {2}no such folder\n$/)
  })

  const until = '2026-03-03T14:00:00Z'
  const refusals: [args: () => string[], status: number, says: RegExp][] = [
    [() => ['close', closed!], 2, /--until: expected a time, got nothing/],
    [
      () => ['close', closed!, '--until', until],
      1,
      /expected a time after 2026-03-03T14:00.* closed already, got 2026/,
    ],
    [
      () => ['close', open!, '--until', '2026-03-09'],
      1,
      /--until: expected a time up to 2026-03-03T23:0\d:\d\dZ, the newest measurement, got 2026-03-09T00:00:00Z/,
    ],
    [() => ['compact', closed!, '--before', until], 2, /--archive: expected a folder, got nothing/],
    [
      () => ['compact', closed!, '--before', '2026-04-11', '--archive', file('x')],
      1,
      /--before: expected a time up to 2026-03-11T01:00:00Z, 31 days before the newest measurement, .* got 2026-04-11/,
    ],
    [
      () => ['compact', closed!, '--before', '2026-03-02', '--archive', file('x')],
      1,
      /--before: expected 2026-03-03T00:00:00Z or later, the end of the next closed period, got 2026-03-02/,
    ],
    [
      () => ['compact', twice!, '--before', '2026-03-05', '--archive', file('x')],
      1,
      /expected a closed period that is not in an archive yet, got none/,
    ],
    [
      () => ['compact', closed!, '--before', '2026-03-05', '--archive', first],
      2,
      /--archive: expected a new folder, got .*first/,
    ],
    [
      () => ['replay', closed!, '--archive', first],
      1,
      /expected an archive of this ledger, or a folder of them, got .*first/,
    ],
  ]
  for (const [i, [args, status, says]] of refusals.entries()) {
    it(`refuses ${i + 1}: ${String(says)}`, async () => {
      const end = await run(...args())
      assert.match(end.stderr, says)
      assert.equal(end.status, status)
    })
  }
})
