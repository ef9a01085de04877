/**
 * Deploys a line again and again while messages come in, and looks for every one of them in the ledger:
 * `node test/bench/redeploys.ts [deploys]`, 1,000 by default. Each hundred runs in a process of its own: the test helper
 * holds on to every node that it has seen.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { redeployed } from '../nodes/fixtures/redeploys.ts'
import { say, seconds } from './say.ts'

const PORTION = 100
const COUNTED = ['sent', 'received', 'unanswered', 'twice', 'lost', 'broken'] as const
type Counts = Record<(typeof COUNTED)[number], number>

async function portion(deploys: number): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'redeploys-'))
  await helper.startServer()
  const { lost, ok, ...counts } = await redeployed({ folder, deploys })
  await helper.stopServer()
  rmSync(folder, { recursive: true })
  return { ...counts, lost: lost.length, broken: ok ? 0 : 1 }
}

function all(deploys: number): Counts {
  const sum: Counts = { sent: 0, received: 0, unanswered: 0, twice: 0, lost: 0, broken: 0 }
  for (let left = deploys; left > 0; left -= PORTION) {
    const args = [import.meta.filename, '--portion', String(Math.min(left, PORTION))]
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' })
    const counts = JSON.parse(said.trim().split('\n').at(-1)!) as Counts
    for (const name of COUNTED) sum[name] += counts[name]
  }
  return sum
}

if (process.argv[2] === '--portion') {
  console.log(JSON.stringify(await portion(Number(process.argv[3]))))
  process.exit(0)
}
const deploys = Number(process.argv[2] ?? 1_000)
const start = performance.now()
const { sent, received, unanswered, twice, lost, broken } = all(deploys)
say(`${deploys} deploys under load`, seconds(performance.now() - start))
say('messages sent, and received by a node of ours', `${sent}, ${received}`)
say('not answered', String(unanswered))
say('answered more than once', String(twice))
say('delta counts and power samples that are not in the ledger', String(lost))
say('ledgers that do not hold', String(broken))
process.exitCode = unanswered + twice + lost + broken > 0 ? 1 : 0
