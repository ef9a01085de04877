import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import type { Bucket, Carbon } from '../../nodes/core/records.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { Refusal } from '../../nodes/stores/refusal.ts'
import { EXAMPLE, workedExample } from './fixtures/kept-stories.ts'
import { aFact, aRecord, anAlert } from './fixtures/facts.ts'
import { STORES, ids, ledgerBench, rowsOf, sql } from './fixtures/ledger-bench.ts'
import { deployLine } from './line.ts'

const bucket: Bucket = {
  ...{ state: 'productive', machine: 'oven', meter: 'oven-e', carrier: 'electricity' },
  ...{ kWh: 31, kgCO2e: 5.13, hours: 0.5 },
}
const good = (id: string): Carbon => aRecord({ id, buckets: [bucket] })

/** A posting that is there before its record. */
const inTheWay = (record: string, { from, revision, bucket }: Record<'from' | 'revision' | 'bucket', number>): string =>
  `INSERT INTO postings (view, "from", record, revision, bucket, line, "to", state, meter, carrier, kWh)
   VALUES ('order', ${from}, '${record}', ${revision}, ${bucket}, '', 0, '', '', '', 0)`

describe('what a ledger refuses', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  /** Waits for three calls that share a transaction: only the one in the middle is refused. */
  async function assertAlone(ledger: Ledger, bad: () => Promise<void>, says: RegExp): Promise<void> {
    const before = ledger.append([aFact(1), aFact(2)])
    const between = assert.rejects(bad(), (error: Error) => error instanceof Refusal && says.test(error.message))
    const after = [ledger.append([aFact(3)]), ledger.saveRecords([good('after')])]
    await Promise.all([before, between, ...after])
    assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2', 'oven-e/3'])
    assert.deepEqual(ledger.record('after'), good('after'))
    assert.deepEqual(bench.told.faults, [], 'it is no outage')
    await ledger.append([aFact(4)])
    assert.deepEqual(
      (ledger.verify().findings ?? []).filter(({ says }) => !says.includes('it has no such record')),
      [],
    )
  }

  for (const store of STORES) {
    const rows: [what: string, call: (ledger: Ledger) => Promise<void>, says: RegExp][] = [
      ['a fact of another kind', (l) => l.append([aFact(9, { kind: 'note' as never })]), /kind: expected one of/],
      ['a revision above 2^53', (l) => l.append([aFact(9, { revision: 2 ** 53 + 2 })]), /revision: expected a whole/],
      [
        'a fact whose body refers to itself',
        (l) => l.append([aFact(9, { body: circle() })]),
        /expected JSON of a few levels, got one that is nested/,
      ],
      [
        'a record with a figure beyond all numbers',
        (l) => l.saveRecords([{ ...good('r'), kWh: Infinity }]),
        /r\.kWh: expected a finite/,
      ],
      ['an alert without a line', (l) => l.saveAlert(anAlert({ line: undefined as never })), /line: expected a text/],
    ]
    for (const [what, call, says] of rows) {
      it(`holds nothing else up in the ${store} store: ${what}`, async () => {
        const ledger = open(store)
        await assertAlone(ledger, () => call(ledger), says)
      })
    }

    it(`of several records in the ${store} store is named, and the others are saved`, async () => {
      const ledger = open(store)
      const bad = { ...good('bad'), revision: 7, kWh: NaN }
      const saved = ledger.saveRecords([good('a'), bad, good('b'), { ...bad, id: 'worse' }])
      await assert.rejects(saved, (error) => {
        assert.ok(error instanceof Refusal)
        assert.match(error.message, /^record bad\.kWh: expected a finite number, got NaN \(and 1 more\)$/)
        assert.deepEqual(error.records, [
          { id: 'bad', revision: 7 },
          { id: 'worse', revision: 7 },
        ])
        return true
      })
      assert.deepEqual(
        [...ledger.records({})].map((r) => r.id),
        ['a', 'b'],
      )
    })
  }

  // What passes all checks, and SQLite does not take.
  const bySqlite: [what: string, prepare: string, call: (ledger: Ledger) => Promise<void>, says: RegExp][] = [
    [
      'a fact that breaks a rule of the file',
      'CREATE UNIQUE INDEX odd ON facts (body); ',
      (l) => l.append([aFact(5), aFact(9, { body: aFact(1).body })]),
      /UNIQUE constraint failed/,
    ],
    [
      'a record whose postings are there already',
      inTheWay('r', { from: 0, revision: 1, bucket: 1 }),
      (l) => l.saveRecords([{ ...good('r'), from: 0, buckets: [bucket, bucket] }]),
      /UNIQUE constraint failed: postings/,
    ],
    [
      'a record with a bucket that has no meter',
      '',
      (l) => l.saveRecords([{ ...good('r'), buckets: [bucket, { ...bucket, meter: undefined as never }] }]),
      /cannot be bound/,
    ],
    ['a record without buckets', '', (l) => l.saveRecords([{ ...good('r'), buckets: undefined as never }]), /entries/],
    ['a letter that goes nowhere', '', (l) => l.post([{ filename: 'f' } as never]), /cannot be bound/],
  ]
  for (const [what, prepare, call, says] of bySqlite) {
    it(`holds nothing else up, and leaves nothing half-written: ${what}`, async () => {
      const ledger = open()
      await ledger.ready()
      sql(file(), prepare)
      await assertAlone(ledger, () => call(ledger), says)
      assert.equal(ledger.record('r'), undefined)
      assert.deepEqual(rowsOf(file(), `SELECT 1 FROM postings WHERE record = 'r' AND bucket = 0`), [])
    })
  }

  describe('seen from the flow', () => {
    let folder: string
    before(() => helper.startServer())
    after(() => helper.stopServer())
    beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'refusal-'))))
    afterEach(async () => {
      await helper.unload()
      rmSync(folder, { recursive: true })
    })

    it('is one record that is reported and not told, while all others are', async () => {
      const path = join(folder, 'ledger.sqlite')
      const line = await deployLine({ model: EXAMPLE, ledger: path })
      const { ledger } = helper.getNode('ledger') as unknown as LedgerNode
      await ledger.ready()
      const from = Date.parse('2026-03-02T10:05:00Z')
      for (let revision = 0; revision < 50; revision++)
        sql(path, inTheWay('order|L1|O2', { from, revision, bucket: 0 }))
      for (const step of workedExample().slice(0, -2)) {
        if ('message' in step) line.send(step.message)
        await line.ask({ ask: 'totals' })
        await ledger.append([])
      }
      const lasting = line.records.filter((r) => r.status !== 'provisional')
      assert.deepEqual(new Set(lasting.filter((r) => r.view === 'order').map((r) => r.id)), new Set(['order|L1|O1']))
      assert.ok(lasting.some((r) => r.view === 'window'))
      assert.ok(line.faults.length > 0)
      for (const { message } of line.faults) assert.match(message, /^UNIQUE constraint failed: postings/)
      assert.equal(ledger.record('order|L1|O2')?.status ?? 'provisional', 'provisional')
    })
  })
})

function circle(): object {
  const body: Record<string, unknown> = {}
  body['again'] = body
  return body
}
