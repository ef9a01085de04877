#!/usr/bin/env node
/** The command `mes-carbon`: looks at a ledger file without Node-RED and without writing to it. */

import { existsSync } from 'node:fs'
import { verifyFile } from '../stores/sqlite-reader.ts'

const HELP = `mes-carbon verify <ledger file>

Walks the hash chain over all facts of a SQLite ledger.

exit code 0  the chain holds; prints the number of facts and the head
          1  the chain is broken, or the file cannot be read; prints the first broken row
          2  wrong usage
`

function verify(path: string): number {
  if (!existsSync(path)) {
    console.error(`mes-carbon: expected a ledger file, got nothing at ${path}`)
    return 2
  }
  try {
    const { ok, facts, head, firstBroken } = verifyFile(path)
    if (ok) console.log(`ok: ${facts} facts, head ${head}`)
    else console.log(`broken at row ${firstBroken}: ${facts} facts before it hold, the last of them sealed by ${head}`)
    return ok ? 0 : 1
  } catch (error) {
    console.error(`mes-carbon: ${path}: ${(error as Error).message}`)
    return 1
  }
}

function main([command, path, ...more]: string[]): number {
  if (command === '--help' || command === '-h') {
    console.log(HELP)
    return 0
  }
  if (command === 'verify' && path && more.length === 0) return verify(path)
  console.error(HELP)
  return 2
}

process.exitCode = main(process.argv.slice(2))
