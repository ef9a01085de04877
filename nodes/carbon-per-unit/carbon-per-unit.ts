import type { Node, NodeAPI } from 'node-red'
import { Calculator, type CalculatorOptions } from '../core/per-unit/per-unit.ts'
import { plantPath, type PlantModel } from '../core/plant/plant.ts'
import { answer } from '../core/per-unit/query.ts'
import type { Carbon, ContextRevision, Energy, FactorRevision, Production } from '../core/records.ts'
import { own, recordOf } from '../door/own.ts'
import { readQuery } from '../door/queries.ts'
import { requestOf } from '../door/request.ts'
import { restoreCalculator } from '../shared/ledger-facts.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import {
  caughtUp,
  ledgerOf,
  numberFrom,
  plantOf,
  sendTo,
  onClose,
  setStatus,
  showFault,
  type Message,
} from '../shared/node-kit.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { Refusal, type Revision } from '../stores/refusal.ts'
import { ClosedPeriod } from './closed-period.ts'
import { Emission } from './emission.ts'
import { optionsOf, settingsOf, versionOf, type PerUnitDef } from './options.ts'
import { Restatement } from './restatement.ts'

/** CO₂e per unit: sums what the stations before have cut, divides last, and tells every view of every line. */
export default function (RED: NodeAPI): void {
  function CarbonPerUnit(this: Node, config: PerUnitDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new PerUnitStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.restore())
      onClose(this, (done) => {
        station.close()
        done()
      })
    })
  }
  RED.nodes.registerType('carbon-per-unit', CarbonPerUnit)
}

class PerUnitStation {
  readonly #node: Node
  readonly #model: PlantModel
  readonly #plant: ReturnType<typeof plantOf>
  readonly #options: CalculatorOptions
  readonly #calculator: Calculator
  readonly #ledger: Ledger | undefined
  readonly #emission: Emission
  readonly #closed: ClosedPeriod | undefined
  readonly #restatement: Restatement | undefined
  #version: Fact | undefined
  /** Facts that came when their records were no longer held, and no ledger had them. */
  #tooLate = 0

  constructor(RED: NodeAPI, node: Node, config: PerUnitDef) {
    this.#node = node
    this.#plant = plantOf(RED, config.plant)
    this.#model = this.#plant.model
    this.#ledger = ledgerOf(RED, config.ledger)
    this.#options = optionsOf(config, this.#plant)
    if (this.#ledger) this.#options.plant = (this.#version = versionOf(this.#options)).id
    this.#calculator = new Calculator(this.#options)
    const onFault = (error: Error): void => showFault(node, error)
    this.#emission = new Emission(this.#calculator, {
      emitMs: numberFrom(config.emitSeconds, 10, 'emitSeconds') * 1000,
      latenessMs: this.#options.latenessMs,
      publish: (records) => this.#publish(records),
      onFault,
    })
    if (!this.#ledger) return
    this.#closed = new ClosedPeriod(this.#ledger, this.#plant.calendar)
    this.#restatement = new Restatement({
      ledger: this.#ledger,
      plant: { ...this.#plant, settings: settingsOf(this.#options), id: this.#version!.id },
      calculator: this.#calculator,
      look: (line) => this.#emission.soon(line),
      publish: (records) => this.#emission.send(records),
      onFault,
    })
  }

  async restore(): Promise<void> {
    const ledger = this.#ledger
    if (!ledger) return
    await caughtUp(ledger)
    if (this.#version) ledger.append([this.#version]).catch((error: Error) => this.#node.error(error, {}))
    const { horizonMs } = this.#options
    restoreCalculator(ledger, this.#calculator, { ...this.#plant, horizonMs, skipped: KEEP_EVERY })
    this.#emission.start()
  }

  take(message: Message, out: Out): void {
    const record = recordOf(message)
    switch (record?.type) {
      case 'energy':
        this.#calculator.energy(record)
        this.#past(record.line, record, 'late-energy')
        return this.#emission.soon(record.line, message['latenessSeconds'])
      case 'production':
        this.#calculator.production(record)
        this.#past(record.line, record, 'late-count')
        return this.#emission.soon(record.line, message['latenessSeconds'])
      case 'factor-revision':
        this.#calculator.factorRevision(record)
        for (const line of this.#linesOf(record)) this.#past(line, record, 'factor-settled')
        return this.#emission.soonAll()
      case 'context-revision':
        // The records that lose old time are known before, those that win it after.
        if (this.#restatement) this.#past(record.line, record, 'context-changed')
        this.#calculator.contextRevision(record)
        this.#past(record.line, record, 'context-changed', ordersOf(record))
        return this.#emission.soon(record.line, message['latenessSeconds'])
      default:
        if (!this.#answered(message, out)) out.send(0, message)
    }
  }

  close(): void {
    this.#emission.stop()
    this.#restatement?.stop()
  }

  /** What has changed in a time that is no longer held is reckoned anew from the ledger; without one it is counted. */
  #past(
    line: string | undefined,
    { from, to }: Energy | Production | FactorRevision | ContextRevision,
    reason: string,
    orders?: Set<string>,
  ): void {
    const until = Math.min(to, this.#calculator.forgottenUntil(line))
    if (from >= until) return
    if (this.#restatement)
      return this.#restatement.want(line, { from, to: until }, { reason, ...(orders && { orders }) })
    this.#tooLate++
    setStatus(this.#node, 'yellow', `${this.#tooLate} facts too late: their records are let go, and there is no ledger`)
  }

  #linesOf({ carrier, zone }: FactorRevision): Set<string | undefined> {
    const { meters, gridZone } = this.#model
    return new Set(meters.filter((m) => m.carrier === carrier && (m.zone ?? gridZone) === zone).map((m) => m.line))
  }

  /** Answers a question; gives whether there was one. */
  #answered(message: Message, out: Out): boolean {
    const query = requestOf(message, 'query')
    if (!query) return false
    const source = {
      calculator: this.#calculator,
      options: this.#options,
      past: (id: string) => this.#restatement?.pastOf(id),
      verify: () => this.#ledger?.verify(),
    }
    message.payload = { ...query, type: 'answer', ...answer(readQuery(query), source) }
    out.send(1, message)
    return true
  }

  /** Records leave when what must last of them is on disk. */
  async #publish(found: Carbon[]): Promise<void> {
    const { kept, told: records } = this.#closed?.book(found) ?? { kept: found, told: found }
    const isRefused = await this.#save(kept.filter(isLasting))
    for (const record of records.filter((r) => !isRefused(r)))
      sendTo(this.#node, 0, { topic: plantPath(this.#model, record.line), payload: own(record) })
    const shown = records.findLast((r) => r.view === 'shift') ?? records.at(-1)
    if (shown) showStatus(this.#node, shown)
  }

  /** What the ledger refuses is reported and not told; gives which. What is told is on disk. */
  async #save(records: readonly Carbon[]): Promise<(record: Carbon) => boolean> {
    const refused = new Set<string>()
    const name = ({ id, revision }: Revision): string => `${revision} ${id}`
    try {
      if (records.length > 0) await this.#ledger?.saveRecords(records)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      for (const record of error.records) refused.add(name(record))
      showFault(this.#node, error)
    }
    return (record) => refused.has(name(record))
  }
}

/**
 * A closed record lasts. Of an open one every so many revisions does: its figures are in the facts, and after a restart
 * it goes on that many revisions later, never below one that was sent.
 */
const isLasting = (r: Carbon): boolean => r.status !== 'provisional' || r.revision % KEEP_EVERY === 0
const KEEP_EVERY = 100

/** The orders that a corrected context names. */
const ordersOf = ({ spans }: ContextRevision): Set<string> =>
  new Set(spans.flatMap(({ order }) => (order === undefined ? [] : [order])))

function showStatus(node: Node, { line, view, perUnit }: Carbon): void {
  const value = perUnit.kgCO2ePerGood
  if (value === null) setStatus(node, 'yellow', `${line} ${view}: ${perUnit.missing ?? 'not known'}`)
  else setStatus(node, 'green', `${line} ${view}: ${value.toPrecision(3)} kg CO₂e per unit`)
}
