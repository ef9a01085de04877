/**
 * The journal: what was saved besides facts, in order, so that nobody changes it unseen before a seal covers it. Every
 * lasting revision of a record has an entry, and so has each seal and each anchor.
 *
 * hash(n) = SHA-256( hash(n − 1) + hash of fact `seq` + canonical JSON of the other fields of entry n )
 *
 * The head covers both chains, and is written anew with every transaction:
 *
 * head = SHA-256( hash of the newest fact + hash of the newest entry + canonical JSON of {commits, n, seq} )
 */

import { hash } from 'node:crypto'
import { GENESIS, canonicalJson } from './chain.ts'

export interface Entry {
  n: number
  what: 'record' | 'seal' | 'anchor'
  /** Of a record; of an anchor the hash of the entry before it, as entries before an anchor may be in an archive. */
  id: string
  /** Of a record; of a seal or an anchor its `n`. */
  revision: number
  /** The newest fact when it was written. */
  seq: number
  /** SHA-256 of the record's body; of a seal or an anchor its own hash. */
  sha256: string
  hash: string
}

/** Where the journal stands. */
export type JournalEnd = Pick<Entry, 'n' | 'hash'>

export const BEGINNING: JournalEnd = { n: 0, hash: GENESIS }

export interface LedgerHead {
  /** How many transactions have written to the file. */
  commits: number
  /** The newest fact and its hash. */
  seq: number
  fact: string
  /** The newest entry of the journal and its hash. */
  n: number
  entry: string
  head: string
}

export const sha256 = (text: string): string => hash('sha256', text)

/** The hash of an entry, after the one before it and with the hash of the fact that it names. */
export function entryHash(
  previous: string,
  fact: string,
  { hash: _, ...row }: Omit<Entry, 'hash'> & { hash?: string },
) {
  return sha256(previous + fact + canonicalJson(row, 'entry'))
}

export function headHash({ commits, seq, fact, n, entry }: Omit<LedgerHead, 'head'>): string {
  return sha256(fact + entry + canonicalJson({ commits, n, seq }, 'head'))
}
