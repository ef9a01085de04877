/** What all glue needs and nothing more: the one input funnel, status, access to the config nodes. */

import type { Node, NodeAPI, NodeMessage } from 'node-red'
import type { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant.ts'
import type { Ledger } from '../stores/ledger.ts'
import { LedgerClosed } from '../stores/refusal.ts'
import { handOver, outcomeOf, resign, succeed, successorOf, whenDeployed, type Outcome } from './handover.ts'

export type Message = NodeMessage
export type Fill = 'red' | 'green' | 'yellow' | 'blue' | 'grey'

/** The runtime side of a `carbon-plant`; `fault` says why there is no model. */
export interface PlantNode extends Node {
  plant?: { model: PlantModel; calendar: Calendar }
  fault?: string
}

/** The runtime side of a `carbon-ledger`; `ledger` is there at once, its calls wait until it is open. */
export interface LedgerNode extends Node {
  ledger: Ledger
}

/** Collects what one input message leads to; sent in order when the work is done. */
export class Out {
  readonly ports: Message[][] = []

  /** Queues a message for an output, counted from 0. */
  send(port: number, message: Message): void {
    while (this.ports.length <= port) this.ports.push([])
    this.ports[port]!.push(message)
  }
}

export type Handler = (message: Message, out: Out) => void | Promise<unknown>

interface Arrival {
  message: Message
  send: (messages: Ports) => void
  done: (error?: Error) => void
}

/**
 * The one way a node takes messages. The handler sees them in order of arrival, from the moment `ready` resolves; it
 * may return a promise (a commit). What it queued is sent after the promise, in order of arrival, and `done` is called
 * exactly once: with the error where there was one, so that Catch nodes see it, and the status turns red. What is not
 * answered when the node is closed is answered by the node that comes in its place.
 */
export function onInput(node: Node, handle: Handler, ready?: Promise<unknown>): void {
  let waiting: Arrival[] | null = ready ? [] : null
  let inFlight = 0
  let tail: Promise<void> = Promise.resolve()
  let end: 'closed' | 'removed' | undefined

  const finish = (arrival: Arrival, ports: Ports): void =>
    whenDeployed(() => {
      if (end) return pass(arrival, { ports })
      if (ports.length > 0) arrival.send(ports)
      arrival.done()
    })
  const fail = (arrival: Arrival, error: unknown): void =>
    whenDeployed(() => {
      const told = error instanceof Error ? error : new Error(String(error))
      // What the ledger did not take any more, the next node takes anew.
      if (end) return pass(arrival, told instanceof LedgerClosed ? undefined : { error: told })
      setStatus(node, 'red', told.message)
      arrival.done(told)
    })
  const pass = (arrival: Arrival, outcome?: Outcome): void => {
    if (end !== 'removed' && handOver(node, arrival.message, outcome)) return
    const why = end === 'removed' ? 'the node was removed' : 'too many messages came while it was deployed'
    arrival.done(new Error(`message: expected to be taken, but ${why}`))
  }
  const take = (arrival: Arrival): void => {
    const known = outcomeOf(arrival.message)
    if (known) return 'error' in known ? fail(arrival, known.error) : finish(arrival, known.ports as Ports)
    const out = new Out()
    let work: void | Promise<unknown>
    try {
      work = handle(arrival.message, out)
    } catch (error) {
      work = Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    if (!work && inFlight === 0) return finish(arrival, portsOf(out))
    // Marked as handled at once: the lane looks at it only when its turn comes.
    work?.catch(() => undefined)
    inFlight++
    tail = tail
      .then(() => work)
      .then(
        () => finish(arrival, portsOf(out)),
        (error: unknown) => fail(arrival, error),
      )
      .then(() => void inFlight--)
  }
  const open = (): void => {
    const queued = waiting ?? []
    waiting = null
    queued.forEach(take)
  }

  ready?.then(open, (error: unknown) => {
    if (end) return
    setStatus(node, 'red', String((error as Error).message ?? error))
    node.error(error)
    open()
  })
  node.on('input', (message, send, done) => {
    const arrival = { message, send, done } as Arrival
    if (waiting) waiting.push(arrival)
    else take(arrival)
  })
  node.on('close', (removed: boolean, done: () => void) => {
    end = removed ? 'removed' : 'closed'
    resign(node)
    // Node-RED takes the listeners off a closed node, and still delivers to it what was on its wires.
    node.receive = (message: NodeMessage = {}) => pass(lateArrival(node, message))
    for (const arrival of waiting?.splice(0) ?? []) pass(arrival)
    done()
  })
  // The nodes behind this one must be there when it sends.
  whenDeployed(() => {
    if (!end) for (const message of succeed(node)) node.receive(message)
  })
}

const lateArrival = (node: Node, message: Message): Arrival => ({
  message,
  send: () => undefined,
  done: (error) => {
    if (error) node.error(error, message)
  },
})

type Ports = (Message | Message[] | null)[]

const portsOf = ({ ports }: Out): Ports => ports.map((m) => (m.length === 1 ? m[0]! : m.length === 0 ? null : m))

/**
 * Sets a node up. What is wrong in its configuration is told on the node and in the log, and the flow goes on; messages
 * to such a node fail with the reason, so that none is lost without a word.
 */
export function deploy(node: Node, setUp: () => void): void {
  try {
    setUp()
  } catch (error) {
    setStatus(node, 'red', (error as Error).message)
    node.error(error)
    onInput(node, () => {
      throw error
    })
  }
}

/** Sends outside an input message, from a timer for example. */
export function sendTo(node: Node, port: number, message: Message): void {
  const ports: (Message | null)[] = Array.from({ length: port }, () => null)
  whenDeployed(() => successorOf(node).send([...ports, message]))
}

/** Shows a short status; a problem is a ring, the rest a dot. */
export function setStatus(node: Node, fill: Fill, text: string): void {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text
  node.status({ fill, shape: fill === 'red' || fill === 'yellow' ? 'ring' : 'dot', text: short })
}

/** The plant model behind a node, or an error that says what to do. */
export function plantOf(RED: NodeAPI, id: string): NonNullable<PlantNode['plant']> {
  const node = RED.nodes.getNode(id) as PlantNode | null
  if (!node) throw new Error('plant: expected a carbon-plant, got none; choose one in the dialog')
  if (!node.plant) throw new Error(node.fault ?? 'plant: the model could not be read')
  return node.plant
}

/** The ledger behind a node; `undefined` where none is chosen. */
export function ledgerOf(RED: NodeAPI, id: string | undefined): Ledger | undefined {
  if (!id) return undefined
  return (RED.nodes.getNode(id) as LedgerNode | null)?.ledger
}

/** Resolves when a ledger can be read, and holds all that was handed to it until now, by a node before this one for example. */
export async function caughtUp(ledger: Ledger): Promise<void> {
  await ledger.ready()
  await ledger.append([])
}

/** The `type` of a record in `msg.payload`, or `undefined` for any other message. */
export function typeOf(message: Message): string | undefined {
  const payload = message.payload as { type?: unknown } | null | undefined
  return typeof payload === 'object' && payload !== null && typeof payload.type === 'string' ? payload.type : undefined
}

/** A number from a dialog field; `${ENV}` arrives as text, and an empty field means the default. */
export function numberFrom(value: unknown, fallback: number, field: string, least = 0): number {
  if (value === undefined || value === null || value === '') return fallback
  const n = Number(value)
  if (!Number.isFinite(n) || n < least)
    throw new Error(`${field}: expected a number of ${least} or more, got "${String(value)}"`)
  return n
}
