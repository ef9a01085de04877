/** Names in the plant model that stand for something else in it. */

import type { Findings, Json } from './findings.ts'
import { nearest } from './nearest.ts'

/** Notes a name that is none of `ids`; the field is the last part of its path, unless its value is given. */
export function checkReference(
  found: Findings,
  object: Json,
  path: string,
  ids: readonly unknown[],
  name: unknown = object[path.slice(path.lastIndexOf('.') + 1)],
): void {
  if (typeof name !== 'string' || ids.includes(name)) return
  const known = ids.filter((id) => typeof id === 'string')
  const near = nearest(name, known)
  found.fault(path, `one of ${known.join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}`, name)
}

/** Notes an id that is used twice. */
export function checkUnique(found: Findings, ids: readonly unknown[], path: string): void {
  ids.forEach((id, i) => {
    if (id !== undefined && ids.indexOf(id) !== i) found.fault(`${path}[${i}]`, 'an id used once', id)
  })
}
