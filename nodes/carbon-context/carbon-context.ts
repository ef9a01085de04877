import type { Node, NodeAPI, NodeDef } from 'node-red'
import { arrivalTime, readClock, type ClockLimits } from '../core/clock.ts'
import { factId, type ContextFact } from '../core/context/context-fact.ts'
import { joined, within, type ContextOutcome } from '../core/context/outcome.ts'
import { PlantContext, type PieceCount } from '../core/context/plant-context.ts'
import { plantPath, type PlantModel } from '../core/plant/plant.ts'
import type { Energy } from '../core/records.ts'
import { MS_PER_HOUR } from '../core/plant/units.ts'
import { Refused } from '../core/refused.ts'
import { heardOf } from '../door/heard.ts'
import { own, recordOf } from '../door/own.ts'
import { ProductionDoor, type Told } from '../door/production.ts'
import { requestOf } from '../door/request.ts'
import { contextFacts, horizonStart } from '../shared/ledger-facts.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import { caughtUp, ledgerOf, numberFrom, plantOf, setStatus, type Message } from '../shared/node-kit.ts'
import { checkOpen } from '../shared/open-period.ts'
import { Pending } from '../shared/pending.ts'
import { Refusals } from '../shared/refusals.ts'
import { zoneOf } from '../shared/zone.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { PastContext } from './past-context.ts'

interface ContextDef extends NodeDef {
  plant: string
  ledger?: string
  latenessSeconds?: number | string
  horizonHours?: number | string
  maxSkewSeconds?: number | string
}

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
  readonly #door: ProductionDoor
  readonly #ledger: Ledger | undefined
  readonly #pending: Pending | undefined
  readonly #limits: ClockLimits
  readonly #latenessSeconds: number
  readonly #refusals: Refusals
  readonly #plant: ReturnType<typeof plantOf>
  readonly #prunedAt = new Map<string, number>()
  /** The newest time of the ledger when it was read back. */
  #restoredAt = 0
  #past: PastContext | undefined

  constructor(RED: NodeAPI, node: Node, config: ContextDef) {
    this.#plant = plantOf(RED, config.plant)
    const { model, calendar } = this.#plant
    this.#node = node
    this.#refusals = new Refusals(node)
    this.#model = model
    // Pieces of production are numbered on from the clock, so that none is below one sent before a restart.
    this.#pieces = { last: Date.now() }
    this.#context = new PlantContext(model, calendar, this.#pieces)
    const believe = (line: string, at: number | null): number => this.#believe(line, at)
    this.#door = new ProductionDoor({ plant: this.#plant, believe, now: Date.now, zoneOf })
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
    try {
      const record = recordOf(message)
      if (record?.type === 'energy') return this.#layContext(record, message, out)
      if (record) return out.send(0, message)
      if (this.#answered(message, out)) return
      const facts = this.#takeFacts(this.#door.read(message), message, out)
      return facts.length > 0 ? this.#pending?.append(facts.map(ledgerFact)) : undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#reject(message, out, { reason: error.message })
    }
  }

  /** Answers what is asked of the sources that were heard; gives whether it was. */
  #answered(message: Message, out: Out): boolean {
    const query = requestOf(message, 'query')
    if (query?.['ask'] !== 'heard') return false
    out.send(1, { ...message, payload: { ...query, type: 'answer', ...heardOf(this.#plant).report(Date.now()) } })
    return true
  }

  #layContext(energy: Energy, message: Message, out: Out): void {
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

  /** Applies what was told, in its order; gives the facts that are to be kept. */
  #takeFacts({ facts, refused, isKnown }: Told, message: Message, out: Out): ContextFact[] {
    const taken: ContextFact[] = []
    const refuse = (reason: string, from: Told['facts'][number]['from']): void =>
      this.#reject(message, out, { ...(from && { source: from.source, value: from.value }), reason })
    for (const { fact, from } of facts) {
      try {
        this.#apply(fact, message, out)
        taken.push(fact)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        refuse(error.message, from)
      }
    }
    for (const { reason, from } of refused) refuse(reason, from)
    if (!isKnown) out.send(0, message)
    return taken
  }

  #apply(fact: ContextFact, message: Message, out: Out): void {
    const { production, revision, unread } = this.#outcomeOf(fact)
    const topic = plantPath(this.#model, fact.line)
    for (const record of revision ? [revision, ...production] : production) {
      out.send(0, { _msgid: message._msgid, topic, payload: own(record), latenessSeconds: this.#latenessSeconds })
    }
    if (unread !== undefined && fact.type === 'step')
      return this.#reject(message, out, { source: String(message.topic ?? ''), value: fact.value, reason: unread })
    const what = fact.type === 'job' ? `${fact.order} ${fact.action}` : `${fact.role} ${fact.value ?? '–'}`
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

  #reject(message: Message, out: Out, why: { source?: string; value?: unknown; reason: string }): void {
    this.#refusals.send({ message, out, topic: message.topic }, why)
    this.#refusals.show('', why.reason)
  }

  #believe(line: string, told: number | null): number {
    const known = { now: Date.now(), newest: this.#context.newest(line) }
    const at = told ?? arrivalTime(known, this.#limits)
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
