import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import type { EsgDeadLetter, EsgReceipt } from '../../nodes/carbon-esg/export.ts'
import carbonEsg from '../../nodes/carbon-esg/carbon-esg.ts'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { EsgDocument } from '../../nodes/core/esg/esg-format.ts'
import type { AuditRecord } from '../../nodes/core/esg/esg.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { openLedger } from '../../nodes/stores/open.ts'
import { aFact, aRecord } from './fixtures/facts.ts'
import { asOwn } from './fixtures/as-own.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const onTab = { z: 'tab', x: 0, y: 0 }
const DAY = 86_400_000
const model = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'UTC',
  gridZone: 'GB',
  lines: [{ id: 'L1', area: 'Packaging' }],
  meters: [],
}
const march2 = { type: 'export', from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' }
const O1 = aRecord({
  id: 'order/L1/O1',
  order: 'O1',
  sku: 'A',
  from: Date.parse('2026-03-02T09:50:00Z'),
  to: Date.parse('2026-03-02T10:05:00Z'),
  kWh: 15,
  kWhByCarrier: { electricity: 15 },
  kgCO2e: { scope1: 0, scope2Location: 1.95, scope2Market: null, scope3Upstream: null, total: 1.95 },
  units: { produced: null, good: 150, scrap: null, rework: null, standard: 150 },
})

const fail = (): void => assert.fail('the ledger had something to say')

/** Whatever comes out; each test looks at the fields of what it expects. */
type Payload = Omit<EsgReceipt, 'type'> & Omit<EsgDeadLetter, 'type'> & Omit<EsgDocument, 'type'> & { type: string }
type Sent = { topic: string; payload: Payload }

describe('carbon-esg', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carbon-esg-'))
    helper.settings({ userDir: folder })
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  const load = async (over: object = {}): Promise<Ledger> => {
    await helper.load(
      [carbonPlant, carbonLedger, carbonEsg],
      [
        { id: 'tab', type: 'tab' },
        { id: 'plant', type: 'carbon-plant', model: JSON.stringify(model) },
        { id: 'ledger', type: 'carbon-ledger', store: 'sqlite', path: 'ledger.sqlite' },
        {
          id: 'export',
          type: 'carbon-esg',
          ...onTab,
          plant: 'plant',
          ledger: 'ledger',
          path: 'esg',
          wires: [['first'], ['second']],
          ...over,
        },
        { id: 'first', type: 'helper', ...onTab },
        { id: 'second', type: 'helper', ...onTab },
      ],
    )
    return (helper.getNode('ledger') as unknown as LedgerNode).ledger
  }
  /** The next `count` messages of one output. */
  const next = (id: 'first' | 'second', count = 1): Promise<Sent[]> =>
    new Promise((resolve) => {
      const sent: Sent[] = []
      helper.getNode(id).on('input', (message: Sent) => void (sent.push(message) === count && resolve(sent)))
    })
  const called = <T>(method: 'error' | 'status' | 'warn', wanted: (argument: T) => boolean = () => true): Promise<T> =>
    new Promise((resolve) => {
      helper
        .getNode('export')
        .on(`call:${method}`, (call: { args: [T] }) => void (wanted(call.args[0]) && resolve(call.args[0])))
    })
  const request = async (payload: object, count = 1): Promise<Sent[]> => {
    const sent = next('first', count)
    helper.getNode('export').receive({ payload: asOwn(payload) })
    return sent
  }
  const saved = async (ledger: Ledger, records: Carbon[] = [O1, aRecord()]): Promise<void> => {
    await ledger.append([aFact(1)])
    await ledger.saveRecords(records)
  }

  it('writes the records of a period to a file and sends a receipt with the sums of the ledger', async () => {
    const ledger = await load()
    await saved(ledger)
    const [{ topic, payload }] = (await request(march2)) as [Sent]
    const text = readFileSync(payload.file, 'utf8')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord)
    assert.equal(topic, 'Acme/Leeds')
    assert.equal(payload.file, join(folder, 'esg/carbon_Acme-Leeds_order_20260302T000000Z_20260303T000000Z.jsonl'))
    assert.deepEqual(
      lines.map((r) => [r.order, r.kWh, r.kgCO2e.total]),
      [
        ['O1', 15, 1.95],
        ['O2', 39, 6.81],
      ],
    )
    assert.deepEqual(
      [payload.type, payload.records, payload.totals.kWh, payload.totals.kgCO2e.total],
      ['esg-receipt', 2, 54, 8.76],
    )
    assert.deepEqual(payload.period, { from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' })
    assert.equal(payload.sha256, createHash('sha256').update(text).digest('hex'))
    assert.equal(payload.chainHead, ledger.head())
    assert.deepEqual([payload.excludedProvisional, payload.excludedStraddling], [0, 0])
    assert.deepEqual(readdirSync(join(folder, 'esg')).length, 1, 'no draft is left')
  })

  it('writes each of the chosen formats, with the same sums', async () => {
    await saved(await load({ formats: ['jsonl', 'csv'], scopeNotes: 'factory gate, energy only' }))
    const [jsonl, csv] = (await request(march2, 2)) as [Sent, Sent]
    assert.deepEqual([jsonl.payload.format, csv.payload.format], ['jsonl', 'csv'])
    assert.deepEqual(jsonl.payload.totals, csv.payload.totals)
    const [header, ...rows] = readFileSync(csv.payload.file, 'utf8')
      .trimEnd()
      .split('\r\n')
      .map((l) => l.split(','))
    const total = header!.indexOf('total (kgCO2e)')
    assert.deepEqual(
      rows.map((row) => row[total]),
      ['1.95', '6.81'],
    )
    assert.match(readFileSync(csv.payload.file, 'utf8'), /"factory gate, energy only"/)
  })

  it('takes the newest revision, and a second export replaces the first', async () => {
    const ledger = await load()
    await saved(ledger)
    await request(march2)
    await ledger.saveRecords([aRecord({ revision: 2, status: 'restated', reasons: ['factor-settled'], kWh: 40 })])
    const [{ payload }] = (await request(march2)) as [Sent]
    const lines = readFileSync(payload.file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord)
    assert.deepEqual(
      lines.map((r) => [r.order, r.revision, r.status, r.kWh]),
      [
        ['O1', 1, 'final', 15],
        ['O2', 2, 'restated', 40],
      ],
    )
    assert.equal(readdirSync(join(folder, 'esg')).length, 1)
  })

  it('counts what it leaves out: provisional records and those over an edge', async () => {
    const over = aRecord({
      id: 'over',
      from: Date.parse('2026-03-02T23:00:00Z'),
      to: Date.parse('2026-03-03T01:00:00Z'),
    })
    await saved(await load(), [O1, aRecord({ status: 'provisional' }), over, aRecord({ id: 'day', view: 'day' })])
    const told = called<{ fill: string; text: string }>('status')
    const [{ payload }] = (await request(march2)) as [Sent]
    assert.deepEqual([payload.records, payload.excludedProvisional, payload.excludedStraddling], [1, 1, 1])
    assert.deepEqual(await told, {
      fill: 'yellow',
      shape: 'ring',
      text: '1 records from 2026-03-02T00:00Z, 2 left out',
    })
  })

  it('includes provisional records where it is told to, and exports the view that is chosen', async () => {
    await saved(await load({ view: 'day', includeProvisional: true }), [
      O1,
      aRecord({ id: 'day', view: 'day', status: 'provisional' }),
    ])
    const [{ payload }] = (await request(march2)) as [Sent]
    assert.deepEqual([payload.view, payload.records, payload.excludedProvisional], ['day', 1, 0])
  })

  it('hands the documents on where no folder is given', async () => {
    await saved(await load({ path: '', formats: ['csv'] }))
    const [document, receipt] = (await request(march2, 2)) as [Sent, Sent]
    assert.equal(document.payload.type, 'esg-document')
    assert.match(document.payload.text, /^record id,revision,/)
    assert.equal(receipt.payload.file, document.payload.filename)
    assert.equal(receipt.payload.sha256, createHash('sha256').update(document.payload.text).digest('hex'))
    assert.deepEqual(
      readdirSync(folder).filter((f) => !f.startsWith('ledger')),
      [],
    )
  })

  it('sends a dead letter with the document where it cannot be written, and goes on', async () => {
    writeFileSync(join(folder, 'esg'), 'a file in the way')
    await saved(await load())
    const [red, warned, letters] = [called<{ fill: string }>('status'), called<string>('warn'), next('second')]
    helper.getNode('export').receive({ payload: march2 })
    const [{ payload }] = (await letters) as [Sent]
    assert.equal(payload.type, 'esg-dead-letter')
    assert.match(payload.reason, /EEXIST|ENOTDIR/)
    assert.equal(payload.document.text.trimEnd().split('\n').length, 2)
    assert.equal(payload.records, 2)
    assert.equal((await red).fill, 'red')
    assert.match(await warned, /\.jsonl was not delivered: /)
    rmSync(join(folder, 'esg'))
    assert.equal((await request(march2))[0]!.payload.records, 2)
  })

  it('delivers later what it could not, after a restart too, and then sends the receipt', async () => {
    writeFileSync(join(folder, 'esg'), 'a file in the way')
    await saved(await load())
    const letters = next('second')
    helper.getNode('export').receive({ payload: march2 })
    await letters
    await helper.unload()
    rmSync(join(folder, 'esg'))
    const ledger = await load()
    const [{ payload }] = (await next('first')) as [Sent]
    assert.deepEqual([payload.type, payload.records, payload.totals.kWh], ['esg-receipt', 2, 54])
    assert.equal(payload.sha256, createHash('sha256').update(readFileSync(payload.file)).digest('hex'))
    assert.deepEqual([...ledger.undelivered(`folder ${join(folder, 'esg')}`)], [])
  })

  it('passes messages that it does not handle through untouched', async () => {
    await load()
    const payload = asOwn({ type: 'carbon', id: 'x' })
    assert.deepEqual((await request(payload))[0]!.payload, payload)
  })

  it('writes the day that closed last by itself, and once', async () => {
    const [today, path] = [Math.floor(Date.now() / DAY) * DAY, join(folder, 'ledger.sqlite')]
    const before = openLedger({
      store: 'sqlite',
      path,
      owner: 'before',
      events: { onFault: fail, onRecovered: fail, onConflicts: fail },
    })
    const day = (from: number): Carbon => aRecord({ id: `day/${from}`, view: 'day', from, to: from + DAY })
    await before.saveRecords([day(today - 2 * DAY), day(today - DAY), day(today)])
    await before.close()
    await load({ schedule: 'day', view: 'day', delayMinutes: '0' })
    const [{ payload }] = (await next('first')) as [Sent]
    assert.deepEqual([payload.type, payload.records, payload.totals.kWh], ['esg-receipt', 1, 39])
    assert.equal(readdirSync(join(folder, 'esg')).length, 1)
    assert.equal(helper.getNode('export').context().get('exportedUntil'), today)
  })

  describe('what is refused', () => {
    const requests: [what: string, payload: object, message: RegExp][] = [
      [
        'a request without a start',
        { type: 'export', to: march2.to },
        /from: expected epoch milliseconds or an ISO 8601 time, got nothing/,
      ],
      [
        'a request with a time that is none',
        { ...march2, to: 'tomorrow' },
        /to: expected epoch milliseconds, or ISO 8601.*got "tomorrow"/,
      ],
      [
        'a request that ends before it begins',
        { ...march2, to: march2.from },
        /to: expected a time after 2026-03-02T00:00:00.000Z/,
      ],
    ]
    for (const [what, payload, message] of requests) {
      it(`${what}: the field, expected and got go to Catch nodes`, async () => {
        await load()
        const told = called<Error>('error')
        helper.getNode('export').receive({ payload: asOwn(payload) })
        assert.match((await told).message, message)
      })
    }

    const configs: [what: string, over: object, message: RegExp][] = [
      ['no ledger', { ledger: '' }, /ledger: expected a carbon-ledger, got none/],
      ['no plant', { plant: '' }, /plant: expected a carbon-plant, got none/],
      [
        'a folder outside of the user directory',
        { path: '../out' },
        /path: expected a path inside the Node-RED user directory/,
      ],
      ['an unknown format', { formats: ['pdf'] }, /formats: expected one or more of jsonl, csv/],
      ['an unknown view', { view: 'week' }, /view: expected one of/],
      ['an unknown schedule', { schedule: 'hourly' }, /schedule: expected one of/],
      [
        'a delay that is no number',
        { delayMinutes: 'soon' },
        /delayMinutes: expected a number of 0 or more, got "soon"/,
      ],
    ]
    for (const [what, over, message] of configs) {
      it(`at deploy: ${what}`, async () => {
        await load(over)
        const told = await called<Error>('error')
        assert.match(told.message, message)
      })
    }
  })
})
