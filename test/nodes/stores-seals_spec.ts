import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../nodes/stores/chain.ts'
import type { Ledger, Seal } from '../../nodes/stores/ledger.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { MINUTE, aFact, aRecord } from './fixtures/facts.ts'
import { STORES, ledgerBench, sql } from './fixtures/ledger-bench.ts'

const DAY = 86_400_000
const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
/** The day record that ends with the n-th day. */
const day = (n: number, over: Partial<Carbon> = {}): Carbon =>
  aRecord({ id: `day/${n}`, view: 'day', from: (n - 1) * DAY, to: n * DAY, ...over })

describe('closed periods of the ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  for (const store of STORES) {
    describe(`in the ${store} store`, () => {
      it('are none at first', () => {
        const ledger = open(store)
        assert.equal(ledger.sealedUntil(), null)
        assert.deepEqual([...ledger.seals()], [])
      })

      it('are sealed with the head of the chain and the lasting records that ended', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1), aFact(2)])
        const restated = day(1, { revision: 2, status: 'restated', kWh: 40 })
        await ledger.saveRecords([day(1), restated, day(2), day(3), day(1, { id: 'open', status: 'provisional' })])
        const first = await ledger.seal(2 * DAY, 77)
        const expected = {
          ...{ n: 1, until: 2 * DAY, sealedAt: 77, seq: 2, hash: ledger.head(), facts: 2, records: 2 },
          recordsHash: sha(`${canonicalJson(restated, '')}\n${canonicalJson(day(2), '')}\n`),
        }
        assert.deepEqual(first, { ...expected, seal: sha('0'.repeat(64) + canonicalJson(expected, '')) })

        await ledger.append([aFact(3)])
        const { seal, ...row } = await ledger.seal(3 * DAY, 78)
        assert.deepEqual([row.n, row.seq, row.facts, row.records], [2, 3, 1, 1])
        assert.equal(seal, sha(first.seal + canonicalJson(row, '')))
        assert.deepEqual([...ledger.seals()], [first, { ...row, seal }])
        assert.equal(ledger.sealedUntil(), 3 * DAY)
        assert.deepEqual(ledger.verify(), { ok: true, facts: 3, head: ledger.head(), seals: 2 })
      })

      it('may be empty', async () => {
        const { seq, hash, records } = await open(store).seal(DAY, 0)
        assert.deepEqual([seq, hash, records], [0, '0'.repeat(64), 0])
      })

      it('refuse a new revision of a record, say what to write, and save all else of the call', async () => {
        const ledger = open(store)
        await ledger.saveRecords([day(1)])
        await ledger.seal(DAY, 0)
        const late = ledger.saveRecords([day(2), day(1, { revision: 2, status: 'restated' })])
        const fact = ledger.append([aFact(1)])
        await assert.rejects(
          late,
          /record day\/1: expected an adjusting record, got a new revision:.* closed by seal 1/,
        )
        await fact
        assert.deepEqual([...ledger.records({})], [day(1), day(2)])
        await ledger.saveRecords([day(1)])
        assert.equal(ledger.conflicts, 0, 'the same again is no change')
        assert.equal(ledger.verify().ok, true)
      })

      it('refuse a record that goes on: an order that was closed and is taken up again', async () => {
        const ledger = open(store)
        await ledger.saveRecords([day(1)])
        await ledger.seal(DAY, 0)
        await assert.rejects(ledger.saveRecords([day(1, { revision: 2, to: 3 * DAY })]), /closed by seal 1/)
      })

      it('take a record that was never told; the next seal covers it', async () => {
        const ledger = open(store)
        await ledger.saveRecords([day(1)])
        await ledger.seal(DAY, 0)
        await ledger.saveRecords([day(1, { id: 'late' })])
        assert.equal(ledger.verify().ok, true)
        assert.equal((await ledger.seal(2 * DAY, 1)).records, 1)
        assert.equal(ledger.verify().ok, true)
      })

      const refusals: [what: string, until: number, message: RegExp][] = [
        ['the same time again', DAY, /until: expected a time after 1970-01-02T00:00.* closed already, got 1970-01-02/],
        ['an earlier time', 5, /until: expected a time after 1970-01-02T00:00.*got 1970-01-01T00:00:00.005Z/],
        ['no time', NaN, /until: expected epoch milliseconds, got NaN/],
      ]
      for (const [what, until, message] of refusals) {
        it(`refuse to be closed by ${what}`, async () => {
          const ledger = open(store)
          await ledger.seal(DAY, 0)
          await assert.rejects(ledger.seal(until, 0), message)
          assert.equal(ledger.sealedUntil(), DAY)
        })
      }

      it('give one record, and what adjusts it, by time', async () => {
        const ledger = open(store)
        const adjusts = { id: 'day/1', revision: 2 }
        const [a, b] = [day(3, { id: 'a', adjusts }), day(2, { id: 'b', adjusts })]
        const newer = { ...a, revision: 2 }
        await ledger.saveRecords([day(1), day(1, { revision: 2, kWh: 40 }), a, newer, b, day(3)])
        assert.deepEqual(ledger.record('day/1'), day(1, { revision: 2, kWh: 40 }))
        assert.equal(ledger.record('day/9'), undefined)
        assert.deepEqual([...ledger.adjustments('day/1')], [b, newer])
        assert.deepEqual([...ledger.adjustments('day/3')], [])
      })
    })
  }

  it('hash alike in every store', async () => {
    const seals: Seal[] = []
    for (const store of STORES) {
      const ledger = open(store)
      await ledger.append([aFact(1)])
      await ledger.saveRecords(['b', 'ä', 'B', '🏭', '\uffff'].map((id) => day(1, { id })))
      seals.push(await ledger.seal(DAY, 9))
    }
    assert.deepEqual(seals[0], seals[1])
  })

  it('are seen at once when another process closed one', async () => {
    const ledger = open()
    await ledger.saveRecords([day(1)])
    assert.equal(ledger.sealedUntil(), null)
    const script = `const { SqliteLedger } = await import(${JSON.stringify(new URL('../../nodes/stores/sqlite.ts', import.meta.url).href)})
      const l = new SqliteLedger(${JSON.stringify(file())}, {}); await l.seal(${DAY}, 1); await l.close()`
    execFileSync(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(ledger.sealedUntil(), DAY)
    await assert.rejects(ledger.saveRecords([day(1, { revision: 2 })]), /closed by seal 1/)
  })

  it('stay known while the file cannot be read', async () => {
    const ledger = open()
    await ledger.seal(DAY, 0)
    assert.equal(ledger.sealedUntil(), DAY)
    sql(file(), 'ALTER TABLE seals RENAME TO gone')
    assert.equal(ledger.sealedUntil(), DAY)
  })

  describe('show', () => {
    const guards = ['seals_are_not_changed', 'seals_are_not_deleted', 'facts_are_not_changed', 'facts_are_not_deleted']
    const free = guards.map((name) => `DROP TRIGGER ${name};`).join(' ')
    const tampering: [what: string, sql: string, broken: Partial<ReturnType<Ledger['verify']>>][] = [
      ['no change', 'SELECT 1', { ok: true, seals: 2 }],
      [
        'a changed record',
        `UPDATE records SET body = replace(body, '"kWh":39', '"kWh":38') WHERE id = 'day/1'`,
        { brokenSeal: 1 },
      ],
      [
        'a column that no longer says what its record says',
        `UPDATE records SET line = 'L2' WHERE id = 'day/2'`,
        { brokenSeal: 2 },
      ],
      ['a record that was taken out', `DELETE FROM records WHERE id = 'day/2'`, { brokenSeal: 2 }],
      [
        'a record that was taken out of its seal',
        `UPDATE records SET seal = NULL WHERE id = 'day/1'`,
        { brokenSeal: 1 },
      ],
      [
        'a revision that was put on top',
        `INSERT INTO records SELECT id, 9, view, line, "from", "to", status, json_set(body, '$.revision', 9), plant, adjusts, NULL FROM records WHERE id = 'day/1'`,
        { brokenSeal: 1 },
      ],
      [
        'an added record',
        `INSERT INTO records SELECT 'made up', 1, view, line, "from", "to", status, body, plant, adjusts, seal FROM records WHERE id = 'day/1'`,
        { brokenSeal: 1 },
      ],
      ['a moved end', 'UPDATE seals SET until = until + 1 WHERE n = 2', { brokenSeal: 2 }],
      ['a seal that was taken out', 'DELETE FROM seals WHERE n = 1', { brokenSeal: 2 }],
      ['a chain that was made anew', `UPDATE facts SET hash = 'x' WHERE seq = 1`, { brokenSeal: 1, firstBroken: 1 }],
      ['facts that were cut off', `DELETE FROM facts WHERE seq = 2`, { brokenSeal: 2 }],
    ]
    for (const [what, change, expected] of tampering) {
      it(what, async () => {
        const ledger = open()
        await ledger.append([aFact(1)])
        await ledger.saveRecords([day(1), day(2)])
        await ledger.seal(DAY, 0)
        await ledger.append([aFact(2)])
        await ledger.seal(2 * DAY, 0)
        await ledger.close()
        sql(file(), `${free} ${change}`)
        const { head: _, facts: __, findings: ___, seals, ...found } = verifyFile(file())
        assert.deepEqual(found.ok ? { ...found, seals } : found, { ok: false, ...expected })
      })
    }

    it('no way to change or delete a seal through SQL', async () => {
      await open().seal(DAY, 0)
      for (const change of ['UPDATE seals SET until = 0', 'DELETE FROM seals'])
        assert.throws(() => sql(file(), change), /seals are append-only/)
    })
  })

  it('of a long run are covered record by record', async () => {
    const ledger = open()
    for (let n = 1; n <= 20; n++) {
      await ledger.append([aFact(n)])
      await ledger.saveRecords([day(n), aRecord({ id: `w/${n}`, view: 'window', from: n * MINUTE, to: n * DAY })])
      if (n % 2 === 0) assert.equal((await ledger.seal(n * DAY, n)).records, 4)
    }
    assert.deepEqual(ledger.verify(), { ok: true, facts: 20, head: ledger.head(), seals: 10 })
  })
})
