/**
 * Seals: closed periods, chained like the facts.
 *
 * seal(n) = SHA-256( seal(n − 1) + canonical JSON of the other fields of seal n ), the forerunner of the first is 64 zeros.
 */

import { createHash, hash } from 'node:crypto'
import { GENESIS, canonicalJson } from './chain.ts'
import type { Seal } from './ledger.ts'
import { Refusal, shown } from './refusal.ts'

/** What a seal says of the ledger at the moment of closing. */
export type SealState = Pick<Seal, 'until' | 'sealedAt' | 'seq' | 'hash' | 'records' | 'recordsHash'>

/** The seal that follows another. Refuses a time that is closed already. */
export function nextSeal(last: Seal | undefined, state: SealState): Seal {
  const { until, sealedAt, seq, hash, records, recordsHash } = state
  const n = (last?.n ?? 0) + 1
  const row = { n, until, sealedAt, seq, hash, facts: seq - (last?.seq ?? 0), records, recordsHash }
  return { ...row, seal: sealHash(last?.seal ?? GENESIS, row) }
}

/** Throws where `until` cannot be closed, with the field, what was expected and what was got. */
export function checkUntil(until: number, last: number | null): void {
  if (!Number.isSafeInteger(until)) throw new Refusal(`seal: until: expected epoch milliseconds, got ${until}`)
  if (last !== null && until <= last)
    throw new Refusal(`seal: until: expected a time after ${iso(last)}, which is closed already, got ${iso(until)}`)
}

/** Why a record is not saved. */
export const sealedRecord = (id: string, seal: number): Refusal =>
  new Refusal(
    `record ${shown(id)}: expected an adjusting record, got a new revision: the period it lies in is closed by seal ${seal}`,
  )

export function sealHash(previous: string, { seal: _, ...row }: Omit<Seal, 'seal'> & { seal?: string }): string {
  return hash('sha256', previous + canonicalJson(row, 'seal'))
}

/** How many records there are and their hash: canonical JSON, a line each. */
export function hashOfRecords(bodies: Iterable<string>): { records: number; recordsHash: string } {
  const sum = createHash('sha256')
  let records = 0
  for (const body of bodies) {
    sum.update(`${body}\n`)
    records++
  }
  return { records, recordsHash: sum.digest('hex') }
}

/** What is asked about the ledger that seals lie in. */
export interface Sealed {
  /** The hash of a fact; `undefined` where it is not there. */
  hashAt(seq: number): string | undefined
  /** The bodies of the records that a seal covers, by id. */
  bodiesOf(n: number): Iterable<string>
  /** Facts up to this one, and the records of the seals up to this one, went to an archive. */
  archived?: { seq: number; hash: string; seal: number }
  /** True where those of the archived records that were to stay are there. */
  isLeft?(): boolean
}

/** Walks all seals; gives the first that does not hold. */
export function verifySeals(seals: Iterable<Seal>, sealed: Sealed): { seals: number; brokenSeal?: number } {
  const archived = sealed.archived?.seal ?? 0
  let [previous, count] = [GENESIS, 0]
  for (const seal of seals) {
    const follows = seal.n === count + 1 && seal.seal === sealHash(previous, seal)
    if (!follows || !isChained(seal, sealed) || !isCovering(seal, sealed)) return { seals: count, brokenSeal: seal.n }
    previous = seal.seal
    count++
  }
  return count < archived ? { seals: count, brokenSeal: count + 1 } : { seals: count }
}

/** The fact that a seal names has the hash that it names, or went to an archive. */
function isChained({ seq, hash }: Seal, { archived, hashAt }: Sealed): boolean {
  if (archived && seq < archived.seq) return true
  if (archived && seq === archived.seq) return hash === archived.hash
  return hash === (seq === 0 ? GENESIS : hashAt(seq))
}

function isCovering(seal: Seal, { archived, bodiesOf, isLeft }: Sealed): boolean {
  if (archived && seal.n < archived.seal) return true
  if (archived && seal.n === archived.seal) return isLeft!()
  const { records, recordsHash } = hashOfRecords(bodiesOf(seal.n))
  return records === seal.records && recordsHash === seal.recordsHash
}

const iso = (ms: number): string => new Date(ms).toISOString()
