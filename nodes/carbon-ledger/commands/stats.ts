import { statSync } from 'node:fs'
import { VIEWS } from '../../core/records.ts'
import { FACT_KINDS, MEASURED_KINDS } from '../../stores/ledger.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { iso, withLedger, type Command } from './command.ts'
import { table, type Cell } from './table.ts'

export const stats: Command = {
  usage: 'stats <ledger file> [--json]',
  summary: 'Tells what a ledger holds: facts by kind, time by line, records, closed and archived time, letters.',
  help: `--json  the same for a machine

Conflicts (a fact that came again with another content) are told by Node-RED when they happen; the file keeps only the
fact that was there first.`,
  positionals: ['ledger file'],
  options: { json: { type: 'boolean' } },
  run({ positionals: [path], values }) {
    return withLedger(path!, (file) => {
      const found = statsOf(file, path!)
      console.log(values['json'] ? JSON.stringify(found, null, 2) : textOf(found))
      return 0
    })
  },
}

function statsOf(file: LedgerFile, path: string) {
  const extents = file.extents()
  const facts = Object.fromEntries(
    FACT_KINDS.map((kind) => [kind, sum(extents.filter((e) => e.kind === kind).map((e) => e.facts))]),
  )
  const lines = [...new Set(extents.filter((e) => MEASURED_KINDS.includes(e.kind)).map((e) => e.line))].map((line) => {
    const measured = extents.filter((e) => e.line === line && MEASURED_KINDS.includes(e.kind))
    const [from, to] = [Math.min(...measured.map((e) => e.from)), Math.max(...measured.map((e) => e.to))]
    return { line, from: iso(from), to: iso(to), facts: sum(measured.map((e) => e.facts)) }
  })
  const extentsOfRecords = file.recordExtents()
  const records = VIEWS.flatMap((view) => {
    const of = extentsOfRecords.filter((e) => e.view === view)
    const count = (status: string): number => of.find((e) => e.status === status)?.records ?? 0
    const counts = { provisional: count('provisional'), final: count('final'), restated: count('restated') }
    return of.length > 0 ? [{ view, ...counts }] : []
  })
  const seals = file.seals.map(({ n, until, seq, facts, records }) => ({ n, until: iso(until), seq, facts, records }))
  const archives = file.anchors.map(({ n, at, until, seq, archive }) => {
    return { n, until: iso(until), seq, made: iso(at), archive }
  })
  const letters = file.waitingLetters().map((of) => ({ ...of, oldest: iso(of.oldest) }))
  const about = { file: path, bytes: statSync(path).size, head: file.head(), newestSeal: seals.at(-1) ?? null }
  return { ...about, facts, lines, records, seals, archives, letters }
}

type Stats = ReturnType<typeof statsOf>

function textOf({ file, bytes, head, newestSeal, facts, lines, records, ...kept }: Stats): string {
  const seal = newestSeal && `${newestSeal.n}, all before ${newestSeal.until} is closed`
  return [
    `ledger       ${file}`,
    `size         ${(bytes / 2 ** 20).toFixed(1)} MB`,
    `head         ${head}`,
    `newest seal  ${seal ?? 'none'}`,
    `\nfacts\n${table(['kind', 'facts'], Object.entries(facts))}`,
    `\ntime measured\n${table(
      ['line', 'from', 'to', 'facts'],
      lines.map((l) => [l.line || '(no line)', l.from, l.to, l.facts]),
    )}`,
    `\nrecords (newest revision of each)\n${table(
      ['view', 'provisional', 'final', 'restated'],
      records.map((r) => [r.view, r.provisional, r.final, r.restated]),
    )}`,
    ...keptText(kept),
  ].join('\n')
}

/** Closed periods, archives and letters, where there are any. */
function keptText({ seals, archives, letters }: Pick<Stats, 'seals' | 'archives' | 'letters'>): string[] {
  const tables: [title: string, header: string[], rows: Cell[][]][] = [
    [
      'closed periods',
      ['seal', 'until', 'up to row', 'facts', 'records'],
      seals.map((s) => [s.n, s.until, s.seq, s.facts, s.records]),
    ],
    [
      'archived time',
      ['archive', 'until', 'up to row', 'made', 'folder'],
      archives.map((a) => [a.n, a.until, a.seq, a.made, a.archive]),
    ],
    [
      'letters that wait',
      ['target', 'letters', 'oldest', 'last error'],
      letters.map((l) => [l.target, l.letters, l.oldest, l.lastError]),
    ],
  ]
  return tables.flatMap(([title, header, rows]) => (rows.length > 0 ? [`\n${title}\n${table(header, rows)}`] : []))
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
