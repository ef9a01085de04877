import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from 'node-red'
import helper from 'node-red-node-test-helper'
import carbonAnomaly from '../../nodes/carbon-anomaly/carbon-anomaly.ts'
import { Memory } from '../../nodes/carbon-anomaly/memory.ts'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { newState, type Assessment } from '../../nodes/core/anomaly/alarm-state.ts'
import { AnomalyDetector } from '../../nodes/core/anomaly/anomaly.ts'
import type { Carbon, CarbonAlert } from '../../nodes/core/records.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { MODEL, WindowPlant, type Conditions } from '../core/window-plant.ts'
import { asOwn } from './fixtures/as-own.ts'

const require = createRequire(import.meta.url)
helper.init(require.resolve('node-red'))

/** Node-RED's own context stores. */
interface ContextStores {
  init(settings: object): void
  load(): Promise<void>
  get(node: string, flow: string): object
  close(): Promise<void>
}
const context = createRequire(require.resolve('node-red'))('@node-red/runtime/lib/nodes/context') as ContextStores

const FAULT: Conditions = { compKW: 0.925 * 882, compSignal: { startsPerHour: 46 } }
const onTab = { z: 'tab', x: 0, y: 0 }

interface Message {
  _msgid?: string
  topic?: string
  payload: unknown
}
type Assessed = Carbon & { assessment: Assessment }
type Flow = { id: string; type: string }[]

const flowOf = (over: object = {}, ledger?: object): Flow => [
  { id: 'tab', type: 'tab' },
  { id: 'plant', type: 'carbon-plant', model: JSON.stringify(MODEL) } as Flow[number],
  ...(ledger ? [{ id: 'ledger', type: 'carbon-ledger', ...ledger }] : []),
  {
    id: 'anomaly',
    type: 'carbon-anomaly',
    plant: 'plant',
    ...(ledger && { ledger: 'ledger' }),
    ...onTab,
    ...over,
    wires: [['alerts'], ['records']],
  } as Flow[number],
  { id: 'alerts', type: 'helper', ...onTab } as Flow[number],
  { id: 'records', type: 'helper', ...onTab } as Flow[number],
  { id: 'catch', type: 'catch', scope: null, ...onTab, wires: [['faults']] } as Flow[number],
  { id: 'faults', type: 'helper', ...onTab } as Flow[number],
]

/** The node on the bench with what leaves it; messages are looked at when all that was sent has been taken. */
class Bench {
  readonly alerts: Message[] = []
  readonly records: Message[] = []
  readonly faults: string[] = []
  readonly statuses: { fill?: string; shape?: string; text?: string }[] = []

  constructor() {
    helper.getNode('alerts').on('input', (m: Message) => void this.alerts.push(m))
    helper.getNode('records').on('input', (m: Message) => void this.records.push(m))
    helper
      .getNode('faults')
      .on(
        'input',
        (m: { error: { message: string } }) => void this.faults.push(m.error.message.replace(/^Error: /, '')),
      )
    helper.getNode('anomaly').on('call:status', (call: { args: [Bench['statuses'][number]] }) => {
      this.statuses.push(call.args[0])
    })
  }

  send(payload: unknown, topic = 'Acme/Leeds/Packaging/L1'): void {
    helper.getNode('anomaly').receive({ topic, payload: asOwn(payload), _msgid: 'm1' })
  }

  /** Resolves when all that was sent before has come out: a mark follows it through the node. */
  settled(): Promise<void> {
    const mark = `mark ${Math.random()}`
    const seen = new Promise<void>((resolve) => {
      helper.getNode('records').on('input', (m: Message) => m.payload === mark && resolve())
    })
    this.send(mark)
    return seen
  }

  get told(): CarbonAlert[] {
    return this.alerts.map((m) => m.payload as CarbonAlert)
  }
}

const NODES = [carbonPlant, carbonLedger, carbonAnomaly]

async function deploy(over: object = {}, ledger?: object): Promise<Bench> {
  await helper.load(NODES, flowOf(over, ledger))
  return new Bench()
}

/** Windows of the article's case: 30 as usual, the fault from 30 to 50, as usual again. */
function windows(from: number, to: number): Carbon[] {
  const plant = new WindowPlant(1)
  const all = Array.from({ length: to }, (_, n) => plant.window(n, n >= 30 && n < 50 ? FAULT : {}))
  return all.slice(from)
}

describe('carbon-anomaly', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('raises and clears the alarm on output 1, under the plant path', async () => {
    const bench = await deploy()
    windows(0, 60).forEach((w) => bench.send(w))
    await bench.settled()
    const states = bench.told.map((a) => a.state)
    assert.deepEqual([states[0], states.at(-1)], ['raised', 'cleared'])
    assert.match(bench.told[0]!.causes[0]!.cause, /Compressor 3 is short-cycling/)
    assert.deepEqual([bench.alerts[0]!.topic, bench.alerts[0]!._msgid], ['Acme/Leeds/Packaging/L1', 'm1'])
    assert.deepEqual(bench.faults, [])
  })

  it('adds the assessment to a copy of each judged window, on output 2', async () => {
    const bench = await deploy()
    const [first] = windows(0, 1)
    const before = structuredClone(first!)
    bench.send(first)
    await bench.settled()
    const { assessment, ...record } = bench.records[0]!.payload as Assessed
    assert.deepEqual([record, first], [asOwn(before), before])
    assert.deepEqual([assessment.state, assessment.expected, assessment.windows], ['learning', null, 1])
  })

  it('passes everything else on output 2, untouched', async () => {
    const bench = await deploy()
    const [window] = windows(0, 1)
    const others = [
      { ...window, view: 'shift' },
      { ...window, status: 'provisional' },
      { type: 'energy', kWh: 1 },
      21,
      null,
    ].map(asOwn)
    others.forEach((payload) => bench.send(payload))
    await bench.settled()
    assert.deepEqual(
      bench.records.slice(0, -1).map((m) => m.payload),
      others,
    )
    assert.deepEqual(bench.alerts, [])
  })

  it('tells in its status what it is doing', async () => {
    const bench = await deploy()
    windows(0, 40).forEach((w) => bench.send(w))
    await bench.settled()
    const texts = bench.statuses.map((s) => s.text!)
    assert.equal(texts[4], 'learning 5/8')
    assert.match(texts[20]!, /^0\.[67]\d\d kg\/unit \(usual 0\.6\d\d\)$/)
    assert.match(texts.at(-1)!, /^ALARM 0\.8\d{1,2} kg\/unit: Compressor 3 is short-cycling/)
    assert.deepEqual([bench.statuses.at(-1)!.fill, bench.statuses.at(-1)!.shape], ['red', 'ring'])
  })

  it('acknowledges an alarm on command', async () => {
    const bench = await deploy()
    windows(0, 35).forEach((w) => bench.send(w))
    await bench.settled()
    bench.send({ type: 'alarm-command', action: 'acknowledge', id: bench.told[0]!.id, by: 'Kim' })
    await bench.settled()
    assert.deepEqual([bench.told.at(-1)!.state, bench.told.at(-1)!.acknowledgedBy], ['acknowledged', 'Kim'])
  })

  it('hands a command that it cannot follow to Catch, with the field and what was expected', async () => {
    const bench = await deploy()
    bench.send({ type: 'alarm-command', action: 'acknowledge', id: 'x' })
    bench.send({ type: 'alarm-command', action: 'silence', id: 'x' })
    await bench.settled()
    assert.deepEqual(bench.faults, [
      'id: expected the id of an open alert, got "x"',
      'action: expected one of acknowledge, shelve, unshelve, got "silence"',
    ])
  })

  it('takes numbers of the dialog as text, as environment variables come', async () => {
    const bench = await deploy({ minWindows: '20', materialityPct: '40', clearPct: '' })
    windows(0, 45).forEach((w) => bench.send(w))
    await bench.settled()
    assert.equal((bench.records[15]!.payload as Assessed).assessment.state, 'learning')
    assert.deepEqual(bench.alerts, [])
  })

  describe('with a ledger', () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'carbon-anomaly-'))
    })
    afterEach(() => rmSync(folder, { recursive: true }))

    const ledgerNode = (): LedgerNode['ledger'] => (helper.getNode('ledger') as unknown as LedgerNode).ledger
    const store = (): object => ({ path: join(folder, 'ledger.sqlite') })
    const kept = (): CarbonAlert[] => [...ledgerNode().alerts(0, Number.MAX_SAFE_INTEGER)]

    it('has every alert on disk that it told', async () => {
      const bench = await deploy({}, store())
      windows(0, 60).forEach((w) => bench.send(w))
      await bench.settled()
      assert.deepEqual(kept().map(asOwn), [bench.told.at(-1)])
    })

    it('learns again from the windows of the ledger after a restart, and goes on with the open alarm', async () => {
      const first = await deploy({}, store())
      const before = windows(0, 40)
      before.forEach((w) => first.send(w))
      await first.settled()
      await ledgerNode().append([aFact(before.at(-1)!.to)])
      await ledgerNode().saveRecords(before)
      await helper.unload()

      const second = await deploy({}, store())
      windows(40, 60).forEach((w) => second.send(w))
      await second.settled()
      assert.equal((second.records[0]!.payload as Assessed).assessment.state, 'alarm')
      assert.equal(second.told.at(-1)!.state, 'cleared')
      assert.deepEqual(new Set(second.told.map((a) => a.id)), new Set(first.told.map((a) => a.id)))
      assert.ok(second.told[0]!.revision > first.told.at(-1)!.revision)
    })

    it('tells after a restart what was due when it stopped', async () => {
      await deploy({}, store())
      const before = windows(0, 40)
      await ledgerNode().append([aFact(before.at(-1)!.to)])
      await ledgerNode().saveRecords(before)
      await helper.unload()

      const bench = await deploy({}, store())
      await bench.settled()
      assert.deepEqual([kept().length, kept()[0]!.state === 'cleared'], [1, false])
    })
  })

  it('goes on from its context where Node-RED keeps that on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carbon-anomaly-'))
    const settings = { contextStorage: { default: { module: 'localfilesystem', config: { dir: folder } } } }
    const memory = async (): Promise<Memory> => {
      context.init(settings)
      await context.load()
      return new Memory({ context: () => context.get('anomaly', 'tab'), error: assert.fail } as unknown as Node)
    }
    const plantSettings = { minWindows: 8, materiality: 0.05, clear: 0.03, adviseMix: false }
    try {
      const first = await memory()
      assert.deepEqual(await first.read(), newState())
      const detector = new AnomalyDetector({ model: MODEL }, plantSettings)
      windows(0, 35).forEach((w) => detector.judge(w))
      first.write(detector.state)
      await context.close()

      const state = await (await memory()).read()
      assert.deepEqual(state, detector.state)
      assert.equal(new AnomalyDetector({ model: MODEL }, plantSettings, state).openAlerts.length, 1)
      await context.close()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  const refusals: [title: string, over: object, message: RegExp][] = [
    ['no plant', { plant: '' }, /plant: expected a carbon-plant, got none/],
    ['too few windows to learn from', { minWindows: '2' }, /minWindows: expected a number of 4 or more, got "2"/],
    [
      'a materiality that is no number',
      { materialityPct: 'x' },
      /materialityPct: expected a number of 0 or more, got "x"/,
    ],
  ]
  for (const [title, over, message] of refusals) {
    it(`says at deploy what is wrong: ${title}`, async () => {
      await helper.load(NODES, flowOf(over))
      const { args } = (helper.getNode('anomaly') as unknown as { error: { lastCall: { args: [Error] } } }).error
        .lastCall
      assert.match(args[0].message, message)
    })
  }
})

const aFact = (at: number) => ({
  kind: 'energy' as const,
  id: 'oven-e|0|1',
  revision: 0,
  line: 'L1',
  from: at,
  to: at,
  body: { type: 'energy' },
})
