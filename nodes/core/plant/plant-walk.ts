/** Walking through a plant model from outside, field by field, and noting what is wrong in it. */

export interface Fault {
  path: string
  expected: string
  got: string
}

export const faultText = (f: Fault): string => `${f.path}: expected ${f.expected}, got ${f.got}`

export type Json = Record<string, unknown>
export type Test = readonly [expected: string, ok: (v: unknown) => boolean]

export const text: Test = ['a text', (v) => typeof v === 'string' && v.trim() !== '']
export const positive: Test = ['a number above 0', (v) => typeof v === 'number' && Number.isFinite(v) && v > 0]
export const oneOf = (...names: readonly string[]): Test => [
  `one of ${names.join(', ')}`,
  (v) => names.includes(v as string),
]
export const listOf = ([expected, ok]: Test): Test => [
  `a list, each ${expected}`,
  (v) => Array.isArray(v) && v.every(ok),
]

export const show = (v: unknown): string =>
  v === undefined ? 'nothing' : (JSON.stringify(v)?.slice(0, 60) ?? typeof v)

/** Collects faults while it walks a model; the walk goes on after a fault so that all are told at once. */
export class Walk {
  readonly faults: Fault[] = []

  must(o: Json, path: string, key: string, [expected, ok]: Test): void {
    if (!ok(o[key])) this.faults.push({ path: path + key, expected, got: show(o[key]) })
  }
  mustNot(o: Json, path: string, key: string, expected: string): void {
    if (o[key] !== undefined) this.fault(path + key, expected, show(o[key]))
  }
  fault(path: string, expected: string, got: string): void {
    this.faults.push({ path, expected, got })
  }
  may(o: Json, path: string, key: string, test: Test): void {
    if (o[key] !== undefined) this.must(o, path, key, test)
  }
  each(o: Json, path: string, key: string, visit: (item: Json, path: string) => void): void {
    const list = o[key]
    if (list === undefined) return
    if (!Array.isArray(list)) {
      this.faults.push({ path: path + key, expected: 'a list', got: show(list) })
      return
    }
    list.forEach((item: unknown, i) => {
      const at = `${path}${key}[${i}]`
      if (isObject(item)) visit(item, `${at}.`)
      else this.faults.push({ path: at, expected: 'an object', got: show(item) })
    })
  }
  unique(ids: unknown[], path: string): void {
    ids.forEach((id, i) => {
      if (id !== undefined && ids.indexOf(id) !== i)
        this.faults.push({ path: `${path}[${i}]`, expected: 'an id used once', got: show(id) })
    })
  }
}

export const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)
export const idsOf = (o: Json, key: string, id = 'id'): unknown[] =>
  Array.isArray(o[key]) ? o[key].map((x: unknown) => (isObject(x) ? x[id] : undefined)) : []
