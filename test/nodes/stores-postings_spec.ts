import assert from 'node:assert/strict'
import type { Bucket } from '../../nodes/core/records.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { canonicalJson, rowOf, sealOf } from '../../nodes/stores/chain.ts'
import { aFact, aRecord } from './fixtures/facts.ts'
import { ids, ledgerBench, rowsOf, sql } from './fixtures/ledger-bench.ts'
import { SCHEMA_1 } from './fixtures/schema-1.ts'

const productive: Bucket = {
  ...{ state: 'productive', machine: 'oven', meter: 'oven-e', carrier: 'electricity' },
  ...{ kWh: 31, kgCO2e: 5.13, hours: 0.5 },
}
const stopped: Bucket = { state: 'stopped', meter: 'hall-e', carrier: 'electricity', kWh: 8, kgCO2e: null, hours: 0.25 }
const O2 = aRecord({ buckets: [productive, stopped] })
const FIGURES = 'SELECT record, revision, state, meter, machine, kWh, kgCO2e, hours FROM'

/** A ledger file as the first release wrote it, with its chain. */
function oldLedger(path: string, chain: { facts: number }): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
  let head = '0'.repeat(64)
  const rows = Array.from({ length: chain.facts }, (_, i) => {
    const row = rowOf(aFact(i))
    const { kind, id, revision, line, from, to, body } = row
    head = sealOf(head, row)
    return `(${i + 1}, '${kind}', '${id}', ${revision}, '${line}', ${from}, ${to}, ${quoted(body)}, '${head}')`
  })
  const records = [O2, aRecord({ id: 'open', status: 'provisional', buckets: [stopped] })].map(
    (r) =>
      `('${r.id}', ${r.revision}, 'order', 'L1', ${r.from}, ${r.to}, '${r.status}', ${quoted(canonicalJson(r, ''))})`,
  )
  const data = `INSERT INTO facts VALUES ${rows.join()}; INSERT INTO records VALUES ${records.join()};`
  sql(path, `${SCHEMA_1} ${data} PRAGMA journal_mode = WAL`)
  return head
}

describe('postings of the ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  it('are one row for each bucket of a lasting revision', async () => {
    await open().saveRecords([O2, aRecord({ id: 'open', status: 'provisional', buckets: [productive] })])
    assert.deepEqual(rowsOf(file(), `${FIGURES} postings`), [
      {
        ...{ record: 'order/L1/O2', revision: 1, state: 'productive', meter: 'oven-e', machine: 'oven' },
        ...{ kWh: 31, kgCO2e: 5.13, hours: 0.5 },
      },
      {
        ...{ record: 'order/L1/O2', revision: 1, state: 'stopped', meter: 'hall-e', machine: null },
        ...{ kWh: 8, kgCO2e: null, hours: 0.25 },
      },
    ])
  })

  it('are written once, and when a provisional revision becomes a lasting one', async () => {
    const ledger = open()
    await ledger.saveRecords([{ ...O2, status: 'provisional' }])
    await ledger.saveRecords([O2, O2])
    assert.deepEqual(rowsOf(file(), 'SELECT count(*) AS n FROM postings'), [{ n: 2 }])
  })

  it('of the newest revision are a view to add up', async () => {
    const ledger = open()
    await ledger.saveRecords([O2])
    await ledger.saveRecords([{ ...O2, revision: 2, status: 'restated', buckets: [{ ...productive, kWh: 30 }] }])
    const sums = 'SELECT meter, from_utc, sum(kWh) AS kWh FROM newest_postings GROUP BY meter'
    assert.deepEqual(rowsOf(file(), sums), [{ meter: 'oven-e', from_utc: '2026-03-02T10:05:00.000Z', kWh: 30 }])
    await ledger.saveRecords([{ ...O2, revision: 3, status: 'restated', buckets: [] }])
    assert.deepEqual(rowsOf(file(), sums), [], 'a revision without energy has none')
  })

  it('lie in the order of view and time, so that a report reads no more than its period', async () => {
    await open().ready()
    const [plan] = rowsOf(file(), `EXPLAIN QUERY PLAN SELECT * FROM postings WHERE view = 'day' AND "from" >= 5`)
    assert.match(String(plan!['detail']), /SEARCH postings USING PRIMARY KEY \(view=\? AND from>\?\)/)
  })

  it('are not changed or deleted through SQL', async () => {
    await open().saveRecords([O2])
    for (const change of ['UPDATE postings SET kWh = 0', 'DELETE FROM postings'])
      assert.throws(() => sql(file(), change), /postings are append-only/)
  })

  describe('a file of the first release', () => {
    it('keeps its chain, gets postings for the records it has, and goes on', async () => {
      const head = oldLedger(file(), { facts: 5 })
      assert.deepEqual(verifyFile(file()), { ok: true, facts: 5, head, seals: 0 })
      const ledger = open()
      assert.deepEqual(ledger.verify(), { ok: true, facts: 5, head, seals: 0 })
      assert.deepEqual(ledger.record('order/L1/O2'), O2)
      const migrated = rowsOf(file(), 'SELECT * FROM postings')
      await ledger.append([aFact(5)])
      await ledger.saveRecords([aRecord({ id: 'same', buckets: [productive, stopped] })])
      await ledger.seal(aRecord().to, 0)
      assert.equal(ledger.verify().ok, true)
      assert.deepEqual(ids(ledger.facts({})).length, 6)
      const written = rowsOf(file(), `SELECT * FROM postings WHERE record = 'same'`)
      assert.deepEqual(
        migrated,
        written.map((row) => ({ ...row, record: 'order/L1/O2' })),
      )
    })

    it('is the same as a new one afterwards', async () => {
      oldLedger(file('old.sqlite'), { facts: 1 })
      await Promise.all([open('sqlite', file('old.sqlite')).ready(), open().ready()])
      const tables = `SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name`
      assert.deepEqual(rowsOf(file('old.sqlite'), tables), rowsOf(file(), tables))
      for (const pragma of ['user_version', 'application_id'])
        assert.deepEqual(rowsOf(file('old.sqlite'), `PRAGMA ${pragma}`), rowsOf(file(), `PRAGMA ${pragma}`))
    })
  })
})
