import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { aFact, aRecord } from './fixtures/facts.ts'
import { ids, ledgerBench } from './fixtures/ledger-bench.ts'

const writer = new URL('fixtures/ledger-writer.ts', import.meta.url).pathname

describe('a SQLite ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

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
