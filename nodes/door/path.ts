/** Following a path of the plant model into a payload. */

import type { Json } from '../core/fields.ts'
import { isFields } from './shape.ts'

type Step = { key: string } | { index: number } | { every: true } | { name: string; is: string }

export interface Found {
  value: unknown
  /** The objects on the way, from the inside out. */
  around: Json[]
}

const STEP = /([^.[\]]+)|\[(?:(\d+)|(\*)|([^=[\]]+)=([^[\]]+))\]/g
const parsed = new Map<string, Step[]>()
/** Paths come from the plant model; those of models that are no longer deployed are let go. */
const MOST_PARSED = 10_000

/** What stands at a path such as `ENERGY.Total`, `values[id=L1.kWh].v` or `emeters[0].total`; `undefined` for nothing. */
export function follow(path: string, content: unknown): Found | undefined {
  // A key may look like a path.
  if (isFields(content) && Object.hasOwn(content, path)) return { value: content[path], around: [content] }
  return along(stepsOf(path), content, [])
}

function along(steps: readonly Step[], content: unknown, around: Json[]): Found | undefined {
  const [step, ...rest] = steps
  const inside = isFields(content) ? [content, ...around] : around
  if (step === undefined) return content === undefined ? undefined : { value: content, around }
  if ('every' in step) return everyOf(rest, content, inside)
  if ('key' in step) return byKey(steps, content, inside)
  const next = entryOf(step, content)
  return next === undefined ? undefined : along(rest, next, inside)
}

/** A key may itself contain dots: the longest one that leads to something. */
function byKey(steps: readonly Step[], content: unknown, inside: Json[]): Found | undefined {
  if (!isFields(content)) return undefined
  const end = steps.findIndex((step) => !('key' in step))
  for (let n = end < 0 ? steps.length : end; n > 0; n--) {
    const name = steps
      .slice(0, n)
      .map((step) => ('key' in step ? step.key : ''))
      .join('.')
    const found = Object.hasOwn(content, name) ? along(steps.slice(n), content[name], inside) : undefined
    if (found) return found
  }
  return undefined
}

/** `[*]`: the sum of all, where each is a number. */
function everyOf(rest: readonly Step[], content: unknown, around: Json[]): Found | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined
  const values = content.map((item: unknown) => along(rest, item, around)?.value)
  if (!values.every((v) => typeof v === 'number')) return undefined
  return { value: values.reduce((sum, v) => sum + v, 0), around }
}

function entryOf(step: { index: number } | { name: string; is: string }, content: unknown): unknown {
  if (!Array.isArray(content)) return undefined
  if ('index' in step) return content[step.index]
  return content.find((item) => isFields(item) && Object.hasOwn(item, step.name) && String(item[step.name]) === step.is)
}

function stepsOf(path: string): Step[] {
  let steps = parsed.get(path)
  if (!steps) {
    steps = [...path.matchAll(STEP)].map(([, key, index, every, name, is]): Step => {
      if (key !== undefined) return { key }
      if (index !== undefined) return { index: Number(index) }
      return every === undefined ? { name: name!, is: is! } : { every: true }
    })
    if (parsed.size >= MOST_PARSED) parsed.clear()
    parsed.set(path, steps)
  }
  return steps
}
