import { verifyFile } from '../../stores/sqlite-reader.ts'
import { checkFile, type Command } from './command.ts'

export const verify: Command = {
  usage: 'verify <ledger file>',
  summary: 'Walks the hash chain over all facts, and the seals of closed periods.',
  help: `Prints the number of facts and the head, the hash that seals them all: it must be the one that your exports state.
Rows cut off at the end leave a chain that holds, with another head.

exit code  0  the chain holds
           1  it is broken, or the file cannot be read; prints the first broken row
           2  wrong usage`,
  positionals: ['ledger file'],
  options: {},
  run({ positionals: [path] }) {
    checkFile(path!)
    const { ok, facts, head, firstBroken, ...seals } = verifiedFile(path!)
    const { brokenSeal } = seals as { brokenSeal?: number }
    if (firstBroken !== undefined) {
      console.log(`broken at row ${firstBroken}: ${facts} facts before it hold, the last of them sealed by ${head}`)
    }
    if (brokenSeal !== undefined)
      console.log(`seal ${brokenSeal} does not hold: it, its fact or its records were changed`)
    if (ok) console.log(`ok: ${facts} facts, head ${head}${sealText(seals)}`)
    return ok ? 0 : 1
  },
}

function verifiedFile(path: string): ReturnType<typeof verifyFile> {
  try {
    return verifyFile(path)
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** Stores that close periods say how many seals there are. */
const sealText = ({ seals = 0 }: { seals?: number }): string => (seals > 0 ? `, ${seals} closed periods` : '')
