/** `npm run bench`: what the parts cost on this machine. `-- --full` takes a whole line-year, and most of an hour. */

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculate, memoryOfMeters } from './core.ts'
import { append, allFacts, openBenchLedger, saveRecords } from './ledger-file.ts'
import { METERS, MINUTE, YEAR_MINUTES } from './plant.ts'
import { parseAlone, replayAll, restart } from './replay.ts'
import { megabytes, perSecond, say, seconds, timed } from './say.ts'
import { insertAlone } from './store.ts'

const SHARE = process.argv.includes('--full') ? 1 : 0.01
const OPEN_FACTS = 1_000_000

async function ledgerBench(folder: string): Promise<void> {
  const minutes = Math.round(YEAR_MINUTES * SHARE)
  const path = join(folder, 'ledger.sqlite')
  const ledger = openBenchLedger(path)
  const written = await append(ledger, allFacts(minutes))
  const raw = await insertAlone(join(folder, 'raw.sqlite'), allFacts(Math.min(minutes, 5000)))
  const perFact = (part: { facts: number; ms: number }): number => part.ms / part.facts
  say('ledger: facts committed to SQLite, sync to disk', perSecond(written.facts, written.ms))
  say('  × the time of a bare INSERT of such rows', (perFact(written) / perFact(raw)).toFixed(1))
  const verified = await timed(() => void ledger.verify())
  say('ledger: facts verified', perSecond(written.facts, verified))
  const records = await saveRecords(ledger, minutes)
  const openMinutes = Math.round((OPEN_FACTS * SHARE) / METERS)
  const restarted = await timed(() => restart(ledger, openMinutes))
  const open = await timed(() => parseAlone(path, ledger.newest()! - openMinutes * MINUTE))
  say(`restart with ${(openMinutes * METERS).toLocaleString('en')} open facts`, seconds(restarted))
  say('  × the time of reading and parsing the same rows', (restarted / open).toFixed(1))
  await ledger.close()

  const parsed = await timed(() => parseAlone(path))
  let differing = 0
  const replayed = await timed(() => void (differing = replayAll(path)))
  const what = `${written.facts.toLocaleString('en')} facts, ${records.toLocaleString('en')} records`
  say(`replay of ${what}`, `${seconds(replayed)}, ${perSecond(written.facts, replayed)}`)
  say('  × the time of reading and parsing the same rows', (replayed / parsed).toFixed(1))
  say('  records that differ', String(differing))
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}`)
const folder = mkdtempSync(join(tmpdir(), 'carbon-bench-'))
try {
  await calculate(Math.round(YEAR_MINUTES * SHARE))
  memoryOfMeters(10_000)
  await ledgerBench(folder)
  say('peak memory (RSS) of all this', megabytes(process.resourceUsage().maxRSS * 1024))
} finally {
  rmSync(folder, { recursive: true })
}
