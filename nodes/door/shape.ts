/** Small questions about the shape of what came. */

import { isAbsent, isObject, type Json } from '../core/fields.ts'
import { plain } from '../core/shown.ts'

/** An object with fields to read, which a time, a list and a Buffer are not. */
export const isFields = (x: unknown): x is Json => isObject(x) && !(x instanceof Date) && !ArrayBuffer.isView(x)

/** The fields of an object that have a rank, the first ranks first. An object mostly has fewer fields than there are ranks. */
export function ranked(fields: Json, ranks: ReadonlyMap<string, number>): string[] {
  const names: string[] = []
  for (const key in fields) if (ranks.has(key) && !isAbsent(fields[key])) names.push(key)
  return names.length > 1 ? names.sort((a, b) => ranks.get(a)! - ranks.get(b)!) : names
}

/** The rank of each name: its place in the list. */
export const ranksOf = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, rank) => [name, rank]))

const MOST_NAMED = 8
const DEEPEST = 3

/** Where values stand in a payload, as paths that the plant model could name: `ENERGY.Total, ENERGY.Power`. */
export function pathsIn(content: unknown): string[] {
  const paths: string[] = []
  collect(content, '', paths, 0)
  return paths
}

function collect(content: unknown, path: string, paths: string[], level: number): void {
  if (paths.length > MOST_NAMED) return
  if (isFields(content) && level < DEEPEST) {
    for (const key in content) collect(content[key], path === '' ? key : `${path}.${key}`, paths, level + 1)
  } else if (Array.isArray(content) && content.length > 0 && level < DEEPEST) {
    collect(content[0], `${path}[0]`, paths, level + 1)
  } else if (typeof content === 'number' || (typeof content === 'string' && content !== '')) {
    paths.push(plain(path, 60))
  }
}

/** What to write in the model for a payload that holds no value of its own. */
export function hintFor(content: unknown): string {
  const paths = pathsIn(content)
  if (paths.length === 0) return 'nothing that could be one'
  const named = paths.slice(0, MOST_NAMED).join(', ') + (paths.length > MOST_NAMED ? ', …' : '')
  return `a payload that has ${named}: say which with "path"`
}
