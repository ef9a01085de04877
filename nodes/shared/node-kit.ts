/** What all glue needs and nothing more: the one input funnel, status, access to the config nodes. */

import type { Node, NodeAPI, NodeMessage } from 'node-red'
import type { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import { plain } from '../core/shown.ts'
import type { Ledger } from '../stores/ledger.ts'
import { Deferred } from './deferred.ts'

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
  /** What of the message was refused, while the rest of it is sent: `done` is called with it. */
  error: Error | undefined

  /** Queues a message for an output, counted from 0. */
  send(port: number, message: Message): void {
    while (this.ports.length <= port) this.ports.push([])
    this.ports[port]!.push(message)
  }
}

export type Handler = (message: Message, out: Out) => void | Promise<unknown>

interface Arrival {
  message: Message
  send: (messages: (Message | Message[] | null)[]) => void
  done: (error?: Error) => void
}

/**
 * The one way a node takes messages. The handler sees them in order of arrival, from the moment `ready` resolves; it
 * may return a promise (a commit). What it queued is sent after the promise, in order of arrival, and `done` is called
 * exactly once: with the error where there was one, so that Catch nodes see it, and the status turns red.
 */
export function onInput(node: Node, handle: Handler, ready?: Promise<unknown>): void {
  let waiting: Arrival[] | null = ready ? [] : null
  let inFlight = 0
  let tail: Promise<void> = Promise.resolve()

  const finish = (arrival: Arrival, out: Out): void => {
    if (out.ports.length > 0) arrival.send(out.ports.map((m) => (m.length === 1 ? m[0]! : m.length === 0 ? null : m)))
    if (out.error) fail(arrival, out.error)
    else arrival.done()
  }
  const fail = (arrival: Arrival, error: unknown): void => {
    const told = error instanceof Error ? error : new Error(String(error))
    setStatus(node, 'red', told.message)
    arrival.done(told)
  }
  const take = (arrival: Arrival): void => {
    const out = new Out()
    let work: void | Promise<unknown>
    try {
      work = handle(arrival.message, out)
    } catch (error) {
      work = Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    if (!work && inFlight === 0) return finish(arrival, out)
    // Marked as handled at once: the lane looks at it only when its turn comes.
    work?.catch(() => undefined)
    inFlight++
    tail = tail
      .then(() => work)
      .then(
        () => finish(arrival, out),
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
    setStatus(node, 'red', String((error as Error).message ?? error))
    node.error(error)
    open()
  })
  node.on('input', (message, send, done) => {
    const arrival = { message, send, done } as Arrival
    if (waiting) waiting.push(arrival)
    else take(arrival)
  })
}

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
  node.send([...ports, message])
}

/** Work of a node that runs later; what fails in it turns the status red and reaches Catch nodes. */
export const deferredOf = (node: Node): Deferred => new Deferred((error) => showFault(node, error))

/** Says what failed outside of an input message. */
export function showFault(node: Node, error: Error): void {
  setStatus(node, 'red', error.message)
  // With a message, because only then do Catch nodes hear of it.
  node.error(plain(error.message, LOGGED_CHARS), {})
}
const LOGGED_CHARS = 2_000

/** Runs work when the node closes; Node-RED waits until it calls `done`. */
export function onClose(node: Node, work: (done: () => void) => void): void {
  node.on('close', (done: () => void) => {
    try {
      work(done)
    } catch (error) {
      node.error(error)
      done()
    }
  })
}

/** Shows a short status; a problem is a ring, the rest a dot. */
export function setStatus(node: Node, fill: Fill, text: string): void {
  node.status({ fill, shape: fill === 'red' || fill === 'yellow' ? 'ring' : 'dot', text: plain(text, STATUS_CHARS) })
}

const STATUS_CHARS = 80

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

/** A number from a dialog field; `${ENV}` arrives as text, and an empty field means the default. */
export function numberFrom(value: unknown, fallback: number, field: string, least = 0): number {
  if (value === undefined || value === null || value === '') return fallback
  const n = Number(value)
  if (!Number.isFinite(n) || n < least)
    throw new Error(`${field}: expected a number of ${least} or more, got "${String(value)}"`)
  return n
}
