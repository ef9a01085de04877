/**
 * The kinds of values that the table of the plant model is made of. Each of them gives three things: a TypeScript type,
 * the check with the value as the model keeps it, and a JSON Schema.
 */

import { isObject, type Findings, type Json } from './findings.ts'
import { knownName } from './nearest.ts'

export type JsonSchema = Record<string, unknown>

export interface Kind<T> {
  schema: JsonSchema
  /** The value as the model keeps it. What is wrong is noted, and then the value is given back as it is. */
  read(value: unknown, path: string, found: Findings): unknown
  /** Only for the type; there is no such value. */
  readonly type?: T
}
export type TypeOf<K> = K extends Kind<infer T> ? T : never

/** A kind from its words, its test and its schema; `keep` gives the value as the model keeps it. */
export function kind<T>(
  expected: string,
  isRight: (v: unknown) => boolean,
  schema: JsonSchema,
  keep?: (v: T) => unknown,
): Kind<T> {
  return {
    schema,
    read(value, path, found) {
      if (isRight(value)) return keep ? keep(value as T) : value
      found.fault(path, expected, value)
      return value
    },
  }
}

const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v)
const isText = (v: unknown): v is string => typeof v === 'string'

export const text = kind<string>('a text', (v) => isText(v) && v.trim() !== '', { type: 'string', pattern: '\\S' })
export const truth = kind<boolean>('true or false', (v) => typeof v === 'boolean', { type: 'boolean' })
export const positive = kind<number>('a number above 0', (v) => isNumber(v) && v > 0, {
  type: 'number',
  exclusiveMinimum: 0,
})
export const notNegative = kind<number>('a number of 0 or more', (v) => isNumber(v) && v >= 0, {
  type: 'number',
  minimum: 0,
})
export const notZero = kind<number>('a number other than 0', (v) => isNumber(v) && v !== 0, {
  type: 'number',
  not: { enum: [0] },
})

/** A text of a pattern. */
export const pattern = (expected: string, regExp: RegExp): Kind<string> =>
  kind(expected, (v) => isText(v) && regExp.test(v), { type: 'string', pattern: regExp.source })

/** One of some names. */
export const oneOf = <const T extends string | number>(
  names: readonly T[],
  expected = `one of ${names.join(', ')}`,
): Kind<T> => kind(expected, (v) => names.includes(v as T), { enum: names })

/** A list of one kind. */
export function list<T>(item: Kind<T>, expected = 'a list', least = 0): Kind<T[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(least > 0 && { minItems: least }) },
    read(value, path, found) {
      const isRight = Array.isArray(value) && value.length >= least
      if (!isRight) found.fault(path, expected, value)
      return Array.isArray(value) ? value.map((v, i) => item.read(v, `${path}[${i}]`, found)) : value
    },
  }
}

/** An object whose names are the plant's own. */
export function named<T>(item: Kind<T>, name?: { expected: string; regExp: RegExp }): Kind<Record<string, T>> {
  return {
    schema: {
      type: 'object',
      ...(name
        ? { patternProperties: { [name.regExp.source]: item.schema }, additionalProperties: false }
        : { additionalProperties: item.schema }),
    },
    read(value, path, found) {
      if (!isObject(value)) {
        found.fault(path, 'an object', value)
        return value
      }
      const entries = Object.entries(value).map(([key, v]) => {
        if (name && !name.regExp.test(key)) found.fault(`${path}.${key}`, name.expected, key)
        return [key, item.read(v, `${path}.${key}`, found)] as const
      })
      return Object.fromEntries(entries)
    },
  }
}

/** A field of an object: whether it must be there, and what it says, for editors and the dialog. */
export interface Field<T, P extends 'must' | 'may' | 'filled'> {
  kind: Kind<T>
  presence: P
  says: string
  /** What stands in the model where nothing is said. */
  fallback?: T
  /** True where nothing reads it yet. */
  isIdle?: true
}

export const must = <T>(kind: Kind<T>, says: string): Field<T, 'must'> => ({ kind, presence: 'must', says })
export const may = <T>(kind: Kind<T>, says: string): Field<T, 'may'> => ({ kind, presence: 'may', says })
export const filled = <T>(kind: Kind<T>, fallback: T, says: string): Field<T, 'filled'> => ({
  kind,
  presence: 'filled',
  says,
  fallback,
})
/** A field that is taken, with a warning, for what will read it is not there yet. */
export const idle = <T>(kind: Kind<T>, says: string): Field<T, 'may'> => ({ ...may(kind, says), isIdle: true })

type Fields = Record<string, Field<unknown, 'must' | 'may' | 'filled'>>
type FieldType<F> = F extends Field<infer T, 'must' | 'may' | 'filled'> ? T : never
export type ObjectOf<F> = {
  [K in keyof F as F[K] extends Field<unknown, 'may'> ? never : K]: FieldType<F[K]>
} & { [K in keyof F as F[K] extends Field<unknown, 'may'> ? K : never]?: FieldType<F[K]> }

/** Names for editors, such as `$schema` and `$comment`; they are no part of the model. */
const EDITORS_OWN = '^\\$'

/** An object of known fields; a name that is not known is refused with the nearest one that is. */
export function object<F extends Fields>(fields: F, expected = 'an object'): Kind<ObjectOf<F>> & { fields: F } {
  const known = Object.keys(fields)
  return {
    fields,
    schema: {
      type: 'object',
      properties: Object.fromEntries(known.map((key) => [key, schemaOf(fields[key]!)])),
      required: known.filter((key) => fields[key]!.presence === 'must'),
      patternProperties: { [EDITORS_OWN]: {} },
      additionalProperties: false,
    },
    read(value, path, found) {
      if (!isObject(value)) {
        found.fault(path || 'model', expected, value)
        return value
      }
      return readFields(fields, value, { path: path && `${path}.`, found, known })
    },
  }
}

const schemaOf = ({ kind, says, fallback }: Fields[string]): JsonSchema => ({
  ...kind.schema,
  description: says,
  ...(fallback !== undefined && { default: fallback }),
})

function readFields(
  fields: Fields,
  value: Json,
  { path, found, known }: { path: string; found: Findings; known: string[] },
): Json {
  for (const name of Object.keys(value))
    if (!Object.hasOwn(fields, name) && !name.startsWith('$'))
      found.faults.push({ path: path + name, expected: knownName(name, known), got: name })
  const kept: Json = {}
  for (const [name, { kind, presence, fallback, isIdle }] of Object.entries(fields)) {
    const given = value[name]
    if (given === undefined && presence !== 'must') {
      if (fallback !== undefined) kept[name] = structuredClone(fallback)
      continue
    }
    kept[name] = kind.read(given, path + name, found)
    if (isIdle) found.warn(path + name, 'has no effect yet')
  }
  return kept
}
