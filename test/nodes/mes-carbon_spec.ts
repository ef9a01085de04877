import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import helper from 'node-red-node-test-helper'
import { progressText } from '../../nodes/carbon-ledger/commands/progress.ts'
import { table } from '../../nodes/carbon-ledger/commands/table.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { runAuditLine } from './audit-line.ts'
import { CLI, run } from './fixtures/run-command.ts'

const NO_TRIGGERS = 'DROP TRIGGER facts_are_not_changed; DROP TRIGGER facts_are_not_deleted;'

describe('mes-carbon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mes-carbon-'))
  const ledger = join(folder, 'ledger.sqlite')
  let told: Carbon[]
  before(async function () {
    this.timeout(60_000)
    await helper.startServer()
    const lines = await runAuditLine(ledger)
    assert.deepEqual(
      lines.flatMap((line) => line.faults),
      [],
    )
    told = lines.flatMap((line) => line.records)
  })
  after(async () => {
    await helper.stopServer()
    rmSync(folder, { recursive: true })
  })

  /** A copy that somebody changed behind the ledger's back. */
  const tampered = (sql: string): string => {
    const copy = join(folder, 'copy.sqlite')
    copyFileSync(ledger, copy)
    const db = new DatabaseSync(copy)
    db.exec(sql)
    db.close()
    return copy
  }

  describe('replay', () => {
    it('finds every record of two eventful days, told by the real nodes over a restart, byte for byte', async () => {
      const { status, stdout } = await run('replay', ledger)
      assert.match(stdout, /^ok: (\d+) records agree byte for byte with their facts; \d+ passed over/)
      assert.equal(status, 0)
      const lasting = new Set(told.filter((r) => r.status !== 'provisional').map((r) => r.id))
      assert.equal(Number(/\d+/.exec(stdout)![0]), lasting.size)
    })

    it('looks at one view of a time', async () => {
      const { stdout } = await run(
        'replay',
        ledger,
        '--view',
        'order',
        '--from',
        '2026-03-03',
        '--to',
        '2026-03-03T12:00:00Z',
      )
      assert.match(stdout, /^ok: 3 records agree/)
    })

    const figures: [what: string, path: string, to: string, says: RegExp][] = [
      ['energy', '$.kWh', '1', /^order\|L1\|O12 revision \d+: kWh: told 1, reckoned 182\.8/],
      ['a bucket', '$.buckets[0].kWh', '2.5', /: buckets\[0\]\.kWh: told 2\.5, reckoned/],
      ['units', '$.units.good', '9999', /: units\.good: told 9999, reckoned 2012\.05/],
      ['coverage', '$.coverage.energy', '0.5', /: coverage\.energy: told 0\.5, reckoned 1/],
      ['a bound', '$.to', '1772460000001', /: .*/],
      ['the plant model', '$.plant', `'plant|0'`, /: plant: told "plant\|0", reckoned no such plant model/],
    ]
    for (const [what, path, to, says] of figures) {
      it(`finds ${what} that was changed in a record, and says where`, async () => {
        const newest = `(SELECT max(revision) FROM records WHERE id = 'order|L1|O12')`
        const change = `body = json_set(body, '${path}', ${to})`
        const copy = tampered(`UPDATE records SET ${change} WHERE id = 'order|L1|O12' AND revision = ${newest}`)
        const { status, stdout } = await run('replay', copy)
        assert.match(stdout, says)
        assert.match(stdout, /\n1 of \d+ records differ from their facts, \d+ agree/)
        assert.equal(status, 1)
      })
    }

    it('passes over a record that still moves', async () => {
      assert.match((await run('replay', ledger, '--view', 'day')).stdout, /^ok: 1 records agree .*; 1 passed over/)
    })
  })

  describe('verify', () => {
    it('says the number of facts and the head, and that a changed reading breaks the chain at its row', async () => {
      assert.match((await run('verify', ledger)).stdout, /^ok: \d{4} facts, head [0-9a-f]{64}\n$/)
      const change = `UPDATE facts SET body = json_set(body, '$.kWh', 1) WHERE seq = 100`
      const { status, stdout } = await run('verify', tampered(`${NO_TRIGGERS} ${change}`))
      assert.match(stdout, /^broken at row 100: 99 facts before it hold/)
      assert.equal(status, 1)
    })
  })

  describe('explain', () => {
    it('leads from a figure to the readings, the cuts and the factor rows', async () => {
      const { status, stdout } = await run('explain', ledger, 'order|L1|O12')
      assert.equal(status, 0)
      const expected = [
        /^order\|L1\|O12\n {2}revision \d+, (final|restated)( \(.*\))?\n {2}2026-03-02T10:12:00Z to 2026-03-02T13:40:00Z/,
        /agrees byte for byte/,
        /\n {2}energy +182\.8\d+ {2}kWh\n/,
        /= 37\.02\d+ kg CO₂e; ÷ 2012\.05 good units = 0\.0184\d+ kg per unit/,
        /\n {2}oven-e {2}2026-03-02T10:10:00Z {2}2026-03-02T10:20:00Z +3\.4\d+ {2}measured {2}1104\.9\d+ → 1108\.3\d+ kWh/,
        /\n {2}main less oven-e {2}2026-03-02T10:12:00Z {2}2026-03-02T10:15:00Z +-1\.02/,
        /\n {2}F1 +0\.2299\d+ {2}2026-03-02T10:00:00Z {2}2026-03-02T10:30:00Z {2}location {2}direct +measured/,
      ]
      for (const pattern of expected) assert.match(stdout, pattern, `${pattern} in ${stdout.slice(0, 300)}`)
    })

    it('gives the parts to a machine, and they add up to the figure', async () => {
      const { record, readings } = JSON.parse((await run('explain', ledger, 'order|L1|O12', '--json')).stdout) as {
        record: Carbon
        readings: { parts: { kWh: number }[] }[]
      }
      const sum = readings.flatMap((r) => r.parts).reduce((kWh, part) => kWh + part.kWh, 0)
      assert.ok(Math.abs(sum - record.kWh) < 1e-9 * sum)
    })

    it('says so where the figure does not follow from the facts', async () => {
      const copy = tampered(`UPDATE records SET body = json_set(body, '$.kWh', 1) WHERE id = 'order|L1|O12'`)
      const { status, stdout } = await run('explain', copy, 'order|L1|O12')
      assert.match(stdout, /DIFFERS from what the facts give: kWh: told 1, reckoned 182\.8/)
      assert.equal(status, 1)
    })
  })

  describe('export', () => {
    it('writes CSV with a header and one line per lasting record', async () => {
      const { stdout, stderr } = await run('export', ledger, '--csv', '--from', '2026-03-02', '--to', '2026-03-03')
      const [header, ...rows] = stdout.trimEnd().split('\r\n')
      assert.match(header!, /^record id,revision,status/)
      assert.deepEqual(
        rows.map((row) => row.split(',')[0]),
        ['shift|L1|2026-03-02|early', 'shift|L1|2026-03-02|late'],
      )
      assert.match(stderr, /^2 records of the view shift; 0 provisional and 2 across a bound of the period left out/)
    })

    it('writes JSON Lines to a file', async () => {
      const out = join(folder, 'orders.jsonl')
      await run('export', ledger, '--jsonl', '--view', 'order', '--out', out)
      const records = readFileSync(out, 'utf8').trimEnd().split('\n')
      assert.equal((JSON.parse(records[0]!) as { type: string }).type, 'esg-record')
      assert.equal(records.length, 13)
    })
  })

  describe('evidence', () => {
    const out = join(folder, 'evidence')
    before(async () => {
      const { status, stdout } = await run(
        'evidence',
        ledger,
        '--from',
        '2026-03-02',
        '--to',
        '2026-03-03',
        '--out',
        out,
      )
      assert.match(stdout, /\d+ records and \d+ facts, 0 records differ from their facts/)
      assert.equal(status, 0)
    })
    const linesOf = (name: string): string[] => readFileSync(join(out, name), 'utf8').trimEnd().split('\n')
    const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

    it('names every file with its SHA-256', () => {
      const { files } = JSON.parse(linesOf('manifest.json').join('')) as { files: { file: string; sha256: string }[] }
      const names = ['README.txt', 'factors.jsonl', 'facts.jsonl', 'records.csv', 'records.jsonl', 'seals.json']
      const found = readdirSync(out).filter((name) => !name.startsWith('plant-'))
      assert.deepEqual(found.sort(), [...names, 'manifest.json'].sort())
      assert.equal(files.length, names.length + 1)
      for (const { file, sha256: stated } of files) assert.equal(sha256(readFileSync(join(out, file))), stated, file)
    })

    it('holds facts that can be checked one by one as README.txt says', () => {
      for (const line of linesOf('facts.jsonl')) {
        const [head, fact] = [line.slice(0, line.indexOf(',"fact":')), line.slice(line.indexOf(',"fact":') + 8, -1)]
        const { previous, hash } = JSON.parse(`${head}}`) as { previous: string; hash: string }
        assert.equal(sha256(previous + fact), hash)
      }
    })

    it('holds every factor row that its records name, with source and licence', () => {
      const rows = linesOf('factors.jsonl').map((line) => JSON.parse(line) as { source: { licence: string } })
      assert.ok(rows.length > 40)
      assert.ok(rows.every((row) => typeof row.source.licence === 'string'))
    })

    it('is not laid over what is there', async () => {
      const { status, stderr } = await run(
        'evidence',
        ledger,
        '--from',
        '2026-03-02',
        '--to',
        '2026-03-03',
        '--out',
        out,
      )
      assert.match(stderr, /--out: expected a folder that is empty or not there, got /)
      assert.equal(status, 2)
    })
  })

  describe('stats', () => {
    it('counts facts, time and records', async () => {
      const { stdout } = await run('stats', ledger)
      assert.match(stdout, /\n {2}L1 {4}2026-03-02T05:00:00Z {2}2026-03-03T23:02:00Z +\d+\n/)
      assert.match(stdout, /\n {2}order +1 +\d+ +\d+\n/)
      const found = JSON.parse((await run('stats', ledger, '--json')).stdout) as { facts: Record<string, number> }
      assert.equal(found.facts['plant'], 1)
      assert.equal(found.facts['context'], 33)
    })
  })

  const refusals: [args: string[], status: number, says: RegExp][] = [
    [[], 2, /expected one of verify, replay, explain, export, evidence, stats, close, compact, got nothing/],
    [['audit', 'x'], 2, /expected one of verify, .*, got audit/],
    [['replay'], 2, /mes-carbon replay: ledger file: expected one, got nothing/],
    [['replay', '/no/such/file'], 2, /expected a ledger file, got nothing at \/no\/such\/file/],
    [['replay', CLI], 1, /cli\.ts: file is not a database/],
    [['replay', ledger, '--view', 'week'], 2, /--view: expected one of window, shift, .*, got week/],
    [['replay', ledger, '--from', 'monday'], 2, /--from: expected epoch milliseconds, or ISO 8601 .*, got "monday"/],
    [['replay', ledger, '--from', '2026-03-03', '--to', '2026-03-02'], 2, /--to: expected a time after 2026-03-03T/],
    [
      ['replay', ledger, '--speed', '3'],
      2,
      /option: expected one of --from, --to, --view, --archive, --help, got --speed/,
    ],
    [['replay', ledger, 'more'], 2, /expected 1 arguments, got "more" besides/],
    [['stats', ledger, '--json=yes'], 2, /--json: expected no value/],
    [['explain', ledger, 'order|L1|O99'], 1, /record id: expected one of the ledger, got "order\|L1\|O99"/],
    [['export', ledger], 2, /expected --csv or --jsonl, got none/],
    [['evidence', ledger, '--out', 'x'], 2, /--from: expected a time, got nothing/],
  ]
  for (const [args, status, says] of refusals) {
    it(`ends with ${status} for "${args.map((arg) => arg.split('/').at(-1)).join(' ')}"`, async () => {
      const end = await run(...args)
      assert.match(end.stderr, says)
      assert.equal(end.status, status)
    })
  }

  it('tells of itself and of each command', async () => {
    assert.match((await run('--help')).stdout, /mes-carbon replay <ledger file>.*\n.*Reckons every lasting record/)
    for (const command of ['verify', 'replay', 'explain', 'export', 'evidence', 'stats', 'close', 'compact']) {
      const { status, stdout } = await run(command, '--help')
      assert.match(stdout, new RegExp(`^mes-carbon ${command} <ledger file>`))
      assert.equal(status, 0)
    }
  })

  it('reads a ledger that another program is writing at this moment', async () => {
    const writer = new DatabaseSync(ledger)
    writer.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
    try {
      assert.equal((await run('replay', ledger, '--view', 'shift')).status, 0)
    } finally {
      writer.exec('ROLLBACK')
      writer.close()
    }
  })

  it('says which Node.js it needs, where this one has no SQLite', () => {
    const args = ['--no-experimental-sqlite', CLI, 'stats', ledger]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.match(stderr, /mes-carbon stats: expected Node\.js 22\.13 or newer, which has SQLite, got v/)
    assert.equal(status, 1)
  })

  it('draws how far it has come, with rate and time left', () => {
    assert.equal(
      progressText(0.25, { count: 1_000_000, unit: 'facts', ms: 10_000 }),
      '[######------------------]  25 %  1,000,000 facts  100,000/s  30 s left',
    )
  })

  it('sets numbers to the right, each to its last digit', () => {
    assert.equal(
      table(
        ['what', 'kWh'],
        [
          ['oven', 0.1],
          ['all', 1000],
        ],
      ),
      '  what   kWh\n  oven   0.1\n  all   1000',
    )
  })
})
