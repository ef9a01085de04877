/** The one way a node takes messages. */

import type { Node, NodeMessage } from 'node-red'
import { LedgerClosed } from '../stores/refusal.ts'
import { handOver, outcomeOf, resign, succeed, whenDeployed, type Outcome } from './handover.ts'
import { KindsShown } from './kinds-shown.ts'
import { setStatus, type Message } from './node-kit.ts'

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
  send: (messages: Ports) => void
  done: (error?: Error) => void
}

type Ports = (Message | Message[] | null)[]

/** So many messages wait for a ledger to open; what comes after that fails. */
const MOST_WAITING = 50_000

/**
 * Takes the messages of a node. The handler sees them in order of arrival, from the moment `ready` resolves; it may
 * return a promise (a commit). What it queued is sent after the promise, in order of arrival, and `done` is called
 * exactly once: with the error where there was one, so that Catch nodes see it, and the status turns red. What is not
 * answered when the node is closed is answered by the node that comes in its place.
 */
export function onInput(node: Node, handle: Handler, ready?: Promise<unknown>): void {
  new Input(node, handle).open(ready)
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

class Input {
  readonly #node: Node
  readonly #handle: Handler
  readonly #shown = new KindsShown()
  #waiting: Arrival[] | null = null
  #inFlight = 0
  #tail: Promise<void> = Promise.resolve()
  #end: 'closed' | 'removed' | undefined

  constructor(node: Node, handle: Handler) {
    this.#node = node
    this.#handle = handle
  }

  open(ready?: Promise<unknown>): void {
    const node = this.#node
    if (ready) this.#waitFor(ready)
    node.on('input', (message, send, done) => this.#arrive({ message, send, done } as Arrival))
    node.on('close', (removed: boolean, done: () => void) => {
      this.#close(removed)
      done()
    })
    // The nodes behind this one must be there when it sends.
    whenDeployed(() => {
      if (!this.#end) for (const message of succeed(node)) node.receive(message)
    })
  }

  #waitFor(ready: Promise<unknown>): void {
    this.#waiting = []
    const begin = (): void => {
      const queued = this.#waiting ?? []
      this.#waiting = null
      for (const arrival of queued) this.#take(arrival)
    }
    ready.then(begin, (error: Error) => {
      if (this.#end) return
      setStatus(this.#node, 'red', error.message)
      this.#node.error(error)
      begin()
    })
  }

  #arrive(arrival: Arrival): void {
    if (!this.#waiting) this.#take(arrival)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(arrival)
    else
      this.#fail(arrival, new Error(`message: expected at most ${MOST_WAITING} to wait for the ledger, got one more`))
  }

  #take(arrival: Arrival): void {
    const known = outcomeOf(arrival.message)
    if (known) return this.#answer(arrival, known)
    const out = new Out()
    let work: void | Promise<unknown>
    try {
      work = this.#handle(arrival.message, out)
    } catch (error) {
      work = Promise.reject(asError(error))
    }
    if (!work && this.#inFlight === 0) return this.#answer(arrival, outcomeIn(out))
    this.#queue(arrival, out, work)
  }

  /** Answers it when all before it are answered, and its own work is done. */
  #queue(arrival: Arrival, out: Out, work: void | Promise<unknown>): void {
    // Marked as handled at once: the queue looks at it only when its turn comes.
    work?.catch(() => undefined)
    this.#inFlight++
    this.#tail = this.#tail
      .then(() => work)
      .then(
        () => this.#answer(arrival, outcomeIn(out)),
        (error: unknown) => this.#fail(arrival, asError(error)),
      )
      // Nothing that fails in an answer may hold up those behind it.
      .catch((error: unknown) => this.#node.error(error))
      .then(() => void this.#inFlight--)
  }

  #answer(arrival: Arrival, outcome: Outcome): void {
    whenDeployed(() => {
      if (this.#end) return this.#pass(arrival, outcome)
      if (outcome.ports.length > 0) arrival.send(outcome.ports as Ports)
      if (outcome.error) this.#report(outcome.error)
      arrival.done(outcome.error)
    })
  }

  #fail(arrival: Arrival, error: Error): void {
    // What the ledger did not take any more, the next node takes anew.
    if (this.#end && error instanceof LedgerClosed) return whenDeployed(() => this.#pass(arrival))
    this.#answer(arrival, { ports: [], error })
  }

  #report({ message }: Error): void {
    if (this.#shown.isDue(message, Date.now())) setStatus(this.#node, 'red', message)
  }

  #close(removed: boolean): void {
    this.#end = removed ? 'removed' : 'closed'
    resign(this.#node)
    // Node-RED takes the listeners off a closed node, and still delivers to it what was on its wires.
    this.#node.receive = (message: NodeMessage = {}) => this.#pass(lateArrival(this.#node, message))
    for (const arrival of this.#waiting?.splice(0) ?? []) this.#pass(arrival)
  }

  #pass(arrival: Arrival, outcome?: Outcome): void {
    if (this.#end !== 'removed' && handOver(this.#node, arrival.message, outcome)) return
    const why = this.#end === 'removed' ? 'the node was removed' : 'too many messages came while it was deployed'
    arrival.done(new Error(`message: expected to be taken, but ${why}`))
  }
}

const lateArrival = (node: Node, message: Message): Arrival => ({
  message,
  send: () => undefined,
  done: (error) => {
    if (error) node.error(error, message)
  },
})

const outcomeIn = ({ ports, error }: Out): Outcome => ({
  ports: ports.map((m) => (m.length === 1 ? m[0]! : m.length === 0 ? null : m)),
  ...(error && { error }),
})

function asError(error: unknown): Error {
  if (error instanceof Error) return error
  try {
    return new Error(String(error))
  } catch {
    return new Error('message: expected one that can be read, got one whose fields throw')
  }
}
