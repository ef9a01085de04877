import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Carbon } from '../../nodes/core/records.ts'
import { replayLedger, type ReplayStep } from '../../nodes/shared/replay-ledger.ts'
import { LedgerFile } from '../../nodes/stores/ledger-file.ts'
import { SqliteLedger } from '../../nodes/stores/sqlite.ts'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { CORRECTED } from '../core/worked-example.ts'
import { rowsOf, sql } from './fixtures/ledger-bench.ts'
import { silent } from './ledger-of.ts'

const KEPT = new URL('fixtures/ledgers-0.2.0', import.meta.url).pathname

interface Kept {
  name: string
  facts: number
  head: string
  seals: number
  /** Lasting records, with those whose facts are in the archive. */
  lasting: number
}
const ledgers: Kept[] = [
  {
    ...{ name: 'worked-example', facts: 19, seals: 0, lasting: 6 },
    head: 'dd8c6fa81f269870b5095b49e1a974df6532ec513d6b8dd625053e8a5d02d383',
  },
  {
    ...{ name: 'plant', facts: 172, seals: 1, lasting: 26 },
    head: '2f9a2eb2c92d443c57bee331dcb014255936bbeaee334197dc6de200aa7fffaa',
  },
  {
    ...{ name: 'archived', facts: 15, seals: 1, lasting: 6 },
    head: '90ff563f569994893ed6cf981ee236f132aad8a6982e0c6ccd3e00293900c1e4',
  },
]

describe('ledgers that release 0.2.0 wrote', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kept-'))
    cpSync(KEPT, folder, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const file = (name: string): string => join(folder, `${name}.sqlite`)

  /** Opened once by this release, which brings the tables up to date. */
  async function taken(name: string): Promise<string> {
    const ledger = new SqliteLedger(file(name), silent)
    await ledger.ready()
    await ledger.close()
    return file(name)
  }

  const states: [state: string, path: (name: string) => string | Promise<string>][] = [
    ['as they are', file],
    ['taken over by this release', taken],
  ]
  for (const { name, facts, head, seals, lasting } of ledgers) {
    for (const [state, path] of states) {
      it(`verify and replay ${state}: ${name}`, async () => {
        const at = await path(name)
        const found = verifyFile(at)
        assert.deepEqual(
          { ok: found.ok, facts: found.facts, head: found.head, seals: found.seals },
          { ok: true, facts, head, seals },
        )
        const steps = replayed(at, join(folder, 'archive'))
        assert.deepEqual(
          steps.flatMap((step) => step.disagreements),
          [],
        )
        assert.equal(
          steps.reduce((sum, { compared }) => sum + compared, 0),
          lasting,
        )
      })
    }
  }

  it('are entered in the journal as they are found, so that a later change is named', async () => {
    for (const { name, lasting } of ledgers) {
      const at = await taken(name)
      const [{ entries }] = rowsOf(at, `SELECT count(*) AS entries FROM journal WHERE what = 'record'`) as [
        { entries: number },
      ]
      const [{ records }] = rowsOf(
        at,
        `SELECT count(*) AS records FROM records WHERE status <> 'provisional' AND (seal IS NULL OR seal >
          (SELECT ifnull(max(seal), 0) FROM anchors))`,
      ) as [{ records: number }]
      assert.equal(entries, records, name)
      assert.ok(name === 'archived' || entries >= lasting)
    }
    sql(
      file('worked-example'),
      `UPDATE records SET body = json_set(body, '$.kWh', 1) WHERE id = 'order|L1|O2' AND revision = 0`,
    )
    assert.deepEqual(verifyFile(file('worked-example')).findings, [
      { kind: 'record', says: 'record order|L1|O2 revision 0 was changed after it was saved' },
    ])
  })

  it('hold the figures that the contract states', async () => {
    const ledger = new SqliteLedger(await taken('worked-example'), silent)
    for (const [order, [kWh, kg, good, kgPerGood]] of Object.entries(CORRECTED)) {
      const record = ledger.record(`order|L1|${order}`)!
      near(
        record,
        [record.kWh, record.kgCO2e.total, record.units.good, record.perUnit.kgCO2ePerGood],
        [...[kWh, kg, good, kgPerGood]],
      )
    }
    await ledger.close()
  })
})

function near({ id }: Carbon, got: (number | null)[], expected: number[]): void {
  expected.forEach((value, i) => {
    const off = Math.abs(Number(got[i]) - value)
    assert.ok(got[i] !== null && off <= 1e-12 * Math.abs(value), `${id}: ${got[i]} is not ${value}`)
  })
}

function replayed(path: string, archive: string): ReplayStep[] {
  const file = new LedgerFile(path, path.includes('archived') ? archive : undefined)
  try {
    return [...replayLedger(file)]
  } finally {
    file.close()
  }
}
