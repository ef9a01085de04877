import { writeFileSync } from 'node:fs'
import { csvOf, jsonLinesOf } from '../../core/esg/esg-format.ts'
import { selectRecords } from '../../core/esg/esg.ts'
import { plantVersions } from '../../shared/plant-version.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { periodOf, UsageError, viewOf, withLedger, type Command, type Given } from './command.ts'

/** The whole of time, as far as a date can hold it. */
const EVER = { from: 0, to: 8.64e15 }

export const exportRecords: Command = {
  usage: 'export <ledger file> --csv|--jsonl [--view <view>] [--from <time>] [--to <time>] [--out <file>]',
  summary: 'Writes the audit record of a period, as carbon-esg does.',
  help: `--csv, --jsonl  the form: CSV (RFC 4180) or JSON Lines
--view          window, shift (default), order, sku-shift or day
--from, --to    records that lie wholly in this time; ISO 8601 with a zone, or a day (its midnight UTC)
--out           a file; default: the standard output

Records that still move (provisional) or cross a bound of the period are left out; how many is told on the standard error.`,
  positionals: ['ledger file'],
  options: {
    csv: { type: 'boolean' },
    jsonl: { type: 'boolean' },
    view: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
  },
  run(given) {
    const { csv, jsonl, out } = given.values
    if (Boolean(csv) === Boolean(jsonl)) throw new UsageError(`expected --csv or --jsonl, got ${csv ? 'both' : 'none'}`)
    const [view, period] = [viewOf(given) ?? 'shift', { ...EVER, ...periodOf(given) }]
    return withLedger(given.positionals[0]!, (file) => {
      const common = { site: siteOf(file), scopeNotes: '', chainHead: file.head(), includeProvisional: false }
      const { records, excludedProvisional, excludedStraddling } = selectRecords(
        [...file.records(view, { since: period.from, until: period.to })].map(({ record }) => record),
        { ...period, view, ...common },
      )
      write(csv ? csvOf(records) : jsonLinesOf(records), out)
      const left = `${excludedProvisional} provisional and ${excludedStraddling} across a bound of the period left out`
      console.error(`${records.length} records of the view ${view}; ${left}`)
      return 0
    })
  },
}

/** `enterprise/site` of the newest version of the plant. */
export function siteOf(file: LedgerFile): string {
  const model = [...plantVersions(file).values()].at(-1)?.model
  return model ? `${model.enterprise}/${model.site}` : ''
}

function write(text: string, out: Given['values'][string]): void {
  if (typeof out === 'string') writeFileSync(out, text)
  else process.stdout.write(text)
}
