/** The command `mes-carbon`: finds the command that is meant, runs it, and says what went wrong. */

import { close } from './close.ts'
import { readArguments, UsageError, type Command } from './command.ts'
import { compact } from './compact.ts'
import { evidence } from './evidence.ts'
import { explain } from './explain.ts'
import { exportRecords } from './export.ts'
import { replay } from './replay.ts'
import { stats } from './stats.ts'
import { verify } from './verify.ts'

const COMMANDS: Record<string, Command> = {
  ...{ verify, replay, explain, export: exportRecords, evidence, stats },
  ...{ close, compact },
}

const usages = Object.values(COMMANDS).map(({ usage, summary }) => `  mes-carbon ${usage}\n      ${summary}\n`)

const HELP = `mes-carbon works on the ledger file of a carbon line, also while Node-RED writes it. All commands but close and compact
only look at it.

${usages.join('')}
mes-carbon <command> --help tells more of each.

exit code  0  fine
           1  the check failed, what was asked for cannot be done, or the file cannot be read
           2  wrong usage
`

/** Gives the exit code. */
export async function main([name = '', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h') return say(HELP)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined
  try {
    if (!command) throw new UsageError(`expected one of ${Object.keys(COMMANDS).join(', ')}, got ${name || 'nothing'}`)
    if (args.some((arg) => arg === '--help' || arg === '-h')) return say(helpOf(command))
    return await command.run(readArguments(command, args))
  } catch (error) {
    const wrongUsage = error instanceof UsageError
    console.error(`mes-carbon${command ? ` ${name}` : ''}: ${(error as Error).message}`)
    if (wrongUsage) console.error(command ? `\nmes-carbon ${command.usage}` : `\n${HELP}`)
    return wrongUsage ? 2 : 1
  }
}

function say(text: string): number {
  console.log(text)
  return 0
}

const helpOf = ({ usage, summary, help }: Command): string => `mes-carbon ${usage}\n\n${summary}\n\n${help}`
