import { RULES_VERSION } from '../../core/rules.ts'
import { replayLedger, type Disagreement, type ReplayScope } from '../../shared/replay-ledger.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { folderOf, periodOf, viewOf, withLedger, type Command, type Given } from './command.ts'
import { Progress } from './progress.ts'

export const replay: Command = {
  usage: 'replay <ledger file> [--from <time>] [--to <time>] [--view <view>] [--archive <folder>]',
  summary: 'Reckons every lasting record anew from the facts and compares it byte for byte.',
  help: `--from, --to  records that begin in this time; ISO 8601 with a zone, or a day (its midnight UTC)
--view        window, shift, order, sku-shift or day
--archive     an archive of this ledger, or a folder of them: what lies there is reckoned, too

A record's figures are compared as canonical JSON, all of them. Not compared are its revision, status and reasons,
which tell of the way the facts came, and the signal of its buckets, evidence for alarms that no fact holds.
A record that still moves (provisional) is passed over, and so are an adjusting record of a closed period, and a record whose facts
are in an archive that is not given. Of a closed period the facts count that were there when it was closed.

A record names the calculation rules that it was made under. Where these have changed since, a difference says "rules
changed": whether it comes from them alone, only the release that made the record can tell. Such records are counted by
themselves, and are not restated until a fact changes them.

exit code  0  all agree
           1  some do not: prints each with the first field that differs, as told and as reckoned
           2  wrong usage
           3  all agree but some that were made under other rules`,
  positionals: ['ledger file'],
  options: { from: { type: 'string' }, to: { type: 'string' }, view: { type: 'string' }, archive: { type: 'string' } },
  run(given) {
    const scope = scopeOf(given)
    return withLedger(
      given.positionals[0]!,
      (file) => {
        const sum = replayed(file, scope)
        console.log(verdict(sum))
        return sum.differing > 0 ? 1 : sum.ofOtherRules > 0 ? OTHER_RULES : 0
      },
      folderOf(given, 'archive'),
    )
  },
}

/** Exit code where only records of other rules differ. */
const OTHER_RULES = 3

const COUNTED = ['facts', 'compared', 'passedOver', 'archived'] as const
type Sum = Record<(typeof COUNTED)[number] | 'differing' | 'ofOtherRules', number> & { archives: Set<string> }

/** Prints what differs as it is found. */
function replayed(file: LedgerFile, scope: ReplayScope): Sum {
  const counts = { facts: 0, compared: 0, passedOver: 0, archived: 0, differing: 0, ofOtherRules: 0 }
  const sum = { ...counts, archives: new Set<string>() }
  const progress = new Progress('facts')
  for (const step of replayLedger(file, scope)) {
    for (const name of COUNTED) sum[name] += step[name]
    for (const archive of step.archives) sum.archives.add(archive)
    for (const { rules } of step.disagreements) sum[rules === undefined ? 'differing' : 'ofOtherRules']++
    progress.at(step.done, sum.facts)
    if (step.disagreements.length > 0) progress.end()
    for (const disagreement of step.disagreements) console.log(lineOf(disagreement))
  }
  progress.end()
  return sum
}

function scopeOf(given: Given): ReplayScope {
  const view = viewOf(given)
  return { ...periodOf(given), ...(view && { views: [view] }) }
}

function lineOf({ id, revision, field, told, reckoned, rules }: Disagreement): string {
  const changed = rules === undefined ? '' : ` (rules changed: made under rules ${rules}, reckoned by ${RULES_VERSION})`
  return `${id} revision ${revision}: ${field}: told ${told}, reckoned ${reckoned}${changed}`
}

function verdict({ compared, passedOver, archived, differing, ofOtherRules, archives }: Sum): string {
  const over = passedOver > 0 ? `; ${passedOver} passed over (provisional or adjusting)` : ''
  const gone = archived > 0 ? `; ${archived} passed over, as their facts are in ${[...archives].join(', ')}` : ''
  const agreeing = compared - differing - ofOtherRules
  const others = ofOtherRules > 0 ? `; ${ofOtherRules} differ that were made under other rules` : ''
  const found =
    differing === 0
      ? `ok: ${agreeing} records agree byte for byte with their facts`
      : `${differing} of ${compared} records differ from their facts, ${agreeing} agree`
  return found + others + over + gone
}
