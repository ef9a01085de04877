#!/usr/bin/env node
/** The command `mes-carbon`: looks at a ledger file without Node-RED. */

import { readArguments, UsageError, type Command } from './commands/command.ts'
import { evidence } from './commands/evidence.ts'
import { explain } from './commands/explain.ts'
import { exportRecords } from './commands/export.ts'
import { replay } from './commands/replay.ts'
import { stats } from './commands/stats.ts'
import { verify } from './commands/verify.ts'

const COMMANDS: Record<string, Command> = { verify, replay, explain, export: exportRecords, evidence, stats }

const usages = Object.values(COMMANDS).map(({ usage, summary }) => `  mes-carbon ${usage}\n      ${summary}\n`)

const HELP = `mes-carbon looks at the ledger file of a carbon line, also while Node-RED writes it.

${usages.join('')}
mes-carbon <command> --help tells more of each.

exit code  0  fine
           1  the check failed, or the file cannot be read
           2  wrong usage
`

function main([name = '', ...args]: string[]): number {
  if (name === '--help' || name === '-h') return say(HELP)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined
  try {
    if (!command) throw new UsageError(`expected one of ${Object.keys(COMMANDS).join(', ')}, got ${name || 'nothing'}`)
    if (args.some((arg) => arg === '--help' || arg === '-h')) return say(helpOf(command))
    return command.run(readArguments(command, args))
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

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = main(process.argv.slice(2))
