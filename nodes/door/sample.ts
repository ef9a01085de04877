/** One value of one source at one time, as every decoder gives it. */

import { LIMITS } from '../core/limits.ts'
import { refusal } from '../core/refused.ts'

export interface Sample {
  /** An MQTT topic, an OPC UA node id, or `spBv1.0/<group>/<edge>[/<device>]/<metric>`. */
  source: string
  /** `null` with a `reason` where there is none, or where its quality is bad. */
  value: number | string | boolean | null
  /** The text that a number was read from: an order number keeps its leading zeros. */
  text?: string
  /** Source time, epoch ms; `null` where the message carries none. The end of the period where there is a `from`. */
  at: number | null
  /** Begin of the period that the value stands for, epoch ms. */
  from?: number
  quality: 'good' | 'uncertain' | 'bad'
  reason?: string
  /** A higher revision corrects the value of the same instant; absent = 0. */
  revision?: number
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

/** True for text that is a number. The pattern takes steps in the square of the length, so a long text is not tried. */
export const isNumeric = (text: string): boolean => text.length <= LIMITS.numberChars && NUMBER.test(text)

/** Puts a raw value into a sample: a number where it is one, else text or truth, else `null` and the reason. */
export function withValue(sample: Sample, raw: unknown): Sample {
  if (typeof raw === 'string' && isNumeric(raw)) {
    sample.value = Number(raw)
    sample.text = raw.trim()
  } else if (typeof raw === 'boolean' || (typeof raw === 'string' && raw.length <= LIMITS.textChars)) {
    sample.value = raw
  } else if (typeof raw === 'number' || typeof raw === 'bigint') {
    sample.value = Number(raw)
  } else {
    const expected = typeof raw === 'string' ? `at most ${LIMITS.textChars} characters` : 'a number or text'
    return withoutValue(sample, refusal('value', expected, raw).message)
  }
  if (typeof sample.value !== 'number' || Math.abs(sample.value) <= LIMITS.magnitude) return sample
  const expected = Number.isNaN(sample.value)
    ? 'a number or text'
    : `a number from -${LIMITS.magnitude} to ${LIMITS.magnitude}`
  return withoutValue(sample, refusal('value', expected, sample.value).message)
}

/** A sample that gives no value, and why. */
export function withoutValue(sample: Sample, reason: string): Sample {
  sample.value = null
  delete sample.text
  sample.quality = 'bad'
  sample.reason = reason
  return sample
}

/** A 64-bit integer from its two words; above 2⁵³ the last digits are lost. */
export function from64Bits(high: number, low: number, signed: boolean): number {
  return (signed ? high | 0 : high >>> 0) * 2 ** 32 + (low >>> 0)
}

/** As seconds this is the year 5138, as milliseconds 1973. */
const SECONDS_BELOW = 1e11
/** The last instant that a `Date` can hold. */
const MOST_MS = 8.64e15
const ISO = /T.*(Z|[+-]\d{2}:?\d{2})$/i

/** Epoch ms of a Date, of epoch seconds or milliseconds (also as text), or of ISO 8601 text that names its offset. */
export function instantOf(told: unknown): number | undefined {
  if (told instanceof Date) return Number.isNaN(told.getTime()) ? undefined : told.getTime()
  if (typeof told === 'string' && told.length > LIMITS.numberChars) return undefined
  if (typeof told === 'string' && ISO.test(told.trim())) {
    const ms = Date.parse(told.trim())
    return Number.isNaN(ms) ? undefined : ms
  }
  const n = typeof told === 'string' && isNumeric(told) ? Number(told) : told
  if (typeof n !== 'number' || !(n >= 0 && n <= MOST_MS)) return undefined
  return Math.round(n < SECONDS_BELOW ? n * 1000 : n)
}
