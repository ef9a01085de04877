/**
 * What nodes hold at a deploy. Node-RED delivers what is on its wires to nodes that it has closed, and drops what is sent
 * to nodes that are not there yet. So whatever a closed node still gets or has not sent goes to the node that comes in its
 * place, which answers it; and what any node sends meanwhile waits until all are there.
 */

import type { Node, NodeAPI, NodeMessage } from 'node-red'
import { Deferred } from './deferred.ts'

/** What came of a message before its node was closed: what it is to send, or why it failed. */
export interface Outcome {
  ports: unknown[]
  error?: Error
}

/** So much waits for the nodes to come; what comes after that fails. */
const MOST_KEPT = 50_000

const watched = new WeakSet<object>()
const held: (() => void)[] = []
let isDeploying = false

/** Follows the deploys of a Node-RED. */
export function watchDeploys({ events, log }: Pick<NodeAPI, 'events' | 'log'>): void {
  if (watched.has(events)) return
  watched.add(events)
  const deferred = new Deferred((error) => log.error(error.message))
  deferred.hear(events, 'flows:stopping', () => void (isDeploying = true))
  deferred.hear(events, 'flows:started', () => {
    isDeploying = false
    for (const work of held.splice(0)) deferred.run(work)
  })
}

/** Does it now, or when all nodes are there. */
export function whenDeployed(work: () => void): void {
  if (isDeploying && held.length < MOST_KEPT) held.push(work)
  else work()
}

const successors = new Map<string, Node>()
const kept = new Map<string, NodeMessage[]>()
const outcomes = new WeakMap<NodeMessage, Outcome>()

/** Makes a node the one that gets what its forerunners still have; gives what has come until now. */
export function succeed(node: Node): NodeMessage[] {
  successors.set(node.id, node)
  const waiting = kept.get(node.id) ?? []
  kept.delete(node.id)
  return waiting
}

/** Ends that: what comes from now on waits for the next one. */
export function resign(node: Node): void {
  if (successors.get(node.id) === node) successors.delete(node.id)
}

/** The node that stands in the place of this one now: mostly itself. */
export const successorOf = (node: Node): Node => successors.get(node.id) ?? node

/** Hands a message on, with what came of it where that is known. False where too many wait. */
export function handOver(node: Node, message: NodeMessage, outcome?: Outcome): boolean {
  if (outcome) outcomes.set(message, outcome)
  const successor = successors.get(node.id)
  if (successor) {
    successor.receive(message)
    return true
  }
  const waiting = kept.get(node.id) ?? []
  if (waiting.length >= MOST_KEPT) return false
  waiting.push(message)
  kept.set(node.id, waiting)
  return true
}

/** What a forerunner has made of a message; once. */
export function outcomeOf(message: NodeMessage): Outcome | undefined {
  const outcome = outcomes.get(message)
  outcomes.delete(message)
  return outcome
}
