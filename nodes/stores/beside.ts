/**
 * Archives laid beside an open ledger file, so that it reads as if nothing had left it. What is read goes into temporary
 * tables of the connection: the file itself stays as it is.
 */

import { createHash, hash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { Carbon } from '../core/records.ts'
import type { Anchor } from './anchors.ts'
import { MANIFEST, type Manifest } from './archive.ts'
import { canonicalJson } from './chain.ts'
import type { Fact } from './ledger.ts'
import type { Statements } from './statements.ts'

const CHUNK = 1 << 20

const FACTS = 'seq, kind, id, revision, line, "from", "to", body, hash'
const RECORDS = 'id, revision, view, line, "from", "to", status, body, seal'
const TABLES = `
CREATE TEMP TABLE old_facts (seq INTEGER PRIMARY KEY, kind, id, revision, line, "from", "to", body, hash);
CREATE TEMP TABLE old_records (id PRIMARY KEY, revision, view, line, "from", "to", status, body, seal) WITHOUT ROWID;`
const VIEWS = `
CREATE INDEX temp.old_facts_by_time ON old_facts (kind, "to");
CREATE TEMP VIEW facts AS SELECT ${FACTS} FROM main.facts AS f WHERE NOT EXISTS (SELECT 1 FROM temp.laid WHERE f.seq
  BETWEEN "from" AND "to") UNION ALL SELECT ${FACTS} FROM temp.old_facts;`
/** Of a record that is in the file, too, the file has the newest revision. */
const ADD_RECORD = `INSERT INTO temp.old_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
  SET revision = excluded.revision, "from" = excluded."from", "to" = excluded."to", status = excluded.status,
      body = excluded.body, seal = excluded.seal
  WHERE excluded.revision > revision`
const ADD_FACT = 'INSERT INTO temp.old_facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
const CARRIED = 'DELETE FROM temp.old_facts WHERE seq BETWEEN ? AND ?'

export const NEWEST_OF_OLD = `UNION ALL SELECT ${RECORDS} FROM temp.old_records AS o
  WHERE NOT EXISTS (SELECT 1 FROM main.records WHERE id = o.id)`

/** Lays the archives that a folder is, or holds, beside the file; gives their anchors. Throws where it has none of it. */
export function layBeside(db: Statements, folder: string, anchors: readonly Anchor[]): Anchor[] {
  const found = archivesIn(folder).flatMap((at) => {
    const sha256 = hash('sha256', readFileSync(join(at, MANIFEST)))
    return anchors.filter((anchor) => anchor.manifest === sha256).map((anchor) => ({ at, anchor }))
  })
  if (found.length === 0) throw new Error(`expected an archive of this ledger, or a folder of them, got ${folder}`)
  db.exec(TABLES)
  for (const { at } of found) read(db, at)
  db.exec('CREATE TEMP TABLE laid ("from", "to")')
  for (const { anchor } of found) {
    // What was carried forward is there where it was at first.
    db.run('INSERT INTO temp.laid VALUES (?, ?)', anchor.carriedFrom, anchor.carriedTo)
    db.run(CARRIED, anchor.carriedFrom, anchor.carriedTo)
  }
  db.exec(VIEWS)
  return found.map(({ anchor }) => anchor)
}

function archivesIn(folder: string): string[] {
  const all = [folder, ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])]
  return all.filter((at) => existsSync(join(at, MANIFEST)))
}

function read(db: Statements, folder: string): void {
  const { files } = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest
  for (const [name, { sha256 }] of Object.entries(files)) check(join(folder, name), sha256)
  for (const line of linesOf(join(folder, 'facts.jsonl'))) {
    const { seq, hash, fact } = JSON.parse(line) as { seq: number; hash: string; fact: Fact }
    const { kind, id, revision, line: of, from, to, body } = fact
    db.run(ADD_FACT, seq, kind, id, revision, of, from, to, canonicalJson(body, id), hash)
  }
  for (const text of linesOf(join(folder, 'records.jsonl'))) {
    const { seal, record } = JSON.parse(text) as { seal: number; record: Carbon }
    const { id, revision, view, line, from, to, status } = record
    if (status === 'provisional') continue
    db.run(ADD_RECORD, id, revision, view, line, from, to, status, canonicalJson(record, id), seal)
  }
}

/** Throws where a file is not the one that the manifest names, before anything of it is taken. */
function check(path: string, sha256: string): void {
  const sum = createHash('sha256')
  for (const chunk of chunksOf(path)) sum.update(chunk)
  const got = sum.digest('hex')
  if (got !== sha256) throw new Error(`${path}: expected the SHA-256 ${sha256} of its manifest, got ${got}`)
}

/** Each line of a file ends with a newline. */
function* linesOf(path: string): Generator<string> {
  const text = new StringDecoder()
  let rest = ''
  for (const chunk of chunksOf(path)) {
    const lines = (rest + text.write(chunk)).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

function* chunksOf(path: string): Generator<Buffer> {
  const buffer = Buffer.alloc(CHUNK)
  const file = openSync(path, 'r')
  try {
    for (let bytes; (bytes = readSync(file, buffer)) > 0;) yield buffer.subarray(0, bytes)
  } finally {
    closeSync(file)
  }
}
