/** What comes from outside, made fit to be shown: short, on one line, and without control characters. */

import { LIMITS } from './limits.ts'

/** Control characters (a newline forges a line in a log), and marks that turn or hide the text around them. */
const UNSEEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
const VALUE_CHARS = 60
const MOST_KEYS = 5

/** A text on one line: control characters as escapes such as `\u001b`, cut to `most` characters. Linear in `most`. */
export function plain(text: string, most: number = LIMITS.shownChars): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text
  return cut.replace(UNSEEN, (c) => (c === '\n' ? '\\n' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))
}

/** A value as an error names it. Its cost does not grow with the value. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return shownText(value)
  if (typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value).slice(0, VALUE_CHARS)
  if (Array.isArray(value)) return isSmall(value) ? plain(JSON.stringify(value)) : `a list of ${value.length}`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a date that is none' : value.toISOString()
  if (isSmall(Object.values(value))) return plain(JSON.stringify(value))
  return plain(`an object with ${keysOf(value)}`)
}

function shownText(text: string): string {
  if (text.length <= VALUE_CHARS) return `"${plain(text)}"`
  return `"${plain(text, VALUE_CHARS)}" (${text.length} characters)`
}

/** A few plain values, which JSON shows best. */
function isSmall(values: readonly unknown[]): boolean {
  return values.length <= MOST_KEYS && values.every((v) => isShort(v))
}

const isShort = (v: unknown): boolean =>
  v === null || typeof v === 'boolean' || typeof v === 'number' || (typeof v === 'string' && v.length <= 20)

function keysOf(value: object): string {
  const names: string[] = []
  for (const key in value) {
    if (names.length === MOST_KEYS) return `${names.join(', ')}, …`
    names.push(plain(key, 30))
  }
  return names.length > 0 ? names.join(', ') : 'no fields'
}
