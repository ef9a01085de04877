import type { Node, NodeAPI, NodeDef } from 'node-red'
import { AnomalyDetector, isJudged } from '../core/anomaly/anomaly.ts'
import type { AlarmSettings, Assessment } from '../core/anomaly/alarm-state.ts'
import { plantPath } from '../core/plant/plant.ts'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { readAlarmCommand } from '../door/commands.ts'
import { own, recordOf } from '../door/own.ts'
import { requestOf } from '../door/request.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import { ledgerOf, numberFrom, plantOf, sendTo, setStatus, type Message } from '../shared/node-kit.ts'
import type { Ledger } from '../stores/ledger.ts'
import { Memory } from './memory.ts'

interface AnomalyDef extends NodeDef {
  plant: string
  ledger?: string
  minWindows?: number | string
  materialityPct?: number | string
  clearPct?: number | string
  adviseMix?: boolean
}

const ALERTS = 0
const RECORDS = 1

/** The alarm: compares each complete window with what is usual for its line and product, and names the cause. */
export default function (RED: NodeAPI): void {
  function CarbonAnomaly(this: Node, config: AnomalyDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => {
      const station = new AnomalyStation(RED, this, config)
      onInput(this, (message, out) => station.take(message, out), station.restore())
    })
  }
  RED.nodes.registerType('carbon-anomaly', CarbonAnomaly)
}

class AnomalyStation {
  readonly #node: Node
  readonly #plant: ReturnType<typeof plantOf>
  readonly #settings: AlarmSettings
  readonly #ledger: Ledger | undefined
  readonly #memory: Memory
  #detector: AnomalyDetector

  constructor(RED: NodeAPI, node: Node, config: AnomalyDef) {
    this.#node = node
    this.#plant = plantOf(RED, config.plant)
    this.#ledger = ledgerOf(RED, config.ledger)
    this.#settings = settingsOf(config)
    this.#memory = new Memory(node)
    this.#detector = new AnomalyDetector(this.#plant, this.#settings)
  }

  /** Goes on where it was: from the node's own memory, and from the ledger's windows since then. */
  async restore(): Promise<void> {
    this.#detector = new AnomalyDetector(this.#plant, this.#settings, await this.#memory.read())
    if (!this.#ledger) return
    const due = await this.#memory.catchUp(this.#detector, this.#ledger)
    await this.#keep(due)
    for (const alert of due) sendTo(this.#node, ALERTS, this.#messageOf(alert))
    for (const alert of this.#detector.openAlerts) showAlarm(this.#node, alert)
  }

  take(message: Message, out: Out): void | Promise<unknown> {
    const command = requestOf(message, 'alarm-command')
    if (command) return this.#send([this.#detector.command(readAlarmCommand(command))], message, out)
    const record = recordOf(message)
    if (record?.type !== 'carbon' || !isJudged(record)) return out.send(RECORDS, message)
    const { assessment, alerts } = this.#detector.judge(record)
    out.send(RECORDS, {
      _msgid: message._msgid,
      topic: message['topic'] as string,
      payload: own({ ...record, assessment }),
    } as Message)
    this.#memory.write(this.#detector.state)
    this.#show(record, assessment)
    return this.#send(alerts, message, out)
  }

  #send(alerts: CarbonAlert[], { _msgid }: Message, out: Out): void | Promise<unknown> {
    for (const alert of alerts) out.send(ALERTS, { _msgid, ...this.#messageOf(alert) })
    if (alerts.length > 0) return this.#keep(alerts)
  }

  async #keep(alerts: readonly CarbonAlert[]): Promise<void> {
    for (const alert of alerts) await this.#ledger?.saveAlert(alert)
  }

  #messageOf(alert: CarbonAlert): Message {
    return { topic: plantPath(this.#plant.model, alert.line), payload: own(alert) } as unknown as Message
  }

  #show(record: Carbon, { state, windows, expected, missing }: Assessment): void {
    const open = this.#detector.openAlerts.find((a) => a.line === record.line && a.severity !== 'advice')
    const value = record.perUnit.kgCO2ePerGood
    if (open) return showAlarm(this.#node, open)
    if (state === 'learning') return setStatus(this.#node, 'blue', `learning ${windows}/${this.#settings.minWindows}`)
    if (value === null || expected === null) return setStatus(this.#node, 'grey', missing ?? 'no data')
    const fill = state === 'deviating' ? 'yellow' : 'green'
    setStatus(this.#node, fill, `${figure(value)} kg/unit (usual ${figure(expected)})`)
  }
}

/** Three significant digits: a bottle has grams of CO₂e, a car has tonnes. */
const figure = (kg: number): string => (Math.abs(kg) < 1000 ? kg.toPrecision(3) : kg.toFixed(0))

function showAlarm(node: Node, { kgCO2ePerGood, causes }: CarbonAlert): void {
  setStatus(node, 'red', `ALARM ${figure(kgCO2ePerGood)} kg/unit: ${causes[0]?.cause ?? 'cause not known'}`)
}

function settingsOf(config: AnomalyDef): AlarmSettings {
  return {
    minWindows: numberFrom(config.minWindows, 8, 'minWindows', 4),
    materiality: numberFrom(config.materialityPct, 5, 'materialityPct') / 100,
    clear: numberFrom(config.clearPct, 3, 'clearPct') / 100,
    adviseMix: config.adviseMix === true,
  }
}
