import { existsSync } from 'node:fs'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { LEAST_KEEP_DAYS } from '../housekeeping.ts'
import { UsageError, folderOf, iso, timeOf, type Command } from './command.ts'
import { told, writing } from './writing.ts'

export const compact: Command = {
  usage: 'compact <ledger file> --before <time> --archive <folder>',
  summary: 'Moves closed periods that end by a moment to an archive, so that the file does not grow for ever.',
  help: `--before   ISO 8601 with a zone, or a day (its midnight UTC); ${LEAST_KEEP_DAYS} days or more before the newest measurement
--archive  a new folder, on a disk that is kept: the file names it

The archive is on disk before anything leaves the file. What stays: all open time, what of before still matters in it,
and the newest revision of every record but windows. Node-RED may run meanwhile; what it has to write waits.
"replay --archive <folder>" reads the archive again.

exit code  0  done
           1  nothing may go, or it failed: says why, and all is as before
           2  wrong usage`,
  positionals: ['ledger file'],
  options: { before: { type: 'string' }, archive: { type: 'string' } },
  async run(given) {
    const before = timeOf(given, 'before')
    const archive = folderOf(given, 'archive')
    if (archive === undefined) throw new UsageError('--archive: expected a folder, got nothing')
    if (existsSync(archive))
      throw new UsageError(`--archive: expected a new folder, got ${archive}, which is there already`)
    const path = given.positionals[0]!
    const done = await writing(
      path,
      (file) => check(file, before),
      (ledger) => ledger.compact({ before, archive, at: Date.now() }),
    )
    if (!done) throw new Error('expected a closed period that is not in an archive yet, got none: it just went')
    const { until, facts, records, carried } = done
    console.log(told({ until: iso(until), facts, records, 'carried forward': carried, archive }))
    return 0
  },
}

const DAY_MS = 86_400_000

/** Throws where nothing may go. */
function check(file: LedgerFile, before: number): void {
  const latest = (file.newest() ?? 0) - LEAST_KEEP_DAYS * DAY_MS
  if (before > latest) {
    const why = `${LEAST_KEEP_DAYS} days before the newest measurement, as what holds in open time may have been told a month before`
    throw new Error(`--before: expected a time up to ${iso(latest)}, ${why}, got ${iso(before)}`)
  }
  const gone = file.anchors.at(-1)?.seal ?? 0
  const next = file.seals.find(({ n }) => n > gone)
  if (!next) throw new Error('expected a closed period that is not in an archive yet, got none: see mes-carbon close')
  if (next.until > before)
    throw new Error(
      `--before: expected ${iso(next.until)} or later, the end of the next closed period, got ${iso(before)}`,
    )
}
