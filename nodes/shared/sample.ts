/** One value of one source at one time, as every decoder gives it. */

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

export const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

/** A 64-bit integer from its two words; above 2⁵³ the last digits are lost. */
export function from64Bits(high: number, low: number, signed: boolean): number {
  return (signed ? high | 0 : high >>> 0) * 2 ** 32 + (low >>> 0)
}

/** As seconds this is the year 5138, as milliseconds 1973. */
const SECONDS_BELOW = 1e11

/** Epoch ms of a Date, of epoch seconds or milliseconds (also as text), or of ISO 8601 text that names its offset. */
export function instantOf(told: unknown): number | undefined {
  if (told instanceof Date) return Number.isNaN(told.getTime()) ? undefined : told.getTime()
  if (typeof told === 'string' && /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(told.trim())) {
    const ms = Date.parse(told.trim())
    return Number.isNaN(ms) ? undefined : ms
  }
  const n = typeof told === 'string' && NUMBER.test(told) ? Number(told) : told
  if (typeof n !== 'number' || !Number.isFinite(n) || n < 0) return undefined
  return Math.round(n < SECONDS_BELOW ? n * 1000 : n)
}
