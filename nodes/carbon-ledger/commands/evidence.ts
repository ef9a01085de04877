import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { csvOf } from '../../core/esg/esg-format.ts'
import { selectRecords } from '../../core/esg/esg.ts'
import { VIEWS, type Carbon } from '../../core/records.ts'
import { plantVersions } from '../../shared/plant-version.ts'
import { factQueries } from '../../shared/recompute.ts'
import { replayLedger } from '../../shared/replay-ledger.ts'
import { canonicalJson, textOf, type ChainRow } from '../../stores/chain.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { iso, UsageError, wholePeriodOf, withLedger, type Command } from './command.ts'
import { README } from './evidence-readme.ts'
import { factorRows } from './factor-rows.ts'
import { siteOf } from './export.ts'
import { Pack } from './pack.ts'
import { Progress } from './progress.ts'

type Period = { from: number; to: number }

export const evidence: Command = {
  usage: 'evidence <ledger file> --from <time> --to <time> --out <folder>',
  summary: 'Puts together what an auditor needs to check the records of a period without us.',
  help: `--from, --to  records that lie wholly in this time; ISO 8601 with a zone, or a day (its midnight UTC)
--out         a folder that is empty or not there yet

Writes the records (CSV, JSON Lines), every factor row they use, the versions of the plant model, the facts of the
period, the seals, a README.txt that tells how to check them by hand, and manifest.json with the SHA-256 of each file.
Pack it with "zip -r" or "tar" to hand it on.

exit code  0  done, and the records agree with their facts
           1  done, but some do not, or the file cannot be read
           2  wrong usage`,
  positionals: ['ledger file'],
  options: { from: { type: 'string' }, to: { type: 'string' }, out: { type: 'string' } },
  run(given) {
    const period = wholePeriodOf(given)
    const folder = emptyFolder(given.values['out'])
    return withLedger(given.positionals[0]!, (file) => {
      const pack = new Pack(folder)
      const records = recordsOf(file, period)
      writeRecords(pack, file, { records, period })
      writePlants(pack, file, records)
      pack.write('factors.jsonl', factorRows(file, records))
      const facts = pack.write('facts.jsonl', factLines(file, records.length > 0 ? hullOf(records) : period))
      pack.write('seals.json', [`${JSON.stringify(file.seals, null, 2)}\n`])
      const found = differences(file, period)
      pack.write('README.txt', [README])
      const { head, counts } = { head: file.head(), counts: { records: records.length, facts, ...found } }
      pack.finish({ site: siteOf(file), period: { from: iso(period.from), to: iso(period.to) }, head, counts })
      const gone = found.archived > 0 ? `; the facts of ${found.archived} records are in an archive` : ''
      const others = found.ofOtherRules > 0 ? `, and ${found.ofOtherRules} that were made under other rules` : ''
      const differ = `${found.differing} records differ from their facts${others}${gone}`
      console.log(`${folder}: ${records.length} records and ${facts} facts, ${differ}`)
      return found.differing > 0 ? 1 : 0
    })
  },
}

function emptyFolder(out: string | boolean | undefined): string {
  if (typeof out !== 'string') throw new UsageError('--out: expected a folder, got nothing')
  const fits = !existsSync(out) || readdirSync(out).length === 0
  if (!fits) throw new UsageError(`--out: expected a folder that is empty or not there, got ${out}`)
  mkdirSync(out, { recursive: true })
  return out
}

/** The lasting records that lie in the period. */
function recordsOf(file: LedgerFile, { from, to }: Period): Carbon[] {
  return VIEWS.flatMap((view) => [...file.records(view, { from, until: to })])
    .map(({ record }) => record)
    .filter((r) => r.to <= to && r.status !== 'provisional')
}

function writeRecords(pack: Pack, file: LedgerFile, { records, period }: { records: Carbon[]; period: Period }): void {
  pack.write(
    'records.jsonl',
    lines(records, (record) => canonicalJson(record, record.id)),
  )
  const common = { site: siteOf(file), view: 'shift' as const, scopeNotes: '', includeProvisional: false }
  const audit = selectRecords(records, { ...period, ...common, chainHead: file.head() })
  pack.write('records.csv', [csvOf(audit.records)])
}

function writePlants(pack: Pack, file: LedgerFile, records: readonly Carbon[]): void {
  const used = new Set(records.map((r) => r.plant))
  for (const { id, model, settings, rules } of plantVersions(file).values()) {
    if (!used.has(id)) continue
    pack.write(`plant-${id!.split('|').at(-1)}.json`, [`${JSON.stringify({ id, rules, settings, model }, null, 2)}\n`])
  }
}

/** Each fact with its place in the chain and the hash before it, so that it can be checked alone. */
function* factLines(file: LedgerFile, time: Period): Generator<string> {
  for (const query of [{ kind: 'plant' } as const, ...Object.values(factQueries(time))]) {
    let last: ChainRow | undefined
    for (const row of file.rows(query)) {
      const previous = last?.seq === row.seq - 1 ? last.hash : file.hashBefore(row.seq)
      yield `{"seq":${row.seq},"previous":"${previous}","hash":"${row.hash}","fact":${textOf(row)}}\n`
      last = row
    }
  }
}

/** How many records differ: under the rules of this release, and of those that were made under others. */
function differences(
  file: LedgerFile,
  { from, to }: Period,
): Record<'differing' | 'ofOtherRules' | 'archived', number> {
  const progress = new Progress('facts')
  let [differing, ofOtherRules, archived, facts] = [0, 0, 0, 0]
  for (const step of replayLedger(file, { from, to })) {
    const others = step.disagreements.filter(({ rules }) => rules !== undefined).length
    ofOtherRules += others
    differing += step.disagreements.length - others
    archived += step.archived
    progress.at(step.done, (facts += step.facts))
  }
  progress.end()
  return { differing, ofOtherRules, archived }
}

const lines = <T>(items: readonly T[], text: (item: T) => string): string[] => items.map((item) => `${text(item)}\n`)

const hullOf = (records: readonly Carbon[]): Period => ({
  from: records.reduce((least, r) => Math.min(least, r.from), Infinity),
  to: records.reduce((most, r) => Math.max(most, r.to), -Infinity),
})
