import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { MOST_WAITING } from '../../nodes/stores/lane.ts'
import type { Fact } from '../../nodes/stores/ledger.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { aFact } from './fixtures/facts.ts'
import { ids, ledgerBench, sql } from './fixtures/ledger-bench.ts'

describe('an outage of the ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  it('of a locked file lets facts wait, tells once, and ends by itself', async () => {
    const ledger = open()
    await ledger.append([aFact(1)])
    const other = new DatabaseSync(file())
    other.exec('BEGIN IMMEDIATE')
    const written = ledger.append([aFact(2)])
    await bench.told.next()
    assert.match(bench.told.faults[0]!, /ledger .*ledger\.sqlite: database is locked/)
    assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'])
    const recovered = bench.told.next()
    other.exec('COMMIT')
    other.close()
    await Promise.all([written, recovered])
    assert.deepEqual([bench.told.faults.length, bench.told.recoveries], [1, 1])
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
    await bench.told.next()
    assert.match(bench.told.faults[0]!, /disk is full/)
    assert.deepEqual(ids(ledger.facts({})), ['oven-e/1'])
    other.exec('DROP TRIGGER full')
    other.close()
    await written
    assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2', 'oven-e/3', 'oven-e/4'])
    assert.equal(ledger.verify().ok, true)
  })

  const strangers: [what: string, make: (path: string) => void, message: RegExp][] = [
    ['a damaged file', (path) => writeFileSync(path, 'x'.repeat(5000)), /file is not a database/],
    ['another database', (path) => sql(path, 'CREATE TABLE mine (x)'), /expected a carbon ledger, got another/],
    ['the file of a newer release', newerLedger, /expected schema version 3 or lower, got 99/],
  ]
  for (const [what, make, message] of strangers) {
    it(`by ${what} lets facts wait, and ends when it is moved away`, async () => {
      make(file())
      const fault = bench.told.next()
      const ledger = open()
      const written = ledger.append([aFact(1)])
      await fault
      assert.match(bench.told.faults[0]!, message)
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
    const written = assert.rejects(ledger.append([aFact(1)]), /closed before it could be written: .*database is locked/)
    await ledger.close()
    await written
    other.close()
  })

  it('by another file put in its place saves what was in the old one, and goes on in the new one', async () => {
    const ledger = open()
    await ledger.append([aFact(1), aFact(2)])
    sql(file(), 'PRAGMA wal_checkpoint(TRUNCATE)')
    copyFileSync(file(), file('backup'))
    await ledger.append([aFact(3)])
    renameSync(file('backup'), file())
    await ledger.append([aFact(4)])
    assert.match(bench.told.faults[0]!, /another file took its place while it was open; all that was in it lies in /)
    assert.deepEqual([bench.told.faults.length, bench.told.recoveries], [1, 1])
    assert.deepEqual(ids(ledger.facts({})), ['oven-e/1', 'oven-e/2', 'oven-e/4'])
    assert.equal(ledger.verify().ok, true)
    const saved = readdirSync(bench.folder).find((name) => name.includes('.saved-'))!
    const { ok, facts } = verifyFile(file(saved))
    assert.deepEqual([ok, facts], [true, 3])
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

function newerLedger(path: string): void {
  sql(path, `CREATE TABLE facts (x); PRAGMA application_id = ${0x4d434c47}; PRAGMA user_version = 99`)
}
