#!/usr/bin/env node
/** The command `mes-carbon`: works on a ledger file without Node-RED. */

import { main } from './commands/main.ts'

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = await main(process.argv.slice(2))
