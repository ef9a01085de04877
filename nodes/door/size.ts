/** How large a message may be that is read. */

import { LIMITS } from '../core/limits.ts'
import { Refused, refusal } from '../core/refused.ts'

/**
 * Throws for content with too many values, too long a list, or too many levels. Stops where the first bound is met, so
 * a small message costs little and a large one no more than the bounds.
 */
export function checkSize(content: unknown, field = 'payload'): void {
  measure(content, 1, { left: LIMITS.values, field })
}

function measure(content: unknown, level: number, count: { left: number; field: string }): void {
  if (!isData(content)) return
  if (level > LIMITS.levels) throw new Refused(count.field, `expected at most ${LIMITS.levels} levels, got more`)
  const rows = Array.isArray(content) ? content.length : 0
  if (rows > LIMITS.rows) throw refusal(count.field, `at most ${LIMITS.rows} rows`, content)
  for (const key in content) {
    if (--count.left < 0) throw new Refused(count.field, `expected at most ${LIMITS.values} values, got more`)
    measure((content as Record<string, unknown>)[key], level + 1, count)
  }
}

/** Lists and plain objects, of any realm. An object of a class comes from a library in this process, not from data. */
function isData(content: unknown): content is object {
  if (typeof content !== 'object' || content === null) return false
  if (Array.isArray(content)) return true
  const prototype: unknown = Object.getPrototypeOf(content)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const CODE = { quote: 34, comma: 44, open: 91, escape: 92, close: 93, openBrace: 123, closeBrace: 125 } as const

/**
 * The same of JSON text, before it is parsed: one pass along its characters that ends where a bound is met. Parsing a
 * text that is all brackets would take many times as long.
 */
export function checkJson(text: string, field = 'payload'): void {
  const rows = new Array<number>(LIMITS.levels + 1).fill(0)
  let level = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === CODE.quote) i = endOfString(text, i + 1)
    else if (code === CODE.close || code === CODE.closeBrace) level = Math.max(0, level - 1)
    else if (code === CODE.open || code === CODE.openBrace) {
      if (++level > LIMITS.levels) throw new Refused(field, `expected at most ${LIMITS.levels} levels, got more`)
      rows[level] = 1
    } else if (code === CODE.comma && ++rows[level]! > LIMITS.rows) {
      throw new Refused(field, `expected at most ${LIMITS.rows} rows, got more`)
    }
  }
}

/** Where the quote is that ends a string; the end of the text where none does. */
function endOfString(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === CODE.escape) i++
    else if (code === CODE.quote) return i
  }
  return text.length
}
