/** What is asked of a station in a message: an event to take in, a command, a query. */

import { isObject, type Json } from '../core/fields.ts'
import { checkSize } from './size.ts'

interface Message {
  payload?: unknown
}

/** The `type` of the object in `msg.payload`; `undefined` for any other message. */
export function typeOf({ payload }: Message): string | undefined {
  return isObject(payload) && typeof payload['type'] === 'string' ? payload['type'] : undefined
}

/** The content of a message of this type; `undefined` for any other. Throws where it is larger than a message may be. */
export function requestOf({ payload }: Message, type: string): Json | undefined {
  if (!isObject(payload) || payload['type'] !== type) return undefined
  checkSize(payload)
  return payload
}
