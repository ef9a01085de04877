/** The running plant: a scenario in accelerated source time behind a real OPC UA server and a real MQTT broker. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DateTime } from 'luxon'
import { startBroker, type Broker, type BrokerKind } from './broker.ts'
import type { PlantFact } from './facts.ts'
import { PLANT_MODEL } from './model.ts'
import { startOpcUaServer, type PlantServer } from './opcua-server.ts'
import { simulate, type Simulation } from './simulate.ts'
import type { ScenarioName } from './scenarios.ts'

export interface PlantOptions {
  scenario: ScenarioName
  /** Default 1. */
  seed?: number
  /** Seconds of source time in a second; default 60. */
  speed?: number
  /** 0, the default, takes a free port. */
  opcuaPort?: number
  mqttPort?: number
  broker?: BrokerKind
  /** Source time of the begin; default the latest begin of an early shift from which the whole run lies in the past. */
  startAt?: number
  /** Length of the run in source time; default a day. Then time stands still, the servers stay. */
  durationMs?: number
  /** Starts the servers with their first values and waits for `run()`. */
  paused?: boolean
  /** Folder for the server's certificate; default a temporary one. */
  pki?: string
  log?: (line: string) => void
}

const DAY = 86_400_000
/** Wall time between two steps: at 60× every reading of every meter becomes a value of its own. */
const STEP_MS = 20

export type TickListener = (now: number, facts: readonly PlantFact[]) => void

/** Starts server and broker and lets time run; an error that names the port where one is in use. */
export async function startPlant(options: PlantOptions): Promise<Plant> {
  const { durationMs = DAY, startAt = latestStart(Date.now(), durationMs) } = options
  const simulation = simulate(options.scenario, options.seed ?? 1, { startAt, durationMs })
  const temporary = options.pki ? undefined : await mkdtemp(join(tmpdir(), 'plant-pki-'))
  const removeTemporary = async (): Promise<void> => {
    if (temporary) await rm(temporary, { recursive: true, force: true })
  }
  const broker = await startBroker(options.mqttPort ?? 0, options.broker)
  try {
    const server = await startOpcUaServer({ port: options.opcuaPort ?? 0, pki: options.pki ?? temporary! })
    const plant = new Plant({ simulation, server, broker }, options, removeTemporary)
    if (!options.paused) plant.run()
    return plant
  } catch (error) {
    await broker.close()
    await removeTemporary()
    throw error
  }
}

/** The latest 06:00 of the plant from which a run of this length ends at least an hour before `now`, epoch ms. */
export function latestStart(now: number, durationMs: number): number {
  const latest = DateTime.fromMillis(now - durationMs - 3_600_000, { zone: PLANT_MODEL.timeZone })
  const sameDay = latest.startOf('day').set({ hour: 6 })
  return (sameDay <= latest ? sameDay : sameDay.minus({ days: 1 })).toMillis()
}

interface Parts {
  simulation: Simulation
  server: PlantServer
  broker: Broker
}

export class Plant {
  readonly simulation: Simulation
  readonly server: PlantServer
  readonly broker: Broker
  /** Resolves when the run's source time is over and everything is told. */
  readonly finished: Promise<void>
  readonly #speed: number
  readonly #log: (line: string) => void
  readonly #cleanUp: () => Promise<void>
  readonly #listeners = new Set<TickListener>()
  #finish: () => void = () => undefined
  #timer: NodeJS.Timeout | undefined
  #wallStart = 0
  #sent: Promise<void> = Promise.resolve()

  constructor(parts: Parts, { speed = 60, log = () => undefined }: PlantOptions, cleanUp: () => Promise<void>) {
    this.simulation = parts.simulation
    this.server = parts.server
    this.broker = parts.broker
    this.#speed = speed
    this.#log = log
    this.#cleanUp = cleanUp
    this.finished = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.#advance(this.simulation.startAt + 1000)
  }

  /** Simulated time, epoch ms. */
  now(): number {
    return this.simulation.now
  }

  /** What really happened so far. */
  get truth(): Simulation['truth'] {
    return this.simulation.truth
  }

  /** Calls the listener after every step with the source time and what was told in it; gives the way to stop that. */
  onTick(listener: TickListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Lets time run; a second call does nothing. */
  run(): void {
    if (this.#timer) return
    this.#wallStart = performance.now()
    const begin = this.now()
    this.#timer = setInterval(() => {
      const elapsed = (performance.now() - this.#wallStart) * this.#speed
      this.#advance(begin + elapsed)
    }, STEP_MS)
  }

  /** Stops time, server and broker; resolves when nothing of them is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sent
    await this.server.close()
    await this.broker.close()
    await this.#cleanUp()
  }

  #advance(to: number): void {
    const before = this.now()
    const facts = this.simulation.advance(to)
    for (const fact of facts) if (!this.server.apply(fact)) this.#publish(fact)
    this.#tell(before)
    for (const listener of this.#listeners) listener(this.now(), facts)
    if (this.now() < this.simulation.endAt) return
    clearInterval(this.#timer)
    void this.#sent.then(this.#finish)
  }

  #publish(fact: PlantFact): void {
    const payload = fact.kind === 'factor' ? fact.message : { timestamp_ms: fact.at, value: fact.value }
    this.#sent = this.#sent
      .then(() => this.broker.publish(fact.source, JSON.stringify(payload)))
      .catch((error: Error) => this.#log(`${fact.source} could not be published: ${error.message}`))
  }

  #tell(before: number): void {
    const { fault, scenario, startAt, endAt } = this.simulation
    const tellAt = (at: number | undefined, words: string): void => {
      if (at !== undefined && before < at && at <= this.now()) this.#log(`${new Date(at).toISOString()} ${words}`)
    }
    if (before === startAt) this.#log(`${new Date(startAt).toISOString()} ${scenario.name}: ${scenario.title}`)
    tellAt(fault?.from, `${scenario.name} begins`)
    tellAt(fault?.to, `${scenario.name} ends`)
    tellAt(endAt, 'the run is over')
  }
}
