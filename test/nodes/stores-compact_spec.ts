import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import { replay } from '../../nodes/core/per-unit/replay.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { openFacts } from '../../nodes/shared/ledger-facts.ts'
import type { Manifest } from '../../nodes/stores/archive.ts'
import type { Compacted, Ledger } from '../../nodes/stores/ledger.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { HOUR, KeptLine, T0, inputsOf, options, plant } from './fixtures/kept-line.ts'
import { aFact, aRecord } from './fixtures/facts.ts'
import { ledgerBench, rowsOf, sql } from './fixtures/ledger-bench.ts'

const DAY = 24 * HOUR
const sha = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const GENESIS = '0'.repeat(64)
const lines = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')

/** Days of one meter, an interval an hour, each day closed; a plant, a yearly factor and a job that stand throughout. */
async function filled(ledger: Ledger, days: number): Promise<void> {
  const standing = { ...{ revision: 0, line: '', from: 0, to: 0 }, body: {} }
  const job = { type: 'job', action: 'start', line: 'L1', at: 0, order: 'O1', revision: 0 }
  await ledger.append([
    { ...standing, kind: 'plant', id: 'plant|1' },
    { ...standing, kind: 'factor', id: 'year', to: 365 * DAY },
    { ...standing, kind: 'factor', id: 'hour', to: HOUR },
    { ...standing, kind: 'context', id: 'job', line: 'L1', body: job },
  ])
  for (let n = 1; n <= days; n++) {
    const from = (n - 1) * DAY
    const hours = Array.from({ length: 24 }, (_, h) => ({ from: from + h * HOUR, to: from + (h + 1) * HOUR }))
    await ledger.append(hours.map((span) => aFact(0, { id: `e/${span.from}`, ...span })))
    const buckets = [{ state: 'idle', meter: 'oven-e', carrier: 'electricity', kWh: 1, kgCO2e: 1, hours: 1 }]
    await ledger.saveRecords([
      ...hours.map((span) => aRecord({ id: `w/${span.from}`, view: 'window', buckets, ...span })),
      aRecord({ id: `day/${n}`, view: 'day', from, to: n * DAY, buckets }),
      aRecord({ id: `day/${n}`, view: 'day', from, to: n * DAY, buckets, revision: 2, status: 'restated' }),
    ])
    if (n < days) await ledger.seal(n * DAY, n)
  }
}

describe('a ledger that is compacted', () => {
  const bench = ledgerBench()
  const { file, open } = bench
  const archive = (name = 'first'): string => join(bench.folder, 'archive', name)
  const compact = (ledger: Ledger, before: number, over: object = {}): Promise<Compacted | null> =>
    ledger.compact({ before, archive: archive(), at: 99, ...over })
  const ids = (ledger: Ledger): string[] => [...ledger.facts({})].map((f) => f.id)

  it('keeps what is open, what still matters of before, and the newest of each record but windows', async () => {
    const ledger = open()
    await filled(ledger, 4)
    const { head: _, ...before } = ledger.verify()
    assert.deepEqual(before, { ok: true, facts: 100, seals: 3 })
    const done = await compact(ledger, 2 * DAY)
    // Four standing facts and 47 hours go: the 48th interval touches the time that stays. All but the hourly factor stand.
    const counts = { until: 2 * DAY, facts: 51, records: 50, carried: 4 }
    assert.deepEqual(done, { ...counts, archive: archive() })
    assert.deepEqual(ids(ledger).slice(0, 2), [`e/${47 * HOUR}`, `e/${48 * HOUR}`])
    assert.deepEqual(ids(ledger).slice(-4), ['plant|1', 'year', 'job', `e/${46 * HOUR}`])
    const records = [...ledger.records({})]
    assert.deepEqual(
      records.filter((r) => r.to <= 2 * DAY).map((r) => [r.id, r.revision]),
      [
        ['day/1', 2],
        ['day/2', 2],
      ],
    )
    assert.equal(records.length, 2 + 2 * 25)
    const { head, ...after } = ledger.verify()
    assert.deepEqual(after, { ok: true, facts: 53, from: 52, seals: 3 })
    assert.equal(head, ledger.head())
    const left = 'SELECT count(*) AS n FROM postings WHERE "from" <'
    assert.deepEqual(rowsOf(file(), `${left} ${2 * DAY}`), [{ n: 2 }])
  })

  it('goes on, is opened again, and is compacted again', async () => {
    const ledger = open()
    await filled(ledger, 4)
    await compact(ledger, 2 * DAY)
    await ledger.close()
    const again = open()
    await again.append([aFact(1, { id: 'new', from: 4 * DAY, to: 4 * DAY + HOUR })])
    await again.seal(4 * DAY, 5)
    assert.ok(await compact(again, 4 * DAY, { archive: archive('second') }))
    await again.append([aFact(2, { id: 'newer', from: 5 * DAY, to: 5 * DAY + HOUR })])
    const { ok, seals } = again.verify()
    assert.deepEqual([ok, seals], [true, 4])
    assert.deepEqual(
      [...again.records({})].map((r) => r.id),
      ['day/1', 'day/2', 'day/3', 'day/4'],
    )
    assert.deepEqual(lines(join(archive('second'), 'records.jsonl')).length, 2 * 26, 'only what is new')
  })

  it('has an archive that gives back the original chain together with the file, checked by hand', async () => {
    const ledger = open()
    await filled(ledger, 4)
    const original = rowsOf(file(), 'SELECT seq, hash FROM facts ORDER BY seq')
    const records = rowsOf(file(), `SELECT body FROM records WHERE "to" <= ${2 * DAY} ORDER BY id, revision`)
    const seals = [...ledger.seals()]
    await compact(ledger, 2 * DAY)

    const manifest = JSON.parse(readFileSync(join(archive(), 'manifest.json'), 'utf8')) as Manifest
    for (const [name, { sha256, lines: count }] of Object.entries(manifest.files)) {
      assert.equal(sha(readFileSync(join(archive(), name))), sha256)
      assert.equal(lines(join(archive(), name)).length, count)
    }
    let hash = GENESIS
    const archived = lines(join(archive(), 'facts.jsonl')).map((line) => {
      const { seq, hash: said } = JSON.parse(line) as { seq: number; hash: string }
      hash = sha(hash + line.slice(line.indexOf('"fact":') + 7, -1))
      assert.equal(hash, said)
      return { seq, hash }
    })
    assert.deepEqual(manifest.chain, { fromSeq: 1, start: GENESIS, toSeq: 51, head: hash })
    const kept = rowsOf(file(), 'SELECT seq, hash FROM facts ORDER BY seq').slice(0, 49)
    assert.deepEqual([...archived, ...kept], original)
    const bodies = lines(join(archive(), 'records.jsonl')).map((line) => line.slice(line.indexOf('"record":') + 9, -1))
    assert.deepEqual(
      bodies,
      records.map((r) => r['body']),
    )
    assert.deepEqual(
      lines(join(archive(), 'seals.jsonl')).map((line) => JSON.parse(line) as object),
      seals.slice(0, 2),
    )
    const [anchor] = rowsOf(file(), 'SELECT seq, hash, manifest FROM anchors')
    assert.deepEqual(anchor, { seq: 51, hash, manifest: sha(readFileSync(join(archive(), 'manifest.json'))) })
  })

  it('gives the same figures of the time that stays', async () => {
    const ledger = open()
    const line = new KeptLine(ledger)
    await Promise.all(inputsOf(6 * 24 * 60).map((input) => line.take(input)))
    await ledger.saveRecords(line.calculator.due('L1', T0 + 5.5 * DAY, false))
    for (let n = 1; n <= 4; n++) await ledger.seal(T0 + n * DAY, n)
    const figures = (): Carbon[] => {
      const calculator = new Calculator(options)
      replay(openFacts(ledger, 1.5 * DAY), plant, calculator)
      return calculator.lines().flatMap((l) => calculator.due(l, 0, true))
    }
    const before = figures()
    const { facts, carried } = (await compact(ledger, T0 + 4 * DAY))!
    assert.ok(facts > 1000 && carried < facts, `${facts} facts, ${carried} carried`)
    assert.ok(before.length > 100, `${before.length} records`)
    assert.deepEqual(figures(), before)
    assert.equal(ledger.verify().ok, true)
  })

  it('holds back the facts of an order that still runs, for a month at most', async () => {
    const running = (from: number): Carbon => aRecord({ id: 'open', status: 'provisional', from, to: 40 * DAY })
    const ledger = open()
    await filled(ledger, 4)
    await ledger.saveRecords([running(DAY)])
    assert.equal((await compact(ledger, 3 * DAY))!.facts, 4 + 23)
    await ledger.append([aFact(1, { id: 'much later', from: 39 * DAY, to: 40 * DAY })])
    await ledger.seal(40 * DAY, 9)
    assert.ok((await compact(ledger, 40 * DAY, { archive: archive('second') }))!.facts > 0)
  })

  it('holds back the facts of a shift over the end of the period, which was closed later', async () => {
    const ledger = open()
    await filled(ledger, 2)
    await ledger.saveRecords([aRecord({ id: 'night', view: 'shift', from: DAY - 2 * HOUR, to: DAY + 6 * HOUR })])
    await ledger.append([aFact(1, { id: 'later', from: 2 * DAY, to: 2 * DAY + HOUR })])
    await ledger.seal(2 * DAY, 9)
    assert.equal((await compact(ledger, DAY))!.facts, 4 + 21)
    assert.deepEqual(rowsOf(file(), 'SELECT until, carriedTo - carriedFrom AS carried FROM anchors'), [
      { until: DAY - 2 * HOUR, carried: 3 },
    ])
  })

  it('touches nothing that is open, and nothing twice', async () => {
    const ledger = open()
    await filled(ledger, 3)
    assert.equal(await compact(ledger, DAY - 1), null)
    assert.equal(existsSync(archive()), false)
    assert.equal((await compact(ledger, 99 * DAY))!.until, 2 * DAY)
    assert.equal(await compact(ledger, 99 * DAY), null)
  })

  const STEPS = [
    ...['planned', 'written', 'archived', 'unguarded', 'facts out', 'facts carried'],
    ...['records out', 'anchored', 'guarded'],
  ]
  it('is as before where it ends in the middle, at each step, and can be compacted then', async () => {
    const ledger = open()
    await filled(ledger, 3)
    const all = (): unknown[] => [
      [...ledger.facts({})],
      rowsOf(file(), 'SELECT * FROM records'),
      rowsOf(file(), 'SELECT * FROM postings'),
      rowsOf(file(), 'SELECT name, sql FROM sqlite_master ORDER BY name'),
      ledger.verify(),
    ]
    const before = all()
    for (const step of STEPS) {
      const onStep = (s: string): void => assert.notEqual(s, step, `ends after "${s}"`)
      await assert.rejects(compact(ledger, 2 * DAY, { onStep }), new RegExp(`ends after "${step}"`))
      assert.deepEqual(all(), before, step)
    }
    const steps: string[] = []
    assert.ok(await compact(ledger, 2 * DAY, { onStep: (s: string) => void steps.push(s) }))
    assert.deepEqual(steps, [...STEPS, 'committed'])
    assert.deepEqual(all()[3], before[3])
    assert.equal(ledger.verify().ok, true)
    assert.throws(() => sql(file(), 'DELETE FROM facts'), /append-only/)
    assert.ok(readdirSync(join(bench.folder, 'archive')).every((name) => /^first(\.unused-.{8})?$/.test(name)))
  })

  const refusals: [what: string, prepare: () => void, message: RegExp][] = [
    ['cannot be made', () => writeFileSync(join(bench.folder, 'archive'), 'a file in the way'), /ENOTDIR|EEXIST/],
    [
      'holds something else',
      () => mkdirSync(archive(), { recursive: true }),
      /archive: expected a new folder, got .*first/,
    ],
  ]
  for (const [what, prepare, message] of refusals) {
    it(`keeps everything where its archive ${what}, and goes on`, async () => {
      const ledger = open()
      await filled(ledger, 3)
      prepare()
      await assert.rejects(compact(ledger, 2 * DAY), message)
      assert.equal(ledger.verify().facts, 4 + 72)
      await ledger.append([aFact(1)])
      assert.deepEqual([ledger.verify().ok, bench.told.faults], [true, []])
    })
  }

  it('never writes over an archive of its own', async () => {
    const ledger = open()
    await filled(ledger, 3)
    await compact(ledger, DAY)
    await assert.rejects(compact(ledger, 2 * DAY), /got .*first, an archive of this ledger/)
  })

  it('gives its room back to the disk', async () => {
    const ledger = open()
    await filled(ledger, 30)
    const pages = (): number => Number(rowsOf(file(), 'PRAGMA page_count')[0]!['page_count'])
    const before = pages()
    await compact(ledger, 29 * DAY)
    assert.ok(pages() < before / 3, `${before} pages, then ${pages()}`)
  })

  describe('still shows', () => {
    const guards = ['facts', 'seals', 'anchors'].flatMap((t) => [`${t}_are_not_changed`, `${t}_are_not_deleted`])
    const free = guards.map((name) => `DROP TRIGGER ${name};`).join(' ')
    const tampering: [what: string, change: string, broken: object][] = [
      ['no change', 'SELECT 1', { ok: true }],
      ['a changed fact', 'UPDATE facts SET "to" = "to" + 1 WHERE seq = 60', { firstBroken: 60 }],
      [
        'a fact that was taken out of the front',
        'DELETE FROM facts WHERE seq = 52',
        { firstBroken: 53, brokenSeal: 2 },
      ],
      [
        'a changed record that stayed for good',
        `UPDATE records SET body = replace(body, '"kWh":39', '"kWh":3') WHERE id = 'day/1'`,
        { brokenSeal: 2 },
      ],
      ['a record that stayed for good and was taken out', `DELETE FROM records WHERE id = 'day/2'`, { brokenSeal: 2 }],
      [
        'a changed record of a closed period that is held',
        `UPDATE records SET line = 'L9' WHERE id = 'day/3'`,
        { brokenSeal: 3 },
      ],
      ['a moved anchor', 'UPDATE anchors SET seq = seq - 1', { firstBroken: 52 }],
      ['an anchor that was taken out', 'DELETE FROM anchors', { firstBroken: 52 }],
      ['seals that were taken out', 'DELETE FROM seals WHERE n > 1', { brokenSeal: 2 }],
    ]
    for (const [what, change, expected] of tampering) {
      it(what, async () => {
        const ledger = open()
        await filled(ledger, 4)
        await compact(ledger, 2 * DAY)
        await ledger.close()
        sql(file(), `${free} ${change}`)
        const found = verifyFile(file())
        for (const [field, value] of Object.entries({ ok: false, ...expected }))
          assert.deepEqual(found[field as keyof typeof found], value, field)
      })
    }
  })

  it('is one in a file: the store in memory refuses', async () => {
    await assert.rejects(compact(open('memory'), 0), /compact: expected a ledger in a file, got one in memory/)
  })
})
