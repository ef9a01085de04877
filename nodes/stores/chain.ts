/**
 * The hash chain over the facts.
 *
 * hash(n) = SHA-256( hash(n − 1) + canonical JSON of fact n ), in lower-case hex; the forerunner of the first fact is 64
 * zeros. Canonical JSON has its keys sorted by UTF-16 code units, no white space, and numbers in their shortest form
 * that reads back to the same double (the rules of RFC 8785). A fact that is changed, inserted or taken out later breaks
 * the chain at its row.
 */

import { hash } from 'node:crypto'
import type { Carbon, CarbonAlert } from '../core/records.ts'
import { FACT_KINDS, type Fact, type Verification } from './ledger.ts'
import { Refusal, shown } from './refusal.ts'

export const GENESIS = '0'.repeat(64)

/** A fact as a row of a table: its body is canonical JSON text. */
export type FactRow = Omit<Fact, 'body'> & { body: string }
/** With its place in the chain. */
export type ChainRow = FactRow & { seq: number; hash: string }

/** JSON text that is the same for the same content. Throws with the path of a value that JSON cannot hold. */
export function canonicalJson(value: unknown, path: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Refusal(`${path}: expected a finite number, got ${value}`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((v, i) => canonicalJson(v ?? null, `${path}[${i}]`)).join(',')}]`
  if (typeof value !== 'object') throw new Refusal(`${path}: expected a value that JSON can hold, got ${typeof value}`)
  const pairs: string[] = []
  for (const key of Object.keys(value).sort()) {
    const held = (value as Record<string, unknown>)[key]
    if (held !== undefined) pairs.push(`${JSON.stringify(key)}:${canonicalJson(held, `${path}.${key}`)}`)
  }
  return `{${pairs.join(',')}}`
}

/** Fixes the content of a fact at this moment. Throws for what is not a fact, with the field, expected and got. */
export function rowOf(fact: Fact): FactRow {
  const { kind, id, revision, line, from, to } = fact
  const name = `fact ${shown(kind)} ${shown(id)}`
  if (!FACT_KINDS.includes(kind))
    throw new Refusal(`${name}: kind: expected one of ${FACT_KINDS.join(', ')}, got ${shown(kind)}`)
  checkColumns(name, { id, line }, { revision, from, to })
  return { kind, id: wellFormed(id), revision, line: wellFormed(line), from, to, body: bodyOf(fact.body, name) }
}

/** The longest text that a column takes, characters; a body may have more. */
export const LONGEST_TEXT = 4_096
export const LONGEST_BODY = 2 ** 24

/** Refuses what a column cannot hold before it is queued, with the field, expected and got. */
export function checkColumns(name: string, texts: Record<string, string>, integers: Record<string, number>): void {
  const expected = (field: string, what: string, got: unknown): Refusal =>
    new Refusal(`${name}: ${field}: expected ${what}, got ${shown(got)}`)
  for (const [field, text] of Object.entries(texts)) {
    const empty = text === '' && field === 'id'
    if (typeof text !== 'string' || empty) throw expected(field, 'a text', JSON.stringify(text))
    if (text.length > LONGEST_TEXT) throw expected(field, `at most ${LONGEST_TEXT} characters`, text.length)
  }
  for (const [field, n] of Object.entries(integers)) {
    if (!Number.isSafeInteger(n)) throw expected(field, 'a whole number within ±(2^53 − 1)', n)
  }
  const { from, to } = integers
  if (from !== undefined && to !== undefined && to < from) throw expected('to', `${from} ms or later`, to)
}

function written(value: object, name: string): string {
  try {
    return canonicalJson(value, name)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Refusal(`${name}: expected JSON of a few levels, got one that is nested without end`, { cause: error })
  }
}

function bodyOf(value: object, name: string): string {
  const body = written(value, name)
  if (body.length <= LONGEST_BODY) return body
  throw new Refusal(`${name}: expected at most ${LONGEST_BODY} characters of JSON, got ${body.length}`)
}

/** Databases keep text as UTF-8, which has no lone surrogates: they become U+FFFD before the hash is taken, not after. */
const wellFormed = (text: string): string => (/\p{Surrogate}/u.test(text) ? Buffer.from(text).toString() : text)

/** The canonical JSON of a whole fact, put together from its row. */
export function textOf({ body, from, id, kind, line, revision, to }: FactRow): string {
  const [idText, kindText, lineText] = [id, kind, line].map((s) => JSON.stringify(s))
  return `{"body":${body},"from":${from},"id":${idText},"kind":${kindText},"line":${lineText},"revision":${revision},"to":${to}}`
}

/** The hash that seals a row and, through `previous`, all rows before it. */
export const sealOf = (previous: string, row: FactRow): string => hash('sha256', previous + textOf(row))

/** What a walk along the facts found. */
type ChainState = Omit<Verification, 'seals' | 'brokenSeal'>

/** Walks a chain in the order of writing, from what lies before its first row; holds one row at a time. */
export function verifyChain(rows: Iterable<ChainRow>, { seq, hash } = { seq: 0, hash: GENESIS }): ChainState {
  const from = seq > 0 ? { from: seq + 1 } : {}
  let head = hash
  let facts = 0
  for (const row of rows) {
    if (row.seq !== seq + facts + 1 || row.hash !== sealOf(head, row)) {
      return { ok: false, facts, head, ...from, firstBroken: row.seq }
    }
    head = row.hash
    facts++
  }
  return { ok: true, facts, head, ...from }
}

export const factOf = ({ kind, id, revision, line, from, to, body }: FactRow): Fact => ({
  kind,
  id,
  revision,
  line,
  from,
  to,
  body: JSON.parse(body) as object,
})

/** A record as canonical JSON; throws for what the store cannot hold. */
export function recordBody(record: Carbon): string {
  const { id, view, line, status, revision, from, to } = record
  const name = `record ${shown(id)}`
  checkColumns(name, { id, view, line, status }, { revision, from, to })
  return bodyOf(record, name)
}

/** An alert as canonical JSON; throws for what the store cannot hold. */
export function alertBody(alert: CarbonAlert): string {
  const { id, line, state, severity, revision, from } = alert
  const name = `alert ${shown(id)}`
  checkColumns(name, { id, line, state, severity }, { revision, from })
  return bodyOf(alert, name)
}
