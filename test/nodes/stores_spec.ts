import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../nodes/stores/chain.ts'
import type { Conflict, Fact, Ledger } from '../../nodes/stores/ledger.ts'
import { MINUTE, aFact, aRecord, anAlert } from './fixtures/facts.ts'
import { STORES, ids, ledgerBench } from './fixtures/ledger-bench.ts'

describe('stores', () => {
  const bench = ledgerBench()
  const { open } = bench

  for (const store of STORES) {
    describe(`the ${store} ledger`, () => {
      it('gives back the facts in the order they were written', async () => {
        const ledger = open(store)
        await Promise.all([ledger.append([aFact(3), aFact(1)]), ledger.append([aFact(2)])])
        assert.deepEqual([...ledger.facts({})], [aFact(3), aFact(1), aFact(2)])
        assert.equal(ledger.newest(), 4 * MINUTE)
        assert.equal(ledger.oldest(), 2 * MINUTE)
      })

      it('takes its newest time from measurements, not from a factor that holds for years', async () => {
        const ledger = open(store)
        await ledger.append([aFact(1), { ...aFact(2), kind: 'factor', to: 8.64e15 }])
        assert.equal(ledger.newest(), aFact(1).to)
      })

      it('is empty at first', () => {
        const ledger = open(store)
        assert.equal(ledger.newest(), null)
        assert.equal(ledger.oldest(), null)
        assert.equal(ledger.head(), '0'.repeat(64))
        assert.deepEqual(ledger.verify(), { ok: true, facts: 0, head: '0'.repeat(64), seals: 0 })
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
        const [{ what, id, revision, kept, refused }] = bench.told.conflicts as [Conflict]
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
          aFact(1, { id: 'half', body: { kWh: 0.5 } }),
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
        assert.deepEqual(ledger.verify(), { ok: true, facts: 2, head, seals: 0 })
        assert.equal(ledger.head(), head)
      })

      it('refuses what is no fact, as a whole, and says why', async () => {
        const ledger = open(store)
        const table: [facts: Fact[], message: RegExp][] = [
          [[aFact(1), aFact(2, { id: '' })], /fact energy : id: expected a text, got ""/],
          [
            [aFact(1), aFact(2, { from: NaN })],
            /oven-e\/2: from: expected a whole number within ±\(2\^53 − 1\), got NaN/,
          ],
          [[aFact(1), aFact(2, { line: undefined as never })], /oven-e\/2: line: expected a text, got undefined/],
          [[aFact(1), aFact(2, { kind: 'note' as never })], /kind: expected one of energy, production.*got note/],
          [[aFact(1), aFact(2, { to: 60_000.5 })], /oven-e\/2: to: expected a whole number .*, got 60000.5/],
          [[aFact(2, { revision: 9007199254740994 })], /oven-e\/2: revision: expected a whole number .*, got 90071/],
          [[aFact(2, { revision: -9007199254740994 })], /oven-e\/2: revision: expected a whole number .*, got -900/],
          [[aFact(2, { id: 'x'.repeat(4097) })], /energy x{200}…: id: expected at most 4096 characters, got 4097/],
          [[aFact(2, { line: 'x'.repeat(1e7) })], /oven-e\/2: line: expected at most 4096 characters, got 10000000/],
          [[aFact(2, { body: { t: 'x'.repeat(2 ** 24) } })], /oven-e\/2: expected at most 16777216 characters of JSON/],
          [
            [aFact(2, { id: 'a\n\u001b[1m', line: 5 as never })],
            /energy a\ufffd\ufffd\[1m: line: expected a text, got 5/,
          ],
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
          ledger.saveRecords([aRecord({ kWh: 1 / 0 })]),
          /order\/L1\/O2\.kWh: expected a finite number, got Infinity/,
        )
        await assert.rejects(
          ledger.saveAlert(anAlert({ from: NaN })),
          /alert\/1: from: expected a whole number .*, got NaN/,
        )
        assert.equal(ledger.verify().facts, 0)
        assert.deepEqual([...ledger.records({})], [])
      })
    })
  }
})
