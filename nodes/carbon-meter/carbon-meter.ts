import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Meter, type MeterResult } from '../core/meter/meter.ts'
import { plantPath, type PlantMeter, type PlantModel, type PlantSignal } from '../core/plant/plant.ts'
import type { Energy } from '../core/records.ts'
import { Refused } from '../core/refused.ts'
import { MS_PER_HOUR } from '../core/plant/units.ts'
import type { Json } from '../core/fields.ts'
import { readEnergy } from '../door/energy.ts'
import { foreignReason, own } from '../door/own.ts'
import { requestOf, typeOf } from '../door/request.ts'
import { ReadingDoor } from '../door/reading-door.ts'
import type { Sample } from '../door/sample.ts'
import { SourceClock } from '../door/source-clock.ts'
import { isSparkplug } from '../door/sparkplug-topic.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import { caughtUp, ledgerOf, numberFrom, onClose, plantOf, type Message } from '../shared/node-kit.ts'
import { Pending } from '../shared/pending.ts'
import { zoneOf } from '../shared/zone.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { lastFacts } from './last-facts.ts'
import { resultOf } from './sample-result.ts'
import { MeterStatus } from './meter-status.ts'
import { PastMeters } from './past-meters.ts'

interface MeterDef extends NodeDef {
  plant: string
  ledger?: string
  maxSkewSeconds?: number | string
  horizonHours?: number | string
  /** Takes `energy` records from outside as interval readings of meters of the model. */
  takeEnergy?: boolean
}

/** Energy meter: readings of the plant's meters in, energy of intervals out. */
export default function (RED: NodeAPI): void {
  function CarbonMeter(this: Node, config: MeterDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new MeterStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.restore())
      onClose(this, (done) => station.stop(done))
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
  readonly #byId: ReadonlyMap<string, Meter>
  readonly #door: ReadingDoor<PlantMeter>
  readonly #signals: ReadingDoor<PlantSignal>
  readonly #clocks: ReadonlyMap<string, SourceClock>
  readonly #takesEnergy: boolean
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
    this.#door = new ReadingDoor(model.meters, zoneOf)
    this.#signals = new ReadingDoor(model.signals, zoneOf)
    this.#clocks = new Map(this.#meters.map((m) => [m.spec.id, new SourceClock()]))
    this.#byId = new Map(this.#meters.map((m) => [m.spec.id, m]))
    this.#takesEnergy = config.takeEnergy === true
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
    const reading: Reading = { message, out, facts: [] }
    try {
      this.#take(reading)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#status.refusals.send({ message, out, topic: message.topic }, { reason: error.message })
      this.#status.rejected('', error.message)
    }
    return reading.facts.length > 0 ? this.#pending?.append(reading.facts) : undefined
  }

  #take(reading: Reading): void {
    const { message, out } = reading
    if (typeOf(message) === 'query') return this.#answer(message, out)
    const foreign = foreignReason(message)
    // A device may call its reading `energy`, too.
    if (!foreign || 'value' in (message.payload as Json)) return this.#readSamples(reading)
    if (typeOf(message) !== 'energy' || !this.#takesEnergy) throw foreign
    const { meter, ...sample } = readEnergy(message.payload as Json, (id) => this.#byId.get(id)?.spec)
    this.#read(this.#byId.get(meter)!, sample, reading)
  }

  #readSamples(reading: Reading): void {
    const { readings, strangers, within } = this.#door.read(reading.message)
    const heard = readings.filter(({ sample, item }) => !(sample.isAbsent && this.#signals.finds(item)))
    // In order of time, because each reading that comes late is put between all those behind it.
    heard.sort((a, b) => (a.sample.at ?? Infinity) - (b.sample.at ?? Infinity) || 0)
    for (const { entry, sample } of heard) this.#read(this.#byId.get(entry.id)!, sample, reading)
    for (const { sample } of strangers) for (const meter of this.#unborn(sample)) this.#read(meter, sample, reading)
    // A message that also holds what is not of a meter, signals of a line for example, goes on to who knows it.
    const hasMore = within.some((item) => this.#signals.knows({ source: item.source, item }))
    if (strangers.length > 0 || readings.length === 0 || hasMore) reading.out.send(0, reading.message)
  }

  #answer(message: Message, out: Out): void {
    const query = requestOf(message, 'query')!
    // Other questions are for stations further on.
    if (query['ask'] !== 'meters') return out.send(0, message)
    out.send(1, { ...message, payload: { ...query, type: 'answer', meters: this.#meters.map((m) => m.report) } })
  }

  /** A Sparkplug metric whose birth was not heard has no name: every meter that it may be of is told. */
  #unborn({ source, reason }: Sample): Meter[] {
    if (reason === undefined || !isSparkplug(source)) return []
    return this.#meters.filter((m) => m.spec.source.startsWith(`${source}/`))
  }

  /** A reading of a time that the meter no longer holds is taken where its neighbours are: in the ledger. */
  #resultOf(meter: Meter, sample: Sample, now: number): MeterResult {
    if (!this.#past || sample.at === null || typeof sample.value !== 'number') return resultOf(meter, sample, now)
    try {
      const past = this.#past.around(meter, sample.at)
      if (!past) return resultOf(meter, sample, now)
      const result = resultOf(past, sample, now)
      if (result.rejected !== undefined) return meter.reject(result.rejected)
      return result
    } catch (error) {
      return meter.reject((error as Error).message)
    }
  }

  #read(meter: Meter, sample: Sample, { message, out, facts }: Reading): void {
    const { spec } = meter
    const topic = plantPath(this.#model, spec.line ?? '', spec.machine)
    const clock = this.#clocks.get(spec.id)!
    const now = Date.now()
    const { energies, anchor, rejected } = this.#resultOf(meter, clock.take(sample, now), now)
    this.#status.clock(spec.id, clock)
    this.#status.ownClock(meter.believes(now) ? null : now)
    if (rejected !== undefined) {
      const { source, value, at } = sample
      this.#status.refusals.send({ message, out, topic }, { meter: spec.id, source, value, at, reason: rejected })
      return this.#status.rejected(`${spec.id}: `, rejected)
    }
    if (anchor) facts.push(factOf(spec, anchor))
    for (const energy of energies) {
      facts.push(factOf(spec, energy))
      out.send(0, { _msgid: message._msgid, topic, payload: own(energy) } as Message)
    }
    const last = energies.at(-1)
    // A rest says nothing of the sign.
    if (last && last.kWh !== 0) this.#status.backwards(spec.id, last.flags.includes('reversed'))
    // What a meter with a parent measures is in the parent's power already.
    if (last?.to === meter.newest && spec.parent === undefined) this.#status.power(spec.id, last.signal?.meanKW)
    this.#status.show()
  }
}

/** A message that is being read, and what becomes of it. */
interface Reading {
  message: Message
  out: Out
  facts: Fact[]
}

function factOf({ line = '' }: PlantMeter, energy: Energy): Fact {
  const body = { ...energy }
  delete body.signal
  const { id, revision, from, to } = energy
  return { kind: 'energy', id, revision, line, from, to, body }
}
