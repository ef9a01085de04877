/**
 * Deploys a line again and again while messages come in, and looks for every one of them in the ledger:
 * `node test/bench/redeploys.ts [deploys]`, 1,000 by default.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import { redeployed } from '../nodes/fixtures/redeploys.ts'
import { say, seconds } from './say.ts'

const deploys = Number(process.argv[2] ?? 1_000)
const folder = mkdtempSync(join(tmpdir(), 'redeploys-'))
await helper.startServer()
const start = performance.now()
const { sent, received, unanswered, twice, lost, ok } = await redeployed({ folder, deploys })
say(`${deploys} deploys under load`, seconds(performance.now() - start))
say('messages sent, and received by a node of ours', `${sent}, ${received}`)
say('not answered', String(unanswered))
say('answered more than once', String(twice))
say('delta counts and power samples that are not in the ledger', String(lost.length))
say('the ledger holds', String(ok))
await helper.stopServer()
rmSync(folder, { recursive: true })
process.exit(unanswered + twice + lost.length > 0 || !ok ? 1 : 0)
