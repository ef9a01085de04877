/** The content of a payload: text of a Buffer, what JSON text holds, anything else as it is. */

import { LIMITS } from '../core/limits.ts'
import { refusal } from '../core/refused.ts'
import { checkJson } from './size.ts'

const utf8 = new TextDecoder()

/** Throws where it is longer than a message may be. */
export function contentOf(payload: unknown): unknown {
  if (payload instanceof Uint8Array && payload.length > LIMITS.jsonChars)
    throw refusal('payload', `at most ${LIMITS.jsonChars} bytes`, payload)
  const content = payload instanceof Uint8Array ? utf8.decode(payload) : payload
  // MQTT brings JSON null, "there is none", as its four letters.
  if (content === 'null') return null
  if (typeof content !== 'string' || !/^\s*[[{]/.test(content)) return content
  if (content.length > LIMITS.jsonChars)
    throw refusal('payload', `at most ${LIMITS.jsonChars} characters of JSON`, content)
  checkJson(content)
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}
