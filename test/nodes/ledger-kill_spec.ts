import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { Calculator } from '../../nodes/core/per-unit/per-unit.ts'
import { replay } from '../../nodes/core/per-unit/replay.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { openFacts } from '../../nodes/shared/ledger-facts.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { Pipeline } from '../core/pipeline.ts'
import { HORIZON, inputsOf, keyOf, keysOf, model, options, plant } from './fixtures/kept-line.ts'
import { ledgerBench } from './fixtures/ledger-bench.ts'
import { random } from './fixtures/random.ts'

/** Each costs the start of a process. */
const KILLS = Number(process.env['KILLS'] ?? 50)
const MINUTES = 3_000
const writer = new URL('fixtures/kept-line-writer.ts', import.meta.url).pathname

/** What a child said was on disk. */
interface Said {
  inputs: number[]
  records: [id: string, revision: number][]
  seals: number
  isAtEnd: boolean
}

/** When a child is killed: so many milliseconds after it was started, or after it has read itself back. */
interface Moment {
  after: 'start' | 'up'
  ms: number
}

/** Runs a child on a ledger until it is killed, or to the end of its inputs. */
function lifeOf(path: string, moment?: Moment, minutes = MINUTES): Promise<Said> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(path), 'compiled') }
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
    const child = spawn(process.execPath, [writer, path, String(minutes)], { stdio, env })
    const kill = (): void => void setTimeout(() => child.kill('SIGKILL'), moment!.ms)
    let text = ''
    if (moment?.after === 'start') kill()
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      if (moment?.after === 'up' && text === '') kill()
      text += data
    })
    child.on('error', reject)
    child.on('close', (code) => (code ? reject(new Error(`the child failed: ${code}`)) : resolve(read(text))))
  })
}

function read(text: string): Said {
  const lines = text.split('\n').slice(0, -1)
  const of = (mark: string): string[] => lines.filter((l) => l.startsWith(`${mark} `)).map((l) => l.slice(2))
  return {
    inputs: of('a').map(Number),
    records: of('r').map((l) => [l.slice(l.indexOf(' ') + 1), parseInt(l)]),
    seals: Math.max(0, ...of('s').map(Number)),
    isAtEnd: lines.at(-1) === 'end',
  }
}

/** The figures of a record without its history; the shape of power is not in the ledger. */
function figures({ revision: _, status: __, reasons: ___, ...rest }: Carbon): object {
  return { ...rest, buckets: rest.buckets.map(({ signal: _, ...bucket }) => bucket) }
}

describe('a line that is killed again and again', () => {
  const { file, open } = ledgerBench()
  const inputs = inputsOf(MINUTES)

  /** The ledger, after it was checked against what the child had said, and against a run without a kill. */
  function checked(ledger: Ledger, said: Said, undisturbed: { line: Pipeline; fed: number }): Ledger {
    assert.equal(ledger.verify().ok, true)
    const keys = keysOf(ledger)
    const committed = inputs.findIndex((input) => !keys.has(keyOf(input)))
    const count = committed === -1 ? inputs.length : committed
    const last = Math.max(-1, ...said.inputs)
    assert.ok(last < count, `input ${last} was acknowledged, ${count} are there`)
    for (const [id, revision] of said.records) assert.ok((ledger.record(id)?.revision ?? 0) >= revision, id)
    assert.ok([...ledger.seals()].length >= said.seals)

    const { line } = undisturbed
    while (undisturbed.fed < count) line.take(inputs[undisturbed.fed++]!)
    const calculator = new Calculator(options)
    replay(openFacts(ledger, HORIZON), plant, calculator)
    const again = calculator.lines().flatMap((l) => calculator.due(l, 0, true))
    for (const record of again) assert.deepEqual(figures(record), figures(line.calculator.figures(record.id)!))
    const claims = (c: Calculator): number => c.held(0, Infinity).claims.length
    assert.equal(claims(calculator), claims(line.calculator), 'no interval more or less')
    return ledger
  }

  it(`loses nothing that was acknowledged, and its figures are those of an undisturbed one (${KILLS} kills)`, async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
    console.log(`      SEED=${seed}`)
    const chance = random(seed)
    const undisturbed = { line: new Pipeline(model, options), fed: 0 }
    let acknowledged = 0
    // One that ends by itself leaves its compiled code: those after it are up in a third of the time.
    await lifeOf(file('warm-up.sqlite'), undefined, 20)
    for (let kill = 0; kill < KILLS; kill++) {
      const moment: Moment =
        chance() < 0.2 ? { after: 'start', ms: 100 + chance() * 400 } : { after: 'up', ms: chance() * 150 }
      const said = await lifeOf(file(), moment)
      acknowledged += said.inputs.length
      await checked(open(), said, undisturbed).close()
    }
    const said = await lifeOf(file())
    assert.ok(said.isAtEnd)
    const ledger = checked(open(), said, undisturbed)
    const { seals, facts } = ledger.verify()
    undisturbed.line.calculator.due('L1', Infinity, false)
    console.log(`      ${acknowledged} of ${inputs.length} inputs before a kill, ${facts} facts, ${seals} seals`)
    assert.equal(undisturbed.fed, inputs.length)
    for (const record of ledger.records({ since: ledger.sealedUntil()! }))
      assert.deepEqual(figures(record), figures(undisturbed.line.calculator.figures(record.id)!))
  }).timeout(180_000)
})
