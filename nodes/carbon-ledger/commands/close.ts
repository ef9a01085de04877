import type { LedgerFile } from '../../stores/ledger-file.ts'
import { checkUntil } from '../../stores/seals.ts'
import { iso, timeOf, type Command } from './command.ts'
import { told, writing } from './writing.ts'

export const close: Command = {
  usage: 'close <ledger file> --until <time>',
  summary: 'Closes all time before a moment: its records no longer change. There is no way back.',
  help: `--until  ISO 8601 with a zone, or a day (its midnight UTC); after what is closed already, and not after the newest
         measurement

Writes a seal over all facts until now and over the records that ended by then. What becomes known later is booked as
an adjusting record in the open time, so close when late readings, counts and settlements of factors have come in.
Node-RED may run meanwhile, and sees at once what is closed. Keep what is printed: "seal" stands for all that is closed.

exit code  0  closed
           1  not closed: says why
           2  wrong usage`,
  positionals: ['ledger file'],
  options: { until: { type: 'string' } },
  async run(given) {
    const until = timeOf(given, 'until')
    const path = given.positionals[0]!
    const closed = await writing(
      path,
      (file) => check(file, until),
      (ledger) => ledger.seal(until, Date.now()),
    )
    const { n, seq, records, hash, seal } = closed
    const facts = `${closed.facts}, up to row ${seq}`
    console.log(told({ n, until: iso(closed.until), facts, records, head: hash, seal }))
    return 0
  },
}

/** Time that has not passed cannot be closed: measurements of it are still to come. */
function check(file: LedgerFile, until: number): void {
  const newest = file.newest()
  if (newest === null) throw new Error('--until: expected a ledger that holds measurements, got one without')
  if (until > newest)
    throw new Error(`--until: expected a time up to ${iso(newest)}, the newest measurement, got ${iso(until)}`)
  checkUntil(until, file.seals.at(-1)?.until ?? null)
}
