import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { aFact } from './fixtures/facts.ts'
import { ledgerBench, sql as change } from './fixtures/ledger-bench.ts'

const cli = new URL('../../nodes/carbon-ledger/cli.ts', import.meta.url).pathname

describe('the chain of the ledger', () => {
  const bench = ledgerBench()
  const { file, open } = bench

  const tampering: [what: string, sql: string, broken: number | undefined][] = [
    ['a changed figure', `UPDATE facts SET body = replace(body, '"kWh":', '"kWh":1') WHERE seq = 3`, 3],
    ['a moved interval', 'UPDATE facts SET "to" = "to" + 1 WHERE seq = 5', 5],
    ['a changed line', `UPDATE facts SET line = 'L2' WHERE seq = 1`, 1],
    ['a fact that was taken out', 'DELETE FROM facts WHERE seq = 4', 5],
    [
      'a fact that was taken out and closed up',
      'DELETE FROM facts WHERE seq = 4; UPDATE facts SET seq = seq - 1 WHERE seq > 4',
      4,
    ],
    [
      'an added fact',
      `INSERT INTO facts SELECT 11, kind, 'made up', revision, line, "from", "to", body, hash FROM facts WHERE seq = 10`,
      11,
    ],
    ['no change', 'SELECT 1', undefined],
  ]
  for (const [what, sql, broken] of tampering) {
    it(`shows ${what}`, async () => {
      const ledger = open()
      await ledger.append(Array.from({ length: 10 }, (_, n) => aFact(n)))
      await ledger.close()
      const copy = file('copy.sqlite')
      copyFileSync(file(), copy)
      change(copy, `DROP TRIGGER facts_are_not_changed; DROP TRIGGER facts_are_not_deleted; ${sql}`)
      assert.equal(verifyFile(copy).firstBroken, broken)
      const { status, stdout } = spawnSync(process.execPath, [cli, 'verify', copy], { encoding: 'utf8' })
      assert.equal(status, broken === undefined ? 0 : 1)
      assert.match(
        stdout,
        broken === undefined ? /^ok: 10 facts, head [0-9a-f]{64}/ : new RegExp(`^broken at row ${broken}:`),
      )
    })
  }

  const refusals: [args: string[], status: number, says: RegExp][] = [
    [[], 2, /mes-carbon verify <ledger file>/],
    [['verify'], 2, /mes-carbon verify <ledger file>/],
    [['verify', '/no/such/file'], 2, /expected a ledger file, got nothing at \/no\/such\/file/],
    [['verify', cli], 1, /file is not a database/],
  ]
  for (const [args, status, says] of refusals) {
    it(`is checked by a command that ends with ${status} for "${args.map((a) => a.split('/').at(-1)).join(' ')}"`, () => {
      const end = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
      assert.equal(end.status, status)
      assert.match(end.stderr, says)
    })
  }
})
