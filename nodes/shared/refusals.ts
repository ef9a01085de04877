/** What a station says of what it refused: on its second output each time, in its status each kind once a minute. */

import type { Node } from 'node-red'
import { plain } from '../core/shown.ts'
import { setStatus, type Message, type Out } from './node-kit.ts'

const QUIET_MS = 60_000
/** Kinds that are told apart; what comes beyond is one kind. */
const MOST_KINDS = 200
const OUTPUT = 1

export class Refusals {
  readonly #node: Node
  readonly #shownAt = new Map<string, number>()
  /** How many since the start. */
  count = 0

  constructor(node: Node) {
    this.#node = node
  }

  /** Sends a refusal to the second output, with what it is about, and counts it. */
  send({ message, out, topic }: Refusing, about: { reason: string; [detail: string]: unknown }): void {
    out.send(OUTPUT, { _msgid: message._msgid, topic, payload: { type: 'rejected', ...about } } as Message)
    this.count++
  }

  /** Shows it, unless one of its kind was shown within the last minute; gives whether it did. */
  show(subject: string, reason: string): boolean {
    if (!this.#isDue(`${subject} ${kindOf(reason)}`, Date.now())) return false
    setStatus(this.#node, 'yellow', plain(`${this.count} rejected · ${subject}${reason}`))
    return true
  }

  #isDue(kind: string, now: number): boolean {
    const key = this.#shownAt.has(kind) || this.#shownAt.size < MOST_KINDS ? kind : ''
    if (now < (this.#shownAt.get(key) ?? -Infinity) + QUIET_MS) return false
    this.#shownAt.set(key, now)
    return true
  }
}

export interface Refusing {
  message: Message
  out: Out
  topic: unknown
}

/** What tells reasons apart: where the fault stood and what was expected, not what was got there. */
function kindOf(reason: string): string {
  const end = reason.indexOf(', got ')
  return plain(end < 0 ? reason : reason.slice(0, end), 80)
}
