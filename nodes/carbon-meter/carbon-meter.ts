import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Meter, type MeterResult } from '../core/meter/meter.ts'
import { plantPath, type PlantMeter, type PlantModel } from '../core/plant.ts'
import type { Energy } from '../core/records.ts'
import { SourceIndex } from '../core/sources.ts'
import { MS_PER_HOUR } from '../core/units.ts'
import {
  caughtUp,
  ledgerOf,
  numberFrom,
  deploy,
  onInput,
  plantOf,
  typeOf,
  type Message,
  type Out,
} from '../shared/node-kit.ts'
import { Pending } from '../shared/pending.ts'
import { isSparkplug } from '../shared/sparkplug.ts'
import { samplesOf, type Sample } from '../shared/stock-message.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { lastFacts } from './last-facts.ts'
import { MeterStatus } from './meter-status.ts'
import { PastMeters } from './past-meters.ts'

interface MeterDef extends NodeDef {
  plant: string
  ledger?: string
  maxSkewSeconds?: number | string
  horizonHours?: number | string
}

/** Energy meter: readings of the plant's meters in, energy of intervals out. */
export default function (RED: NodeAPI): void {
  function CarbonMeter(this: Node, config: MeterDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new MeterStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.restore())
      this.on('close', (done: () => void) => station.stop(done))
    })
  }
  RED.nodes.registerType('carbon-meter', CarbonMeter)
}

/** Records of each meter that a node without a ledger keeps over a deploy: enough to go on from, no more. */
const REMEMBERED = 50

class MeterStation {
  readonly #node: Node
  readonly #status: MeterStatus
  readonly #model: PlantModel
  readonly #meters: Meter[]
  readonly #sources: SourceIndex<Meter>
  readonly #ledger: Ledger | undefined
  readonly #horizonMs: number
  readonly #pending: Pending | undefined
  readonly #past: PastMeters | undefined

  constructor(RED: NodeAPI, node: Node, config: MeterDef) {
    const { model } = plantOf(RED, config.plant)
    const maxSkewSeconds = numberFrom(config.maxSkewSeconds, 300, 'maxSkewSeconds')
    const horizonHours = numberFrom(config.horizonHours, 48, 'horizonHours', 1)
    this.#node = node
    this.#model = model
    this.#meters = model.meters.map((spec) => new Meter(spec, { maxSkewSeconds, horizonHours }))
    this.#sources = new SourceIndex(this.#meters, (m) => m.spec.source)
    this.#ledger = ledgerOf(RED, config.ledger)
    this.#horizonMs = horizonHours * MS_PER_HOUR
    this.#status = new MeterStatus(node, this.#meters)
    if (!this.#ledger) return
    this.#pending = new Pending(this.#ledger)
    this.#past = new PastMeters(this.#ledger, this.#pending, this.#horizonMs)
  }

  async restore(): Promise<void> {
    if (this.#ledger) await caughtUp(this.#ledger)
    const known = this.#ledger ? this.#recorded(this.#ledger) : await this.#remembered()
    for (const meter of this.#meters) meter.restore(known.get(meter.spec.id) ?? [])
  }

  #recorded(ledger: Ledger): Map<string, Energy[]> {
    const meters = this.#meters.map((m) => m.spec)
    return lastFacts({ ledger, meters, horizonMs: this.#horizonMs })
  }

  stop(done: () => void): void {
    this.#status.stop()
    this.#remember(done)
  }

  /** Without a ledger the flow context carries the meters over a deploy, and over a restart where its store is on disk. */
  #remember(done: () => void): void {
    if (this.#ledger) return done()
    const kept = this.#meters.map((m) => [m.spec.id, m.recent(REMEMBERED)])
    this.#node.context().flow.set(this.#contextKey, kept, (error) => {
      if (error) this.#node.error(error)
      done()
    })
  }

  #remembered(): Promise<Map<string, Energy[]>> {
    return new Promise((resolve, reject) => {
      this.#node.context().flow.get(this.#contextKey, (error: Error | null, kept: unknown) => {
        if (error) reject(error)
        else resolve(new Map((kept as [string, Energy[]][] | undefined) ?? []))
      })
    })
  }

  get #contextKey(): string {
    return `carbonMeter["${this.#node.id}"]`
  }

  take(message: Message, out: Out): void | Promise<unknown> {
    if (message.topic === 'subscriptionId') return
    if (asksForMeters(message)) return this.#answer(message, out)
    const samples = samplesOf(message)
    const facts: Fact[] = []
    let isForOthers = samples.length === 0
    for (const sample of samples) {
      const meters = this.#sources.match(sample.source)
      isForOthers ||= meters.length === 0
      for (const meter of meters.length > 0 ? meters : this.#unborn(sample))
        this.#read(meter, sample, { message, out, facts })
    }
    // A message that also holds what is not of a meter, signals of a line for example, goes on to who knows it.
    if (isForOthers) out.send(0, message)
    return facts.length > 0 ? this.#pending?.append(facts) : undefined
  }

  #answer(message: Message, out: Out): void {
    const query = message.payload as object
    out.send(1, { ...message, payload: { ...query, type: 'answer', meters: this.#meters.map((m) => m.report) } })
  }

  /** A Sparkplug metric whose birth was not heard has no name: every meter that it may be of is told. */
  #unborn({ source, reason }: Sample): Meter[] {
    if (reason === undefined || !isSparkplug(source)) return []
    return this.#meters.filter((m) => m.spec.source.startsWith(`${source}/`))
  }

  /** A reading of a time that the meter no longer holds is taken where its neighbours are: in the ledger. */
  #resultOf(meter: Meter, sample: Sample): MeterResult {
    if (!this.#past || sample.at === null || typeof sample.value !== 'number') return resultOf(meter, sample)
    try {
      const past = this.#past.around(meter, sample.at)
      if (!past) return resultOf(meter, sample)
      const result = resultOf(past, sample)
      if (result.rejected !== undefined) return meter.reject(result.rejected)
      return result
    } catch (error) {
      return meter.reject((error as Error).message)
    }
  }

  #read(meter: Meter, sample: Sample, { message, out, facts }: { message: Message; out: Out; facts: Fact[] }): void {
    const { spec } = meter
    const topic = plantPath(this.#model, spec.line ?? '', spec.machine)
    const { energies, anchor, rejected } = this.#resultOf(meter, sample)
    if (rejected !== undefined) {
      const { source, value, at } = sample
      const payload = { type: 'rejected', meter: spec.id, source, value, at, reason: rejected }
      out.send(1, { _msgid: message._msgid, topic, payload } as Message)
      return this.#status.rejected(spec.id, rejected)
    }
    if (anchor) facts.push(factOf(spec, anchor))
    for (const energy of energies) {
      facts.push(factOf(spec, energy))
      out.send(0, { _msgid: message._msgid, topic, payload: energy } as Message)
    }
    const last = energies.at(-1)
    // What a meter with a parent measures is in the parent's power already.
    if (last?.to === meter.newest && spec.parent === undefined) this.#status.power(spec.id, last.signal?.meanKW)
    this.#status.show()
  }
}

/** Other questions are for stations further on. */
const asksForMeters = (message: Message): boolean =>
  typeOf(message) === 'query' && (message.payload as { ask?: unknown }).ask === 'meters'

function resultOf(meter: Meter, { value, text, at, from, revision, quality, reason }: Sample): MeterResult {
  if (typeof value !== 'number') {
    const got = value === null ? (reason ?? 'nothing') : `"${text ?? String(value)}"`
    const told = value === null ? got : `value: expected a number in ${meter.spec.unit}, got ${got}`
    return meter.reject(told)
  }
  const isUncertain = quality === 'uncertain'
  const period = { ...(from === undefined ? {} : { from }), ...(revision === undefined ? {} : { revision }) }
  return meter.add({ at, value, isUncertain, ...period }, Date.now())
}

function factOf({ line = '' }: PlantMeter, energy: Energy): Fact {
  const body = { ...energy }
  delete body.signal
  const { id, revision, from, to } = energy
  return { kind: 'energy', id, revision, line, from, to, body }
}
