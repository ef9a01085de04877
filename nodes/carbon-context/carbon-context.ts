import type { Node, NodeAPI, NodeDef } from 'node-red'
import { readClock, type ClockLimits } from '../core/clock.ts'
import { factId, readEvent, readSignal, type ContextFact } from '../core/context/context-fact.ts'
import { joined, within, type ContextOutcome } from '../core/context/outcome.ts'
import { PlantContext, type PieceCount } from '../core/context/plant-context.ts'
import { plantPath, type PlantModel, type PlantSignal } from '../core/plant.ts'
import type { Energy } from '../core/records.ts'
import { SourceIndex } from '../core/sources.ts'
import { MS_PER_HOUR } from '../core/units.ts'
import { contextFacts, horizonStart } from '../shared/ledger-facts.ts'
import {
  caughtUp,
  deploy,
  ledgerOf,
  numberFrom,
  onInput,
  plantOf,
  setStatus,
  typeOf,
  type Message,
  type Out,
} from '../shared/node-kit.ts'
import { checkOpen } from '../shared/open-period.ts'
import { Pending } from '../shared/pending.ts'
import { samplesOf } from '../shared/stock-message.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { PastContext } from './past-context.ts'

interface ContextDef extends NodeDef {
  plant: string
  ledger?: string
  latenessSeconds?: number | string
  horizonHours?: number | string
  maxSkewSeconds?: number | string
}

const EVENTS = ['job', 'state', 'count']

/** Production context: lays order, SKU, shift and state over energy, and turns counts into production. */
export default function (RED: NodeAPI): void {
  function CarbonContext(this: Node, config: ContextDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new ContextStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.restore())
    })
  }
  RED.nodes.registerType('carbon-context', CarbonContext)
}

class ContextStation {
  readonly #node: Node
  readonly #model: PlantModel
  readonly #context: PlantContext
  readonly #pieces: PieceCount
  readonly #signals: SourceIndex<PlantSignal>
  readonly #ledger: Ledger | undefined
  readonly #pending: Pending | undefined
  readonly #limits: ClockLimits
  readonly #latenessSeconds: number
  #rejected = 0
  readonly #plant: ReturnType<typeof plantOf>
  readonly #prunedAt = new Map<string, number>()
  /** The newest time of the ledger when it was read back. */
  #restoredAt = 0
  #past: PastContext | undefined

  constructor(RED: NodeAPI, node: Node, config: ContextDef) {
    this.#plant = plantOf(RED, config.plant)
    const { model, calendar } = this.#plant
    this.#node = node
    this.#model = model
    // Pieces of production are numbered on from the clock, so that none is below one sent before a restart.
    this.#pieces = { last: Date.now() }
    this.#context = new PlantContext(model, calendar, this.#pieces)
    this.#signals = new SourceIndex(model.signals, (s) => s.source)
    this.#ledger = ledgerOf(RED, config.ledger)
    this.#pending = this.#ledger && new Pending(this.#ledger)
    this.#latenessSeconds = numberFrom(config.latenessSeconds, 60, 'latenessSeconds')
    this.#limits = {
      maxSkewMs: numberFrom(config.maxSkewSeconds, 300, 'maxSkewSeconds') * 1000,
      horizonMs: numberFrom(config.horizonHours, 48, 'horizonHours', 1) * MS_PER_HOUR,
    }
  }

  async restore(): Promise<void> {
    if (!this.#ledger) return
    await caughtUp(this.#ledger)
    const since = horizonStart(this.#ledger, this.#limits.horizonMs)
    this.#restoredAt = since + this.#limits.horizonMs
    this.#past = new PastContext({
      ledger: this.#ledger,
      pending: this.#pending!,
      plant: this.#plant,
      pieces: this.#pieces,
    })
    for (const fact of contextFacts(this.#ledger, since)) this.#context.take(fact)
    // Cuts every count as it was last sent, so that a later correction knows what to withdraw.
    this.#context.recutAll()
  }

  take(message: Message, out: Out): void | Promise<unknown> {
    const type = typeOf(message)
    if (type === 'energy') return this.#layContext(message, out)
    const facts = type && EVENTS.includes(type) ? this.#takeEvent(message, out) : this.#takeSignals(message, out)
    if (!facts) return out.send(0, message)
    return facts.length > 0 ? this.#pending?.append(facts.map(ledgerFact)) : undefined
  }

  #layContext(message: Message, out: Out): void {
    const energy = message.payload as Energy
    this.#contextAt(energy.line, energy.to).lay(energy)
    message['latenessSeconds'] = this.#latenessSeconds
    out.send(0, message)
    this.#forget(energy)
  }

  /** Each line forgets by its own time: one may play an old recording while another is live. */
  #forget({ line, to }: Energy): void {
    if (line === undefined || to - (this.#prunedAt.get(line) ?? 0) < MS_PER_HOUR) return
    this.#prunedAt.set(line, to)
    this.#context.prune(line, to - this.#limits.horizonMs)
  }

  #takeEvent(message: Message, out: Out): ContextFact[] {
    const facts = readEvent(message.payload as Record<string, unknown>, this.#model)
    for (const fact of facts) {
      this.#believe(fact.line, fact.at)
      this.#apply(fact, message, out)
    }
    return facts
  }

  /** The facts of a stock message; `undefined` where none of its sources is one of the plant's signals. */
  #takeSignals(message: Message, out: Out): ContextFact[] | undefined {
    const found = samplesOf(message).flatMap((sample) =>
      this.#signals.match(sample.source).map((signal) => ({ sample, signal })),
    )
    if (found.length === 0) return undefined
    const facts: ContextFact[] = []
    for (const { sample, signal } of found) {
      try {
        const fact = readSignal(signal, sample, this.#believe(signal.line, sample.at ?? Date.now()))
        if (!fact) continue
        this.#apply(fact, message, out)
        facts.push(fact)
      } catch (error) {
        const { source, value } = sample
        this.#reject(message, out, { source, value, reason: (error as Error).message })
      }
    }
    return facts
  }

  #apply(fact: ContextFact, message: Message, out: Out): void {
    const { production, revision } = this.#outcomeOf(fact)
    const topic = plantPath(this.#model, fact.line)
    for (const payload of revision ? [revision, ...production] : production) {
      out.send(0, { _msgid: message._msgid, topic, payload, latenessSeconds: this.#latenessSeconds })
    }
    const what = fact.type === 'job' ? `${fact.order} ${fact.action}` : `${fact.role} ${fact.value}`
    setStatus(this.#node, 'green', `${fact.line} · ${what}`)
  }

  /** A fact of a time that is no longer held changes that time, and may hold on into the time that is. */
  #outcomeOf(fact: ContextFact): ContextOutcome {
    const until = this.#forgottenUntil(fact.line)
    if (!this.#past || fact.at >= until) return this.#context.take(fact)
    const outcome = this.#past.around(fact.line, fact.at).take(fact)
    // The interval of a count is whole there, also where it reaches into the time that is held.
    if (fact.type === 'count') return outcome
    const past = within(outcome, { from: 0, to: until })
    const present = within(this.#context.take(fact), { from: until, to: Number.MAX_SAFE_INTEGER })
    return joined(past, present)
  }

  #contextAt(line: string | undefined, at: number): PlantContext {
    if (!this.#past || line === undefined || at > this.#forgottenUntil(line)) return this.#context
    return this.#past.around(line, at)
  }

  #forgottenUntil(line: string): number {
    return (this.#prunedAt.get(line) ?? this.#restoredAt) - this.#limits.horizonMs
  }

  #reject(message: Message, out: Out, why: { source: string; value: unknown; reason: string }): void {
    this.#rejected++
    setStatus(this.#node, 'yellow', `${this.#rejected} rejected · ${why.reason}`)
    out.send(1, { _msgid: message._msgid, topic: message.topic, payload: { type: 'rejected', ...why } })
  }

  #believe(line: string, at: number): number {
    const known = { now: Date.now(), newest: this.#context.newest(line) }
    if (!this.#ledger || at >= known.newest - this.#limits.horizonMs) return readClock(at, known, this.#limits)
    checkOpen(at, this.#ledger, this.#limits.horizonMs)
    return readClock(at, known, { ...this.#limits, horizonMs: Infinity })
  }
}

/** Counts are facts of production, all else of context. */
function ledgerFact(fact: ContextFact): Fact {
  const kind = fact.type === 'count' ? 'production' : 'context'
  return {
    kind,
    id: factId(fact),
    revision: fact.revision ?? 0,
    line: fact.line,
    from: fact.at,
    to: fact.at,
    body: fact,
  }
}
