/** What all glue needs and nothing more: status, work that runs later, access to the config nodes. */

import type { Node, NodeAPI, NodeMessage } from 'node-red'
import type { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import { plain } from '../core/shown.ts'
import type { Ledger } from '../stores/ledger.ts'
import { Deferred } from './deferred.ts'
import { successorOf, whenDeployed } from './handover.ts'

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

/** Sends outside an input message, from a timer for example. */
export function sendTo(node: Node, port: number, message: Message): void {
  const ports: (Message | null)[] = Array.from({ length: port }, () => null)
  whenDeployed(() => successorOf(node).send([...ports, message]))
}

/** Work of a node that runs later; what fails in it turns the status red and reaches Catch nodes. */
export const deferredOf = (node: Node): Deferred => new Deferred((error) => showFault(node, error))

/** Says what failed outside of an input message. */
export function showFault(node: Node, error: Error): void {
  setStatus(node, 'red', error.message)
  const text = plain(error.message, LOGGED_CHARS)
  // With a message, because only then do Catch nodes hear of it.
  node.error(text === error.message ? error : new Error(text, { cause: error }), {})
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

/** Resolves when a ledger can be read, and holds all that was handed to it until now, by a node before this one for example. */
export async function caughtUp(ledger: Ledger): Promise<void> {
  await ledger.ready()
  await ledger.append([])
}

/** A number from a dialog field; `${ENV}` arrives as text, and an empty field means the default. */
export function numberFrom(value: unknown, fallback: number, field: string, least = 0): number {
  if (value === undefined || value === null || value === '') return fallback
  const n = Number(value)
  if (!Number.isFinite(n) || n < least)
    throw new Error(`${field}: expected a number of ${least} or more, got "${String(value)}"`)
  return n
}
