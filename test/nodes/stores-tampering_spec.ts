import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { verifyFile } from '../../nodes/stores/sqlite-reader.ts'
import { rowsOf } from './fixtures/ledger-bench.ts'
import { run } from './fixtures/run-command.ts'
import {
  bySql,
  compactLedger,
  cutOff,
  makeLedger,
  opened,
  rehashAnchors,
  rehashFacts,
  rehashHead,
  rehashJournal,
  rehashSeals,
  spoil,
} from './fixtures/tampering.ts'

type Tamper = (path: string) => void

const EDIT_FACT = `UPDATE facts SET body = replace(body, '"kWh":', '"kWh":1') WHERE seq = 5`
const edit = (id: string, revision: number): string =>
  `UPDATE records SET body = json_set(body, '$.kWh', 1) WHERE id = '${id}' AND revision = ${revision}`
const sha = '[0-9a-f]{64}'

/** Changes something, then reckons some of the hashes anew. */
const andThen =
  (sql: string, ...rehash: ((db: DatabaseSync) => void)[]): Tamper =>
  (path) =>
    opened(path, (db) => {
      db.exec(sql)
      for (const again of rehash) again(db)
    })

const facts: [what: string, tamper: Tamper, says: RegExp][] = [
  ['edited', bySql(EDIT_FACT), /^broken at row 5: 4 facts before it hold/],
  ['moved to another line', bySql(`UPDATE facts SET line = 'L2' WHERE seq = 7`), /^broken at row 7/],
  ['deleted', bySql('DELETE FROM facts WHERE seq = 4'), /^broken at row 5/],
  [
    'deleted, and the gap closed',
    bySql('DELETE FROM facts WHERE seq = 4; UPDATE facts SET seq = seq - 1 WHERE seq > 4'),
    /^broken at row 4/,
  ],
  [
    'swapped',
    bySql(
      'UPDATE facts SET seq = -4 WHERE seq = 4; UPDATE facts SET seq = 4 WHERE seq = 5; UPDATE facts SET seq = 5 WHERE seq = -4',
    ),
    /^broken at row 4/,
  ],
  [
    'inserted at the end',
    bySql(`INSERT INTO facts SELECT 20, kind, 'made up', 1, line, "from", "to", body, hash FROM facts WHERE seq = 19`),
    /^broken at row 20/,
  ],
  [
    'inserted at the end with its hash',
    andThen(
      `INSERT INTO facts SELECT 20, kind, 'made up', 1, line, "from", "to", body, '' FROM facts WHERE seq = 19`,
      rehashFacts,
    ),
    /fact: the fact in row 20 was put in: the head names 19 as the newest/,
  ],
  [
    'edited, and all hashes of facts reckoned anew',
    andThen(EDIT_FACT, rehashFacts),
    /journal: entry 3 of the journal does not follow .*row 6/,
  ],
  [
    'edited after the newest record, and all hashes of facts reckoned anew',
    andThen(EDIT_FACT.replace('seq = 5', 'seq = 19'), rehashFacts),
    /fact: the fact in row 19 is not the one that the head names/,
  ],
  [
    'cut off at the end',
    bySql('DELETE FROM facts WHERE seq > 17'),
    /fact: the fact in row 19 is missing: the end was cut off, the last that is there is 17/,
  ],
]

const records: typeof facts = [
  [
    'edited: the newest, in closed time',
    bySql(edit('day/2', 2)),
    /^seal 1 does not hold.*\nrecord: record day\/2 revision 2 was changed after it was saved/,
  ],
  [
    'edited: an open final',
    bySql(edit('day/5', 1)),
    /^record: record day\/5 revision 1 was changed after it was saved/,
  ],
  [
    'edited: a superseded revision in closed time',
    bySql(edit('day/4', 1)),
    /^record: record day\/4 revision 1 was changed after it was saved/,
  ],
  [
    'edited: a superseded revision in open time',
    bySql(edit('day/6', 1)),
    /^record: record day\/6 revision 1 was changed/,
  ],
  [
    'edited, and its entry of the journal with it',
    andThen(edit('day/5', 1), rehashJournal),
    /journal: entry 17 of the journal is not the one that the head names/,
  ],
  [
    'edited in closed time, and the journal and the head with it',
    andThen(edit('day/2', 2), rehashJournal, rehashHead),
    /^seal 1 does not hold/,
  ],
  [
    'deleted: an open final',
    bySql(`DELETE FROM records WHERE id = 'w/5'`),
    /record: record w\/5 revision 1 is missing: it was deleted after it was saved/,
  ],
  [
    'deleted: a superseded revision',
    bySql(`DELETE FROM records WHERE id = 'day/6' AND revision = 1`),
    /record: record day\/6 revision 1 is missing/,
  ],
  [
    'deleted: the newest revision, so that the one before it counts',
    bySql(`DELETE FROM records WHERE id = 'day/6' AND revision = 2`),
    /record: record day\/6 revision 2 is missing/,
  ],
  [
    'deleted with its postings and its entry of the journal',
    bySql(
      `DELETE FROM records WHERE id = 'w/6'; DELETE FROM postings WHERE record = 'w/6'; DELETE FROM journal WHERE id = 'w/6'`,
    ),
    /journal: entry \d+ of the journal does not follow/,
  ],
  [
    'inserted: a revision on top',
    bySql(
      `INSERT INTO records SELECT id, 9, view, line, "from", "to", status, json_set(body, '$.revision', 9), plant, adjusts, seal FROM records WHERE id = 'day/5'`,
    ),
    /record: record day\/5 revision 9 was put in: no entry of the journal knows it/,
  ],
  [
    'swapped: the bodies of two',
    bySql(
      `CREATE TEMP TABLE r AS SELECT id, body FROM records WHERE id IN ('w/5', 'w/6');
       UPDATE records SET body = (SELECT body FROM r WHERE r.id <> records.id) WHERE id IN ('w/5', 'w/6')`,
    ),
    /record: record w\/5 revision 1 was changed after it was saved\nrecord: record w\/6/,
  ],
  [
    'moved to another line, in its column only',
    bySql(`UPDATE records SET line = 'L2' WHERE id = 'w/5'`),
    /record: record w\/5 revision 1: a column says something else than its body/,
  ],
  [
    'said to be provisional again',
    bySql(`UPDATE records SET status = 'provisional' WHERE id = 'w/5'`),
    /record: record w\/5 revision 1 was lasting when it was saved, and is provisional now/,
  ],
  ['taken out of its seal', bySql(`UPDATE records SET seal = NULL WHERE id = 'w/1'`), /^seal 1 does not hold/],
  [
    'rolled back to what they were before the last restatement',
    bySql(`DELETE FROM records WHERE revision = 2; DELETE FROM postings WHERE revision = 2`),
    /record: record day\/2 revision 2 is missing.*\n.*day\/4.*\n.*day\/6 revision 2/,
  ],
]

const postings: typeof facts = [
  [
    'edited',
    bySql(`UPDATE postings SET kWh = 9 WHERE record = 'day/5' AND bucket = 1`),
    /posting: postings of record day\/5 revision 1: bucket 1: kWh: expected 2.5, got 9\n/,
  ],
  [
    'moved to another state',
    bySql(`UPDATE postings SET state = 'idle' WHERE record = 'w/1' AND bucket = 0`),
    /bucket 0: state: expected productive, got idle/,
  ],
  [
    'deleted',
    bySql(`DELETE FROM postings WHERE record = 'day/5' AND bucket = 1`),
    /posting: postings of record day\/5 revision 1: expected 2, one for each bucket, got 1/,
  ],
  [
    'doubled',
    bySql(
      `INSERT INTO postings SELECT record, revision, 7, line, "from", "to", view, state, meter, machine, carrier, kWh, kgCO2e, hours FROM postings WHERE record = 'day/5' AND bucket = 1`,
    ),
    /record day\/5 revision 1: expected 2, one for each bucket, got 3/,
  ],
  [
    'inserted for a record that there never was',
    bySql(
      `INSERT INTO postings SELECT 'ghost', 1, 0, line, "from", "to", view, state, meter, machine, carrier, kWh, kgCO2e, hours FROM postings WHERE record = 'day/5' AND bucket = 1`,
    ),
    /posting: posting record ghost revision 1, bucket 0 was put in: it has no such record/,
  ],
  [
    'swapped',
    bySql(`UPDATE postings SET kWh = 7.5 - kWh WHERE record = 'day/5'`),
    /bucket 0: kWh: expected 5, got 2.5/,
  ],
  [
    'edited with their record',
    bySql(
      `UPDATE postings SET kWh = 9 WHERE record = 'day/5' AND bucket = 1; UPDATE records SET body = json_set(body, '$.buckets[1].kWh', 9) WHERE id = 'day/5'`,
    ),
    /^record: record day\/5 revision 1 was changed/,
  ],
]

const seals: typeof facts = [
  ['edited', bySql('UPDATE seals SET until = until + 1 WHERE n = 2'), /^seal 2 does not hold/],
  [
    'deleted: the last',
    bySql('DELETE FROM seals WHERE n = 2; UPDATE records SET seal = NULL WHERE seal = 2'),
    /^seal: seal 2 is missing: it was deleted/,
  ],
  [
    'deleted: all',
    bySql('DELETE FROM seals; UPDATE records SET seal = NULL'),
    /^seal: seal 2 is missing: it was deleted/,
  ],
  [
    'inserted',
    bySql(
      `INSERT INTO seals SELECT 3, until + 9, sealedAt, seq, hash, facts, records, recordsHash, seal FROM seals WHERE n = 2`,
    ),
    /^seal 3 does not hold/,
  ],
  [
    'edited, and their hashes reckoned anew',
    andThen('UPDATE seals SET sealedAt = 5 WHERE n = 1', rehashSeals),
    /^seal: seal 2 is not the one that was entered in the journal/,
  ],
  [
    'reckoned anew over an edited record',
    andThen(edit('day/2', 2), rehashSeals),
    /^record: record day\/2 revision 2 was changed/,
  ],
]

const others: typeof facts = [
  [
    'the journal, cut off at the end',
    bySql('DELETE FROM journal WHERE n > 14'),
    /^journal: entry 17 of the journal is missing: the end was cut off, the last that is there is 14\nrecord: record day\/6 revision 1 was put in/,
  ],
  [
    'an edited entry of the journal',
    bySql(`UPDATE journal SET sha256 = 'x' WHERE n = 3`),
    /journal: entry 3 of the journal does not follow/,
  ],
  ['a deleted head', bySql('DELETE FROM head'), /^head: the head is missing/],
  [
    'a head that was moved back',
    bySql('UPDATE head SET seq = 5'),
    /^head: the head was changed: its hash does not follow/,
  ],
  [
    'a file that was cut off in the middle',
    cutOff(0.6),
    /^file: the file is damaged or cut off[^]*, \d+ hold; the last good one is sealed by [0-9a-f]{64}$/m,
  ],
  [
    'a file whose middle was overwritten',
    spoil,
    /file: the file is damaged|copy\.sqlite: database disk image is malformed/,
  ],
]

const archived: typeof facts = [
  [
    'deleted anchors',
    bySql('DELETE FROM anchors'),
    /^broken at row \d+: it does not follow[^]*anchor: anchor 1 is missing: it was deleted/,
  ],
  ['edited anchors', bySql('UPDATE anchors SET until = 5'), /anchor: what says where older facts went was changed/],
  [
    'edited anchors, and their hashes reckoned anew',
    andThen('UPDATE anchors SET until = 5', rehashAnchors),
    /^anchor: anchor 1 is not the one that was entered in the journal/,
  ],
  [
    'a deleted record of archived time',
    bySql(`DELETE FROM records WHERE id = 'day/1'; DELETE FROM postings WHERE record = 'day/1'`),
    /^seal 1 does not hold/,
  ],
  ['an edited open final', bySql(edit('day/5', 1)), /^record: record day\/5 revision 1 was changed after it was saved/],
  [
    'a deleted open final',
    bySql(`DELETE FROM records WHERE id = 'day/5'`),
    /record: record day\/5 revision 1 is missing/,
  ],
]

/** What no file alone can show; the README of the stores says so, and what does. */
const unseen: [what: string, tamper: Tamper, shownBy: string][] = [
  [
    'a provisional revision that was edited',
    bySql(edit('open', 1)),
    'nothing: it still moves, and is reckoned anew from the facts at the next start',
  ],
  [
    'an edited open final with the journal, the head and the postings reckoned anew',
    andThen(edit('day/5', 1), rehashJournal, rehashHead),
    'replay: the figure does not follow from the facts',
  ],
  [
    'all facts after a row, with all that names them',
    andThen(`DELETE FROM facts WHERE seq = 19`, rehashFacts, rehashJournal, rehashHead),
    'the head that is kept elsewhere',
  ],
]

describe('tampering with a ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tampering-'))
  const file = (name: string): string => join(folder, `${name}.sqlite`)
  before(async () => {
    await makeLedger(file('whole'))
    cpSync(file('whole'), file('archived'))
    await compactLedger(file('archived'), join(folder, 'archive'))
  })
  after(() => rmSync(folder, { recursive: true }))

  function copyOf(name: string): string {
    cpSync(file(name), file('copy'))
    return file('copy')
  }

  for (const name of ['whole', 'archived']) {
    it(`is not seen where there was none: ${name}`, async () => {
      const { status, stdout } = await run('verify', file(name))
      assert.match(stdout, new RegExp(`^ok: \\d+ facts.*, head ${sha}, 2 closed periods\\n$`))
      assert.equal(status, 0)
    })
  }

  const tables: [name: string, of: string, ways: typeof facts][] = [
    ['whole', 'facts that were', facts],
    ['whole', 'records that were', records],
    ['whole', 'postings that were', postings],
    ['whole', 'seals that were', seals],
    ['whole', 'the rest:', others],
    ['archived', 'after older time was archived:', archived],
  ]
  for (const [name, of, ways] of tables) {
    for (const [what, tamper, says] of ways) {
      it(`is named by verify: ${of} ${what}`, async () => {
        const path = copyOf(name)
        tamper(path)
        const { status, stdout, stderr } = await run('verify', path)
        assert.match(stdout + stderr, says)
        assert.equal(status, 1)
      })
    }
  }

  for (const [what, tamper, shownBy] of unseen) {
    it(`is not seen in the file alone: ${what} (shown by ${shownBy})`, () => {
      const path = copyOf('whole')
      tamper(path)
      assert.equal(verifyFile(path).ok, true)
    })
  }

  it('by an old copy in its place is seen by the head that was kept elsewhere', () => {
    const [kept, old] = [verifyFile(file('archived')), verifyFile(file('whole'))]
    assert.equal(old.ok, true)
    assert.notEqual(old.head, kept.head)
  })

  it('is named in at least 23 ways', () => {
    assert.ok(tables.reduce((sum, [, , ways]) => sum + ways.length, 0) >= 23)
  })

  it('counts what it does not name one by one', () => {
    const path = copyOf('whole')
    const numbers = `json_each('[${Array.from({ length: 50 }, (_, i) => i).join()}]') AS n`
    bySql(`INSERT INTO records SELECT 'x' || n.value, 1, r.view, r.line, r."from", r."to", r.status,
      json_set(r.body, '$.id', 'x' || n.value), r.plant, r.adjusts, NULL
      FROM records AS r, ${numbers} WHERE r.id = 'w/6'`)(path)
    const found = verifyFile(path).findings!.filter(({ kind }) => kind === 'record')
    assert.equal(found.length, 21)
    assert.equal(found.at(-1)!.says, 'and 30 more of this kind')
    assert.equal(rowsOf(path, 'SELECT count(*) AS n FROM records')[0]!['n'], 66)
  })
})
