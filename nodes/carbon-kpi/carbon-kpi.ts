import type { Node, NodeAPI, NodeDef } from 'node-red'
import { SITE } from '../core/allocation/ownership.ts'
import {
  Newest,
  opcUaAlarm,
  opcUaKpi,
  readOpcUaRows,
  unsAlarm,
  unsKpi,
  type OpcUaRow,
  type OpcUaWrites,
} from '../core/kpi/kpi-publish.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import { VIEWS, type Carbon, type CarbonAlert, type View } from '../core/records.ts'
import { recordOf } from '../door/own.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import { plantOf, setStatus, type Message } from '../shared/node-kit.ts'

interface KpiDef extends NodeDef {
  plant: string
  format?: string
  topicPrefix?: string
  views?: View[]
  finalOnly?: boolean
  opcuaNodes?: OpcUaRow[] | string
}

const FORMATS = ['uns-json', 'opcua'] as const
const DEFAULT_VIEWS: View[] = ['window', 'shift']

/** The MES KPI: renders records and alerts for the stock MQTT and OPC UA nodes. */
export default function (RED: NodeAPI): void {
  function CarbonKpi(this: Node, config: KpiDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new KpiStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out))
    })
  }
  RED.nodes.registerType('carbon-kpi', CarbonKpi)
}

class KpiStation {
  readonly #node: Node
  readonly #model: PlantModel
  readonly #isUns: boolean
  readonly #prefix: string
  readonly #views: readonly View[]
  readonly #finalOnly: boolean
  readonly #rows: OpcUaRow[]
  readonly #newest = new Newest()
  #sent = 0
  #withheld = 0
  #outdated = 0

  constructor(RED: NodeAPI, node: Node, config: KpiDef) {
    this.#node = node
    this.#model = plantOf(RED, config.plant).model
    this.#isUns = oneOf('format', config.format || 'uns-json', FORMATS) === 'uns-json'
    this.#prefix = prefixFrom(config.topicPrefix ?? '')
    this.#views = (config.views ?? DEFAULT_VIEWS).map((view) => oneOf('views', view, VIEWS))
    this.#finalOnly = config.finalOnly === true
    this.#rows = this.#isUns ? [] : readOpcUaRows(config.opcuaNodes)
  }

  take(message: Message, out: Out): void {
    const record = recordOf(message)
    switch (record?.type) {
      case 'carbon':
        return this.#record(message, record, out)
      case 'carbon-alert':
        return this.#alert(message, record, out)
      default:
        out.send(0, message)
    }
  }

  #record({ _msgid }: Message, record: Carbon, out: Out): void {
    // What is no line's, and what only adjusts a closed period, is no KPI of a line.
    if (record.line === SITE || record.adjusts) return
    const isWanted = this.#views.includes(record.view) && !(this.#finalOnly && record.status === 'provisional')
    if (!isWanted || this.#isOutdated(record)) return
    const isNewest = this.#newest.isCurrent(record)
    if (this.#isUns) this.#send(out, _msgid, [unsKpi(record, this.#model, { prefix: this.#prefix, isNewest })])
    // A node of an OPC UA server shows what is now; what is told of an earlier time is not for it.
    else if (isNewest) this.#write(out, _msgid, opcUaKpi(record, this.#model, this.#rows))
    else this.#outdated++
    const value = record.perUnit.kgCO2ePerGood
    if (isNewest)
      this.#show(
        record.line,
        value === null ? (record.perUnit.missing ?? 'not known') : `${value.toPrecision(3)} kg/unit`,
      )
  }

  #alert({ _msgid }: Message, alert: CarbonAlert, out: Out): void {
    if (this.#isOutdated(alert)) return
    if (this.#isUns) this.#send(out, _msgid, [unsAlarm(alert, this.#model, this.#prefix)])
    else this.#write(out, _msgid, opcUaAlarm(alert, this.#model, this.#rows))
    this.#show(alert.line, `alarm ${alert.state}`)
  }

  #isOutdated(published: Carbon | CarbonAlert): boolean {
    const isOutdated = !this.#newest.takes(published)
    if (isOutdated) this.#outdated++
    return isOutdated
  }

  #write(out: Out, _msgid: Message['_msgid'], { writes, withheld }: OpcUaWrites): void {
    this.#withheld += withheld.length
    this.#send(out, _msgid, writes)
  }

  #send(out: Out, _msgid: Message['_msgid'], messages: readonly object[]): void {
    for (const message of messages) out.send(0, { _msgid, ...message })
    this.#sent += messages.length
  }

  #show(line: string, text: string): void {
    const counts = [`${this.#sent} sent`]
    if (this.#withheld > 0) counts.push(`${this.#withheld} without a value`)
    if (this.#outdated > 0) counts.push(`${this.#outdated} outdated`)
    setStatus(this.#node, 'green', `${line}: ${text} · ${counts.join(', ')}`)
  }
}

function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value)
  if (found === undefined) throw new Error(`${field}: expected one of ${allowed.join(', ')}, got "${value}"`)
  return found
}

/** The first levels of every topic, with a slash at the end. */
function prefixFrom(text: string): string {
  if (/[+#]/.test(text)) throw new Error(`topicPrefix: expected levels without + and #, got "${text}"`)
  const levels = text.trim().replace(/\/+$/, '')
  return levels === '' ? '' : `${levels}/`
}
