import { statSync } from 'node:fs'
import { VIEWS } from '../../core/records.ts'
import { FACT_KINDS, MEASURED_KINDS } from '../../stores/ledger.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { iso, withLedger, type Command } from './command.ts'
import { table } from './table.ts'

export const stats: Command = {
  usage: 'stats <ledger file> [--json]',
  summary: 'Tells what a ledger holds: facts by kind, time by line, records by view and status, head and seals.',
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
  const seal = file.seals.at(-1)
  const newestSeal = seal ? { n: seal.n, until: iso(seal.until), seq: seal.seq } : null
  return { file: path, bytes: statSync(path).size, head: file.head(), newestSeal, facts, lines, records }
}

function textOf({ file, bytes, head, newestSeal, facts, lines, records }: ReturnType<typeof statsOf>): string {
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
  ].join('\n')
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
