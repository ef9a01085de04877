/**
 * Reading the fields of an object from outside. Each reader gives the value in its own type, or throws a `Refused` that
 * says which field it is, what was expected there and what was got.
 */

import { LIMITS } from './limits.ts'
import { Refused, refusal } from './refused.ts'
import { timeFrom } from './time.ts'

export type Json = Record<string, unknown>

export const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x)

const LONE_SURROGATE = /\p{Surrogate}/u

/** Padding of fixed-length PLC strings is no part of a name, and databases hold no half characters. */
function cleaned(text: string): string {
  const nul = text.indexOf('\0')
  const whole = (nul < 0 ? text : text.slice(0, nul)).trim()
  return LONE_SURROGATE.test(whole) ? whole.replace(/\p{Surrogate}/gu, '\ufffd') : whole
}

/** A name without blanks and NULs around it; a number becomes its text. */
export function asName(value: unknown, field: string): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const name = typeof value === 'string' && value.length <= LIMITS.nameChars ? cleaned(value) : ''
  if (name === '') throw refusal(field, `a text of up to ${LIMITS.nameChars} characters`, value)
  return name
}

export const name = (o: Json, key: string): string => asName(o[key], key)

/** `undefined` where the field is absent or `null`. */
export const optionalName = (o: Json, key: string): string | undefined =>
  isAbsent(o[key]) ? undefined : asName(o[key], key)

/** A text that may be longer than a name, and empty; `undefined` where the field is absent or `null`. */
export function optionalText(o: Json, key: string): string | undefined {
  const value = o[key]
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string' || value.length > LIMITS.textChars)
    throw refusal(key, `a text of up to ${LIMITS.textChars} characters`, value)
  return cleaned(value)
}

/** A whole number of 0 or more. */
export function whole(o: Json, key: string): number {
  const value = o[key]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refusal(key, `a whole number from 0 to ${LIMITS.whole}`, value)
  return value
}

/** A number of 0 or more, up to `most`. */
export function amount(o: Json, key: string, most: number = LIMITS.magnitude): number {
  const value = o[key]
  if (typeof value !== 'number' || !(value >= 0)) throw refusal(key, 'a number of 0 or more', value)
  if (value > most) throw refusal(key, `at most ${most}`, value)
  return value
}

/** Epoch ms, from a number or an ISO 8601 text. */
export function time(o: Json, key: string): number {
  const at = timeFrom(o[key], key)
  if (at === undefined) throw refusal(key, 'epoch milliseconds or an ISO 8601 time', undefined)
  return at
}

/** One of a few words. */
export function oneOf<T extends string>(o: Json, key: string, words: readonly T[]): T {
  const value = o[key]
  if (!words.includes(value as T)) throw refusal(key, `one of ${listed(words)}`, value)
  return value as T
}

export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null

const MOST_LISTED = 20

function listed(words: readonly string[]): string {
  const rest = words.length - MOST_LISTED
  return words.slice(0, MOST_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Refuses a period that is empty, turned round or longer than any that may be stated. */
export function checkPeriod(from: number, to: number, field = 'period'): void {
  const days = (ms: number): number => Math.round(ms / 86_400_000)
  if (!(from < to)) throw new Refused(field, `expected a time after ${iso(from)}, got ${iso(to)}`)
  if (to - from > LIMITS.periodMs)
    throw new Refused(field, `expected at most ${days(LIMITS.periodMs)} days, got ${days(to - from)}`)
}

const iso = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms))
