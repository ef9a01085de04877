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

export const GENESIS = '0'.repeat(64)

/** A fact as a row of a table: its body is canonical JSON text. */
export type FactRow = Omit<Fact, 'body'> & { body: string }
/** With its place in the chain. */
export type ChainRow = FactRow & { seq: number; hash: string }

/** JSON text that is the same for the same content. Throws with the path of a value that JSON cannot hold. */
export function canonicalJson(value: unknown, path: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path}: expected a finite number, got ${value}`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((v, i) => canonicalJson(v ?? null, `${path}[${i}]`)).join(',')}]`
  if (typeof value !== 'object') throw new Error(`${path}: expected a value that JSON can hold, got ${typeof value}`)
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
  const name = `fact ${kind} ${id}`
  if (!FACT_KINDS.includes(kind))
    throw new Error(`${name}: kind: expected one of ${FACT_KINDS.join(', ')}, got ${kind}`)
  checkColumns(name, { id, line }, { revision, from, to })
  return { kind, id: wellFormed(id), revision, line: wellFormed(line), from, to, body: canonicalJson(fact.body, name) }
}

/** Refuses what a column cannot hold before it is queued: later it would look like an outage that never ends. */
export function checkColumns(name: string, texts: Record<string, string>, numbers: Record<string, number>): void {
  for (const [field, text] of Object.entries(texts)) {
    const empty = text === '' && field === 'id'
    if (typeof text !== 'string' || empty)
      throw new Error(`${name}: ${field}: expected a text, got ${JSON.stringify(text)}`)
  }
  for (const [field, n] of Object.entries(numbers)) {
    if (!Number.isFinite(n)) throw new Error(`${name}: ${field}: expected a finite number, got ${n}`)
  }
  const { from, to } = numbers
  if (from !== undefined && to !== undefined && to < from) {
    throw new Error(`${name}: to: expected ${from} ms or later, got ${to}`)
  }
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
  checkColumns(`record ${id}`, { id, view, line, status }, { revision, from, to })
  return canonicalJson(record, `record ${id}`)
}

/** An alert as canonical JSON; throws for what the store cannot hold. */
export function alertBody(alert: CarbonAlert): string {
  const { id, line, state, severity, revision, from } = alert
  checkColumns(`alert ${id}`, { id, line, state, severity }, { revision, from })
  return canonicalJson(alert, `alert ${id}`)
}
