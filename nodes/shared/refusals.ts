/** What a station says of what it refused: on its second output each time, in its status each kind once a minute. */

import type { Node } from 'node-red'
import { plain } from '../core/shown.ts'
import type { Out } from './input.ts'
import { KindsShown } from './kinds-shown.ts'
import { setStatus, type Message } from './node-kit.ts'

const OUTPUT = 1

export class Refusals {
  readonly #node: Node
  readonly #shown = new KindsShown()
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
    if (!this.#shown.isDue(`${subject}${reason}`, Date.now())) return false
    setStatus(this.#node, 'yellow', plain(`${this.count} rejected · ${subject}${reason}`))
    return true
  }
}

export interface Refusing {
  message: Message
  out: Out
  topic: unknown
}
