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
  /** The unit that stands beside the value. */
  unit?: string
  /** It states a time that cannot be read. */
  isUntimed?: true
  /** The path of the model leads to nothing in it. */
  isAbsent?: true
  /** The broker has repeated it: it is no news. */
  isRetained?: true
  /** It says that there is no value (JSON `null`): no order, for instance. */
  isNull?: true
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

/** True for text that is a number. The pattern takes steps in the square of the length, so a long text is not tried. */
export const isNumeric = (text: string): boolean => text.length <= LIMITS.numberChars && NUMBER.test(text)

/** Puts a raw value into a sample: a number where it is one, else text or truth, else `null` and the reason. */
export function withValue(sample: Sample, raw: unknown): Sample {
  // A long row of digits is the name of an order, and no amount of anything.
  if (typeof raw === 'string' && isNumeric(raw) && Math.abs(Number(raw)) <= LIMITS.magnitude) {
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
