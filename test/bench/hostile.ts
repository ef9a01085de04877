/**
 * `npm run bench:hostile`: a million hostile messages among good ones, through the whole line in a real Node-RED.
 * `-- 50000` takes another number. Ends with code 1 where one of them got through, was not answered, or held up others.
 */

import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { Answers } from '../nodes/fixtures/answers.ts'
import { MODEL, T } from '../nodes/fixtures/good-hour.ts'
import { hostile } from '../nodes/fixtures/hostile.ts'
import { installPackage } from '../plant/node-red.ts'
import { refusalCost } from './refusal-cost.ts'
import { megabytes, perSecond, say } from './say.ts'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const GOOD = 2_400
const PER_TURN = 20
const WARM = 1_000
const SAMPLE = 50_000
const STATIONS = ['meter', 'factor', 'context', 'per-unit', 'anomaly', 'kpi']
const require = createRequire(import.meta.url)

interface RedNode {
  receive(message: object): void
  on(event: 'input', listener: (message: { payload: Record<string, unknown> }) => void): void
}
interface Red {
  init(settings: object): void
  start(): Promise<void>
  stop(): Promise<void>
  nodes: { getNode(id: string): RedNode | null }
}

const common = { plant: 'plant', ledger: 'ledger', z: 'tab', x: 0, y: 0 }
const flows = (path: string): object[] => [
  { id: 'tab', type: 'tab' },
  { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) },
  { id: 'ledger', type: 'carbon-ledger', store: 'sqlite', path },
  { id: 'slots', type: 'carbon-factor-source', provider: 'message', zone: '', boundary: 'direct' },
  { id: 'meter', type: 'carbon-meter', ...common, wires: [['factor'], []] },
  {
    id: 'factor',
    type: 'carbon-factor',
    ...common,
    sources: ['slots'],
    yearlyFallback: false,
    wires: [['context'], []],
  },
  { id: 'context', type: 'carbon-context', ...common, wires: [['per-unit'], []] },
  { id: 'per-unit', type: 'carbon-per-unit', ...common, wires: [['anomaly'], ['answers']] },
  { id: 'anomaly', type: 'carbon-anomaly', ...common, wires: [['kpi'], ['kpi']] },
  { id: 'kpi', type: 'carbon-kpi', ...common, wires: [[]] },
  { id: 'answers', type: 'junction', z: 'tab', x: 0, y: 0, wires: [[]] },
]

async function startRed(userDir: string): Promise<Red> {
  const RED = require('node-red') as Red
  const settings = {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: false,
  }
  RED.init({ ...settings, logging: { console: { level: 'off' } }, telemetry: { enabled: false } })
  await RED.start()
  while (!RED.nodes.getNode('kpi')) await sleep(20)
  return RED
}

/** Holds of the event loop, from one turn to the next. */
class Holds {
  /** By the clock, and of the processor: the difference is what other programs took. */
  longest = 0
  longestCpu = 0
  readonly #lengths = new Float64Array(100_000)
  #count = 0

  add(ms: number, cpuMs: number): void {
    this.longest = Math.max(this.longest, ms)
    this.longestCpu = Math.max(this.longestCpu, cpuMs)
    this.#lengths[this.#count++ % this.#lengths.length] = ms
  }

  get median(): number {
    return this.#lengths.slice(0, Math.min(this.#count, this.#lengths.length)).toSorted()[
      Math.min(this.#count, this.#lengths.length) >> 1
    ]!
  }
}

/** One of the good messages: a second of the hour. */
function goodSecond(meter: RedNode, n: number): void {
  const timestamp = T + n * 1000
  meter.receive({ topic: 'l1/energy', payload: { value: 1000 + n / 60, timestamp } })
  meter.receive({ topic: 'l1/good', payload: { value: 5000 + n, timestamp } })
}

async function run(RED: Red): Promise<void> {
  const meter = RED.nodes.getNode('meter')!
  const answers = new Answers()
  const holds = new Holds()
  meter.receive({ payload: { type: 'factor', factors: [{ from: T - 3.6e6, to: T + 7.2e6, kgPerKWh: 0.2 }] } })
  meter.receive({ payload: { type: 'job', line: 'L1', at: T - 1000, action: 'start', order: 'O1' } })
  meter.receive({ payload: { type: 'state', line: 'L1', at: T - 1000, state: 'Execute' } })
  goodSecond(meter, 0)
  let [sent, good, busyMs, heapAt] = [0, 0, 0, 0]
  while (sent < COUNT) {
    const messages = fc.sample(hostile, { numRuns: Math.min(SAMPLE, COUNT - sent), seed: sent })
    // What making them has left behind is not the line's.
    global.gc!()
    for (let i = 0; i < messages.length; i += PER_TURN) {
      const start = performance.now()
      const cpu = process.threadCpuUsage()
      for (const message of messages.slice(i, i + PER_TURN)) meter.receive(message)
      sent += PER_TURN
      while (good < Math.floor((sent / COUNT) * GOOD)) goodSecond(meter, ++good)
      await turn()
      const ms = performance.now() - start
      busyMs += ms
      const { user, system } = process.threadCpuUsage(cpu)
      // The first thousand find the code not compiled yet.
      if (sent > WARM) holds.add(ms, (user + system) / 1000)
    }
    if (heapAt === 0 && sent >= COUNT / 10) heapAt = heapNow()
  }
  await sleep(500)
  const growth = heapNow() - heapAt
  const totals = new Promise<Record<string, unknown>>((resolve) =>
    RED.nodes.getNode('answers')!.on('input', ({ payload }) => resolve(payload)),
  )
  meter.receive({ payload: { type: 'query', ask: 'totals', by: ['order'] } })
  const { rows } = (await totals) as { rows: { order?: string; kWh: number; units: { good: number } }[] }
  await sleep(100)
  answers.stop()
  report({ sent, busyMs, holds, growth, row: rows.find((r) => r.order === 'O1')!, open: answers.unanswered(STATIONS) })
}

function heapNow(): number {
  global.gc!()
  return process.memoryUsage().heapUsed
}

interface Outcome {
  sent: number
  busyMs: number
  holds: Holds
  growth: number
  row: { kWh: number; units: { good: number } }
  open: string[]
}

function report({ sent, busyMs, holds, growth, row, open }: Outcome): void {
  say(
    `${sent.toLocaleString('en')} hostile messages among ${(2 * GOOD).toLocaleString('en')} good ones`,
    perSecond(sent, busyMs),
  )
  say('not answered exactly once', open.length === 0 ? 'none' : open.join(', '))
  say('kWh and units of the good ones', `${row.kWh} of ${GOOD / 60}, ${row.units.good} of ${GOOD}`)
  say('growth of the heap from a tenth on', megabytes(growth))
  const what = `${PER_TURN} messages and what else is due`
  say(`${what}, median and longest`, `${holds.median.toFixed(2)}, ${holds.longest.toFixed(1)} ms`)
  say(`  the longest in processor time`, `${holds.longestCpu.toFixed(1)} ms`)
  assert.deepEqual(open, [])
  assert.ok(Math.abs(row.kWh - GOOD / 60) < 1e-9 && row.units.good === GOOD)
  assert.ok(growth < 20 * 2 ** 20, 'expected a growth of the heap below 20 MB')
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}`)
refusalCost()
const userDir = join(import.meta.dirname, '..', '..', '.demo', `hostile-${process.pid}`)
mkdirSync(userDir, { recursive: true })
installPackage(userDir)
writeFileSync(
  join(userDir, 'package.json'),
  JSON.stringify({ name: 'bench', private: true, dependencies: { '@mes-carbon/node-red': '*' } }),
)
writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows(join(userDir, 'ledger.sqlite'))))
const RED = await startRed(userDir)
try {
  await run(RED)
} finally {
  await RED.stop()
  rmSync(userDir, { recursive: true, force: true })
}
process.exit()
