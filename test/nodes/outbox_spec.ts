import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Delivery } from '../../nodes/carbon-esg/delivery.ts'
import type { Prepared } from '../../nodes/carbon-esg/export.ts'
import type { NewLetter } from '../../nodes/stores/outbox.ts'
import type { Target } from '../../nodes/targets/target.ts'
import { MINUTE } from './fixtures/facts.ts'
import { STORES, ledgerBench, rowsOf } from './fixtures/ledger-bench.ts'

const DAY = 24 * 60 * MINUTE
const letter = (over: Partial<NewLetter> = {}): NewLetter => ({
  ...{ target: 'SAP', created: 1, filename: 'march.csv', document: 'a;b', about: { records: 2 }, ...over },
})

describe('the outbox of the ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  for (const store of STORES) {
    describe(`in the ${store} store`, () => {
      it('keeps letters until they are delivered, oldest first, each target for itself', async () => {
        const ledger = open(store)
        await ledger.post([letter({ created: 5, filename: 'b' }), letter(), letter({ target: 'PACT' })])
        const [first, second] = [...ledger.undelivered('SAP')]
        const id = createHash('sha256').update('SAP\nmarch.csv\na;b').digest('hex')
        assert.deepEqual(first, { ...letter(), id, attempts: 0, lastError: null })
        assert.equal(second!.filename, 'b')
        await ledger.delivered(first!.id, 9)
        assert.deepEqual([...ledger.undelivered('SAP')], [second])
        assert.equal([...ledger.undelivered('PACT')].length, 1)
      })

      it('counts attempts and keeps the last reason', async () => {
        const ledger = open(store)
        await ledger.post([letter()])
        const { id } = [...ledger.undelivered('SAP')][0]!
        await ledger.failed(id, 'HTTP 503')
        await ledger.failed(id, 'timeout')
        const [after] = [...ledger.undelivered('SAP')]
        assert.deepEqual([after!.attempts, after!.lastError], [2, 'timeout'])
      })

      it('puts a newer letter in the place of one that waits, so that it does not come after it', async () => {
        const ledger = open(store)
        await ledger.post([letter()])
        await ledger.post([letter({ created: 2, document: 'newer' })])
        assert.deepEqual(
          [...ledger.undelivered('SAP')].map((l) => l.document),
          ['newer'],
        )
      })

      it('delivers the same letter again when it is posted again', async () => {
        const ledger = open(store)
        await ledger.post([letter()])
        const { id } = [...ledger.undelivered('SAP')][0]!
        await ledger.failed(id, 'x')
        await ledger.delivered(id, 3)
        await ledger.post([letter({ created: 4 })])
        assert.deepEqual(
          [...ledger.undelivered('SAP')],
          [{ ...letter({ created: 4 }), id, attempts: 0, lastError: null }],
        )
      })
    })
  }

  it('forgets what was delivered more than a month ago', async () => {
    const ledger = open()
    await ledger.post([letter(), letter({ filename: 'waits' })])
    await ledger.delivered([...ledger.undelivered('SAP')][0]!.id, 2)
    const names = (): unknown[] => rowsOf(file(), 'SELECT filename FROM outbox ORDER BY 1').map((r) => r['filename'])
    await ledger.post([letter({ filename: 'new', created: 2 + 31 * DAY })])
    assert.deepEqual(names(), ['march.csv', 'new', 'waits'])
    await ledger.post([letter({ filename: 'newer', created: 3 + 31 * DAY })])
    assert.deepEqual(names(), ['new', 'newer', 'waits'])
  })

  describe('a delivery', () => {
    const prepared = (text: string): Prepared => ({
      document: { type: 'esg-document', format: 'csv', filename: 'march.csv', text },
      statement: { format: 'csv', records: 2 } as Prepared['statement'],
    })

    it('tells of the first failure only, tries again with growing pauses, and gives the receipt at last', async () => {
      const ledger = open()
      let [now, isUp, tried] = [0, false, 0]
      const deliver = (): Promise<string> => {
        tried++
        return isUp ? Promise.resolve('there') : Promise.reject(new Error('HTTP 503'))
      }
      const delivery = new Delivery({ ledger, target: { name: 'SAP', deliver }, now: () => now })
      const first = await delivery.deliver([prepared('x')])
      assert.deepEqual([first.receipts.length, first.deadLetters[0]!.reason], [0, 'HTTP 503'])
      const minutes: number[] = []
      for (let minute = 1; minute <= 200; minute++) {
        now = minute * MINUTE
        const before = tried
        const { deadLetters, receipts } = await delivery.retry()
        assert.deepEqual([deadLetters, receipts], [[], []])
        if (tried > before) minutes.push(minute)
      }
      assert.deepEqual(minutes, [1, 3, 7, 15, 31, 63, 123, 183])
      ;[isUp, now] = [true, 243 * MINUTE]
      const [receipt] = (await delivery.retry()).receipts
      assert.deepEqual([receipt!.file, receipt!.records], ['there', 2])
      assert.deepEqual((await delivery.retry()).receipts, [])
    })

    it('is never on its way twice: what is exported meanwhile waits its turn', async () => {
      const ledger = open()
      const log: string[] = []
      const target: Target = {
        name: 'SAP',
        deliver: async ({ text }) => {
          log.push(`${text} leaves`)
          await new Promise((resolve) => setTimeout(resolve, 20))
          log.push(`${text} is there`)
          return text
        },
      }
      const delivery = new Delivery({ ledger, target, now: () => 1 })
      await Promise.all([delivery.deliver([prepared('a')]), delivery.retry(), delivery.deliver([prepared('b')])])
      assert.deepEqual(log, ['a leaves', 'a is there', 'b leaves', 'b is there'])
    })
  })
})
