import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { plantSchema } from '../../nodes/core/plant/plant.ts'

type Schema = Record<string, unknown>
type Json = Record<string, unknown>

/** As much of a JSON Schema validator as the schema of the plant model needs. */
function accepts(schema: Schema, value: unknown): boolean {
  const all = schema as {
    type?: string
    enum?: unknown[]
    not?: Schema
    pattern?: string
    minimum?: number
    exclusiveMinimum?: number
    anyOf?: Schema[]
  }
  if (all.enum && !all.enum.includes(value)) return false
  if (all.not && accepts(all.not, value)) return false
  if (all.anyOf && !all.anyOf.some((s) => accepts(s, value))) return false
  switch (all.type) {
    case 'string':
      return typeof value === 'string' && (all.pattern === undefined || new RegExp(all.pattern).test(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number' && value >= (all.minimum ?? value) && value > (all.exclusiveMinimum ?? -Infinity)
    case 'array':
      return acceptsList(schema, value)
    case 'object':
      return acceptsObject(schema, value)
    default:
      return true
  }
}

function acceptsList(schema: Schema, value: unknown): boolean {
  const { items, minItems = 0 } = schema as { items: Schema; minItems?: number }
  return Array.isArray(value) && value.length >= minItems && value.every((v) => accepts(items, v))
}

function acceptsObject(schema: Schema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const {
    properties = {},
    required = [],
    patternProperties = {},
    additionalProperties = true,
  } = schema as {
    properties?: Record<string, Schema>
    required?: string[]
    patternProperties?: Record<string, Schema>
    additionalProperties?: boolean | Schema
  }
  if (required.some((key) => (value as Json)[key] === undefined)) return false
  return Object.entries(value).every(([key, v]) => {
    if (Object.hasOwn(properties, key)) return accepts(properties[key]!, v)
    const pattern = Object.keys(patternProperties).find((p) => new RegExp(p).test(key))
    if (pattern !== undefined) return accepts(patternProperties[pattern]!, v)
    return typeof additionalProperties === 'boolean' ? additionalProperties : accepts(additionalProperties, v)
  })
}

/** A value that a schema accepts. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const {
    type,
    enum: names,
    items,
    properties,
    required = [],
    additionalProperties,
    pattern,
  } = schema as {
    type?: string
    enum?: unknown[]
    items?: Schema
    properties?: Record<string, Schema>
    required?: string[]
    additionalProperties?: boolean | Schema
    pattern?: string
  }
  if (names) return fc.constantFrom(...names)
  if (type === 'string')
    return fc.constantFrom(...TEXTS.filter((t) => pattern === undefined || new RegExp(pattern).test(t)))
  if (type === 'boolean') return fc.boolean()
  if (type === 'number') return fc.constantFrom(0.5, 1, 60, 65_536)
  if (type === 'array') return fc.array(valueOf(items!), { minLength: 1, maxLength: 2 })
  if (!properties)
    return typeof additionalProperties === 'object'
      ? fc.dictionary(fc.constantFrom('a', 'b'), valueOf(additionalProperties))
      : fc.constant({})
  const entries = Object.entries(properties).map(([key, s]) => [key, valueOf(s)] as const)
  return fc.record(Object.fromEntries(entries), { requiredKeys: required })
}
const TEXTS = [
  'L1',
  'electricity',
  'kWh',
  'UTC',
  '06:00',
  '2026-12-24',
  'EUR',
  'GB',
  'GBLDS',
  '12345678',
  '5299000J2N45DDNE4Y28',
]

/** A model with something in it that no table knows: another type, a strange name, or a name that is left out. */
const spoilt = (model: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(1e6), fc.constantFrom('type', 'name', 'drop')).map(([n, how]) => {
    const copy = structuredClone(model)
    const places: [Json, string][] = []
    const collect = (x: unknown): void => {
      if (typeof x !== 'object' || x === null) return
      for (const key of Object.keys(x)) {
        places.push([x as Json, key])
        collect((x as Json)[key])
      }
    }
    collect(copy)
    const [at, key] = places[n % places.length]!
    if (how === 'drop' && !Array.isArray(at)) delete at[key]
    else if (how === 'name' && !Array.isArray(at)) at['nobodyReadsMe'] = 1
    else at[key] = { a: ['stranger'] }
    return copy
  })

/** A sound object with a few of the other fields that its schema knows. */
const enriched = (sound: Json, schema: Schema): fc.Arbitrary<Json> => {
  const fields = Object.entries(schema['properties'] as Record<string, Schema>).filter(([key]) => !(key in sound))
  const field = fc.constantFrom(...fields).chain(([key, s]) => fc.tuple(fc.constant(key), valueOf(s)))
  return fc.array(field, { maxLength: 3 }).map((more) => ({ ...sound, ...Object.fromEntries(more) }))
}

describe('The JSON Schema of the plant model', () => {
  const schema = plantSchema()
  const properties = schema['properties'] as Record<string, { items: Schema }>
  const meter = { id: 'm', source: 's/m', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }
  const signal = { source: 's/n', line: 'L1', role: 'good' }
  const models = fc
    .tuple(enriched(meter, properties['meters']!.items), enriched(signal, properties['signals']!.items))
    .chain(([m, s]) => {
      const head = { enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', lines: [{ id: 'L1' }] }
      return enriched({ ...head, meters: [m], signals: [s] }, schema)
    })

  it('accepts whatever the check accepts', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(models, models.chain(spoilt)), (model) => {
        if ('faults' in readPlant(model)) return
        accepted++
        assert.ok(accepts(schema, model))
      }),
      { numRuns: 3000 },
    )
    assert.ok(accepted > 300, `expected some of the models to be sound, got ${accepted}`)
  })

  it('refuses a name or a type that the check refuses', () => {
    fc.assert(
      fc.property(models.chain(spoilt), (model) => {
        const read = readPlant(model)
        const isOfShape =
          'faults' in read && read.faults.some((f) => f.got === 'nobodyReadsMe' || f.got.includes('stranger'))
        if (isOfShape) assert.ok(!accepts(schema, model))
      }),
      { numRuns: 3000 },
    )
  })

  it('says of every field what it is', () => {
    const walk = (s: Schema, path: string): void => {
      for (const [key, field] of Object.entries((s['properties'] ?? {}) as Record<string, Schema>)) {
        assert.ok(String(field['description'] ?? '').length > 5, `${path}${key}`)
        walk(field, `${path}${key}.`)
        if (field['items']) walk(field['items'] as Schema, `${path}${key}[].`)
      }
    }
    walk(schema, '')
  })
})
