import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { Calendar } from '../core/calendar.ts'
import { readFormats } from '../core/esg/esg-format.ts'
import { closedPeriods, readSchedule, type Schedule } from '../core/esg/esg-schedule.ts'
import { readView, type ExportPeriod } from '../core/esg/esg.ts'
import { Out, deploy, onInput } from '../shared/input.ts'
import {
  deferredOf,
  ledgerOf,
  numberFrom,
  plantOf,
  onClose,
  setStatus,
  showFault,
  type Message,
} from '../shared/node-kit.ts'
import { readExport } from '../door/commands.ts'
import { recordOf } from '../door/own.ts'
import { requestOf } from '../door/request.ts'
import { userPath } from '../shared/user-path.ts'
import { FileTarget } from '../targets/file.ts'
import { Delivery, type Delivered } from './delivery.ts'
import { prepareExport, type ExportSettings } from './export.ts'

interface EsgDef extends NodeDef {
  plant: string
  ledger: string
  formats?: string[] | string
  path?: string
  view?: string
  schedule?: string
  delayMinutes?: number | string
  includeProvisional?: boolean
  scopeNotes?: string
}

const MS_PER_MINUTE = 60_000
/** How far back an export that runs by itself looks for periods that it has not exported. */
const CATCH_UP_MS = 31 * 86_400_000

/** ESG exporter: writes the records of a period from the ledger as audit records, on request or by itself. */
export default function (RED: NodeAPI): void {
  function CarbonEsg(this: Node, config: EsgDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new EsgStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.ready())
      station.run(RED)
    })
  }
  RED.nodes.registerType('carbon-esg', CarbonEsg)
}

class EsgStation {
  readonly #node: Node
  readonly #calendar: Calendar
  readonly #settings: ExportSettings
  readonly #delivery: Delivery
  readonly #schedule: Schedule
  readonly #delayMs: number
  /** An export by schedule is running, or the ledger is not open yet. */
  #busy = true

  constructor(RED: NodeAPI, node: Node, config: EsgDef) {
    const { model, calendar } = plantOf(RED, config.plant)
    const ledger = ledgerOf(RED, config.ledger)
    if (!ledger) throw new Error('ledger: expected a carbon-ledger, got none; choose one in the dialog')
    this.#node = node
    this.#calendar = calendar
    this.#schedule = readSchedule(config.schedule)
    this.#delayMs = numberFrom(config.delayMinutes, 15, 'delayMinutes') * MS_PER_MINUTE
    const target = config.path ? new FileTarget(userPath(config.path, RED.settings.userDir, 'path')) : undefined
    this.#delivery = new Delivery({ ledger, target, now: Date.now })
    this.#settings = {
      ledger,
      formats: readFormats(config.formats ?? 'jsonl'),
      view: readView(config.view || 'order'),
      site: `${model.enterprise}/${model.site}`,
      scopeNotes: config.scopeNotes ?? '',
      includeProvisional: config.includeProvisional === true,
    }
  }

  ready(): Promise<void> {
    return this.#settings.ledger.ready()
  }

  take(message: Message, out: Out): void | Promise<unknown> {
    const order = requestOf(message, 'export')
    if (order) return this.#export(readExport(order), message, out)
    recordOf(message)
    out.send(0, message)
  }

  /** Looks for what is due once all nodes have started and the ledger is open, then every minute. */
  run(RED: NodeAPI): void {
    const look = (): void => {
      this.#deliverWaiting()
      if (this.#schedule !== 'off') this.#exportClosed()
    }
    const begin = (): void => {
      const open = (): void => {
        this.#busy = false
        look()
      }
      // The input lane tells of a ledger that does not open.
      this.ready().then(open, () => undefined)
    }
    const deferred = deferredOf(this.#node)
    deferred.every(MS_PER_MINUTE, look)
    const cancel = deferred.hear(RED.events, 'flows:started', () => {
      cancel()
      begin()
    })
    onClose(this.#node, (done) => {
      deferred.stop()
      done()
    })
  }

  /** What could not be delivered before. */
  #deliverWaiting(): void {
    const deliver = async (): Promise<void> => {
      const out = new Out()
      const result = await this.#delivery.retry()
      this.#send(result, {}, out)
      if (out.ports.length > 0) this.#node.send(out.ports)
    }
    deliver().catch((error: Error) => showFault(this.#node, error))
  }

  #exportClosed(): void {
    if (this.#busy) return
    this.#busy = true
    this.#exportDue()
      .catch((error: Error) => showFault(this.#node, error))
      .finally(() => (this.#busy = false))
  }

  async #exportDue(): Promise<void> {
    for (const period of this.#due()) {
      const out = new Out()
      await this.#export(period, {}, out)
      this.#node.send(out.ports)
      this.#node.context().set('exportedUntil', period.to)
    }
  }

  /** What closed since the last export; the newest closed period where nothing is known of one. */
  #due(): ExportPeriod[] {
    const until = Date.now() - this.#delayMs
    const done = this.#node.context().get('exportedUntil')
    const since = Math.max(typeof done === 'number' ? done : 0, until - CATCH_UP_MS)
    const closed = closedPeriods(this.#calendar, this.#schedule, { since, until })
    return typeof done === 'number' ? closed : closed.slice(-1)
  }

  async #export(period: ExportPeriod, message: Partial<Message>, out: Out): Promise<void> {
    this.#send(await this.#delivery.deliver(prepareExport(this.#settings, period)), message, out)
  }

  #send(result: Delivered, { _msgid }: Partial<Message>, out: Out): void {
    const wrap = (payload: object): Message => ({ ...(_msgid && { _msgid }), topic: this.#settings.site, payload })
    for (const payload of [...result.documents, ...result.receipts]) out.send(0, wrap(payload))
    for (const payload of result.deadLetters) out.send(1, wrap(payload))
    this.#tell(result)
  }

  #tell({ receipts, deadLetters }: Delivered): void {
    const failed = deadLetters[0]
    if (failed) {
      setStatus(this.#node, 'red', failed.reason)
      return this.#node.warn(`${failed.document.filename} was not delivered: ${failed.reason}`)
    }
    if (!receipts[0]) return
    const { records, period, excludedProvisional, excludedStraddling } = receipts[0]
    const left = excludedProvisional + excludedStraddling
    const told = `${records} records from ${period.from.slice(0, 16)}Z`
    if (left > 0) setStatus(this.#node, 'yellow', `${told}, ${left} left out`)
    else setStatus(this.#node, 'green', told)
  }
}
