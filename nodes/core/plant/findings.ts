/** What is found in a plant model: faults, for which it is refused, and warnings, for what is odd but possible. */

export interface Fault {
  path: string
  expected: string
  got: string
}

export interface Warning {
  path: string
  says: string
}

export const faultText = (f: Fault): string => `${f.path}: expected ${f.expected}, got ${f.got}`
export const warningText = (w: Warning): string => `${w.path}: ${w.says}`

/** Collects everything, so that all of it is told at once. */
export class Findings {
  readonly faults: Fault[] = []
  readonly warnings: Warning[] = []

  fault(path: string, expected: string, got: unknown): void {
    this.faults.push({ path, expected, got: show(got) })
  }

  warn(path: string, says: string): void {
    this.warnings.push({ path, says })
  }
}

/** A value as a message shows it. */
export const show = (v: unknown): string =>
  v === undefined ? 'nothing' : (JSON.stringify(v)?.slice(0, 60) ?? typeof v)

export type Json = Record<string, unknown>
export const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)
/** The objects of a list; none where there is no list. */
export const objectsOf = (o: Json, key: string): Json[] => (Array.isArray(o[key]) ? o[key].filter(isObject) : [])
/** The ids in a list of objects; `undefined` where one has none. */
export const idsOf = (o: Json, key: string, id = 'id'): unknown[] =>
  Array.isArray(o[key]) ? o[key].map((x: unknown) => (isObject(x) ? x[id] : undefined)) : []
