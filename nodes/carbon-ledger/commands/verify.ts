import type { Verification } from '../../stores/ledger.ts'
import { verifyFile } from '../../stores/sqlite-reader.ts'
import { checkFile, type Command } from './command.ts'

export const verify: Command = {
  usage: 'verify <ledger file>',
  summary:
    'Walks the hash chain over all facts, the journal of what was saved, the postings, and the seals of closed periods.',
  help: `Prints the number of facts and the head, the hash that seals them all: it must be the one that your exports state.
Whatever was changed, put in, taken out or cut off is named, each in one sentence. What no file alone can show: that it
is an old copy, or that somebody wrote all of it anew with all its hashes. So keep the head elsewhere, as exports do.
Where older facts were archived, the chain holds from the first row in the file on; the archive has the rows before it.
A row that an older release wrote and this one cannot read is named, too; that alone is no fault.

exit code  0  all holds
           1  something does not, or the file cannot be read: prints what
           2  wrong usage`,
  positionals: ['ledger file'],
  options: {},
  run({ positionals: [path] }) {
    checkFile(path!)
    const found = verifiedFile(path!)
    for (const line of linesOf(found)) console.log(line)
    return found.ok ? 0 : 1
  },
}

function verifiedFile(path: string): Verification {
  try {
    return verifyFile(path)
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

function linesOf({ findings = [], ...found }: Verification): string[] {
  return [...chainLines(found), ...findings.map(({ kind, says }) => `${kind}: ${says}`)]
}

function chainLines({ ok, facts, head, from, firstBroken, seals, brokenSeal }: Verification): string[] {
  const since = from === undefined ? '' : ` from row ${from} on, older ones are in the archive`
  if (ok) return [`ok: ${facts} facts${since}, head ${head}${seals > 0 ? `, ${seals} closed periods` : ''}`]
  return [
    ...(firstBroken === undefined ? [] : [`broken at row ${firstBroken}: ${heldText(facts, head)}`]),
    ...(brokenSeal === undefined ? [] : [sealText(brokenSeal, seals)]),
  ]
}

const heldText = (facts: number, head: string): string =>
  facts === 0
    ? 'it does not follow from what lies before it'
    : `${facts} facts before it hold, the last of them sealed by ${head}`

const sealText = (
  n: number,
  before: number,
): string => `seal ${n} does not hold: after period ${n} was closed, one of its records was \
changed, put in or taken out, or the seal itself or the fact it names; ${before} seals before it hold`
