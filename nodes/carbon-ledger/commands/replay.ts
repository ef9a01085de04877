import { replayLedger, type Disagreement, type ReplayScope } from '../../shared/replay-ledger.ts'
import { periodOf, viewOf, withLedger, type Command, type Given } from './command.ts'
import { Progress } from './progress.ts'

export const replay: Command = {
  usage: 'replay <ledger file> [--from <time>] [--to <time>] [--view <view>]',
  summary: 'Reckons every lasting record anew from the facts and compares it byte for byte.',
  help: `--from, --to  records that begin in this time; ISO 8601 with a zone, or a day (its midnight UTC)
--view        window, shift, order, sku-shift or day

A record's figures are compared as canonical JSON, all of them. Not compared are its revision, status and reasons,
which tell of the way the facts came, and the signal of its buckets, evidence for alarms that no fact holds.
A record that still moves (provisional) is passed over, and so is an adjusting record of a closed period.

exit code  0  all agree
           1  some do not: prints each with the first field that differs, as told and as reckoned
           2  wrong usage`,
  positionals: ['ledger file'],
  options: { from: { type: 'string' }, to: { type: 'string' }, view: { type: 'string' } },
  run(given) {
    const scope = scopeOf(given)
    return withLedger(given.positionals[0]!, (file) => {
      const sum = { facts: 0, compared: 0, passedOver: 0, differing: 0 }
      const progress = new Progress('facts')
      for (const step of replayLedger(file, scope)) {
        for (const name of ['facts', 'compared', 'passedOver'] as const) sum[name] += step[name]
        sum.differing += step.disagreements.length
        progress.at(step.done, sum.facts)
        if (step.disagreements.length > 0) progress.end()
        for (const disagreement of step.disagreements) console.log(lineOf(disagreement))
      }
      progress.end()
      console.log(verdict(sum))
      return sum.differing > 0 ? 1 : 0
    })
  },
}

function scopeOf(given: Given): ReplayScope {
  const view = viewOf(given)
  return { ...periodOf(given), ...(view && { views: [view] }) }
}

const lineOf = ({ id, revision, field, told, reckoned }: Disagreement): string =>
  `${id} revision ${revision}: ${field}: told ${told}, reckoned ${reckoned}`

function verdict({ compared, passedOver, differing }: Record<'compared' | 'passedOver' | 'differing', number>): string {
  const over = passedOver > 0 ? `; ${passedOver} passed over (provisional or adjusting)` : ''
  return differing === 0
    ? `ok: ${compared} records agree byte for byte with their facts${over}`
    : `${differing} of ${compared} records differ from their facts, ${compared - differing} agree${over}`
}
