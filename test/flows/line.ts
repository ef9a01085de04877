/** The whole line as a user runs it: real plant, real broker, real Node-RED with the example flow. */

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type MqttClient } from 'mqtt'
import type { AlarmRecord, KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import { startNodeRed, type NodeRed } from '../plant/node-red.ts'
import { startPlant, type Plant, type PlantOptions } from '../plant/plant.ts'
import { wholeLine } from '../plant/whole-line.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A user directory below the project, whose node_modules hold the community nodes. */
export function userDirFor(name: string): string {
  const dir = join(ROOT, '.demo', `test-${name}-${process.pid}`)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  return dir
}

export class WholeLine {
  readonly plant: Plant
  readonly userDir: string
  /** Every KPI and alarm that was published, in order of arrival. */
  readonly kpis: KpiRecord[] = []
  readonly alarms: AlarmRecord[] = []
  /** `at` is the plant's time when it was heard. */
  readonly messages: { topic: string; text: string; at: number }[] = []
  nodeRed: NodeRed | undefined
  readonly #speed: number
  readonly #client: MqttClient
  readonly #log: string[] = []

  private constructor(plant: Plant, client: MqttClient, { userDir, speed }: { userDir: string; speed: number }) {
    this.plant = plant
    this.#speed = speed
    this.#client = client
    this.userDir = userDir
    client.on('message', (topic, payload) => this.#hear(topic, payload.toString()))
  }

  /** Starts plant and Node-RED; time runs from the moment that Node-RED has subscribed. */
  static async start(name: string, options: PlantOptions & { speed: number }): Promise<WholeLine> {
    const userDir = userDirFor(name)
    const plant = await startPlant({ ...options, paused: true, pki: join(userDir, 'pki') })
    const client = connect(plant.broker.url, { reconnectPeriod: 200 })
    const line = new WholeLine(plant, client, { userDir, speed: options.speed })
    await client.subscribeAsync('Acme/#', { qos: 1 })
    await line.startNodeRed()
    await plant.server.subscribed()
    plant.run()
    return line
  }

  async startNodeRed(): Promise<void> {
    const { server, broker } = this.plant
    const flows = wholeLine({ opcuaPort: server.port, mqttPort: broker.port, speed: this.#speed })
    const log = (text: string): void => void this.#log.push(text)
    this.nodeRed = await startNodeRed({ userDir: this.userDir, flows, port: 0, log })
  }

  /** Resolves when a condition holds; an error with Node-RED's last words where it does not in time. */
  async until(what: string, condition: () => boolean, seconds = 120): Promise<void> {
    for (let waited = 0; waited < seconds * 1000; waited += 50) {
      if (condition()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`waited ${seconds} s in vain until ${what}; Node-RED said:\n${this.#log.slice(-15).join('\n')}`)
  }

  /** Resolves when the plant has come to a minute of its run. */
  async untilMinute(minute: number): Promise<void> {
    const at = this.plant.simulation.startAt + minute * 60_000
    await this.until(`minute ${minute}`, () => this.plant.now() >= at, 300)
  }

  async stop(): Promise<void> {
    await this.nodeRed?.stop()
    await this.#client.endAsync(true)
    await this.plant.stop()
    rmSync(this.userDir, { recursive: true, force: true })
  }

  #hear(topic: string, text: string): void {
    this.messages.push({ topic, text, at: this.plant.now() })
    if (text === '') return
    if (topic.includes('/kpi/')) this.kpis.push(JSON.parse(text) as KpiRecord)
    else if (topic.includes('/alarm/')) this.alarms.push(JSON.parse(text) as AlarmRecord)
  }
}
