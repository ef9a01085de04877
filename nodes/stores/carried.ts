/** Facts that go on to matter when older ones leave a ledger, found in one walk along those that leave. */

import type { ContextFact } from '../core/context/context-fact.ts'
import type { Energy } from '../core/records.ts'
import type { ChainRow } from './chain.ts'

/** An order, a state or a meter that is read once a month may have been told of long before the time it holds in. */
const STANDING_MS = 31 * 86_400_000

export class Carried {
  /** Where the time begins that must be computed as before. */
  readonly #since: number
  readonly #all: ChainRow[] = []
  readonly #newest = new Map<string, ChainRow>()
  readonly #corrections: { key: string; corrects: number; row: ChainRow }[] = []

  constructor(since: number) {
    this.#since = since
  }

  see(row: ChainRow): void {
    if (row.kind === 'plant') this.#all.push(row)
    else if (row.kind === 'factor') {
      if (row.to > this.#since) this.#all.push(row)
    } else if (row.kind === 'context' && row.to >= this.#since - STANDING_MS) this.#all.push(row)
    else this.#seeOld(row)
  }

  /** In the order of writing. */
  rows(): ChainRow[] {
    const rows = new Set([...this.#all, ...this.#newest.values()])
    for (const { key, corrects, row } of this.#corrections) {
      if (corrects >= (this.#newest.get(key)?.to ?? Infinity)) rows.add(row)
    }
    return [...rows].sort((a, b) => a.seq - b.seq)
  }

  /** Of what is old the newest of its kind may still stand, and what corrects it. */
  #seeOld(row: ChainRow): void {
    const body = JSON.parse(row.body) as Energy | ContextFact
    const key = keyOf(body)
    const kept = this.#newest.get(key)
    if (!kept || row.to >= kept.to) this.#newest.set(key, row)
    if ('corrects' in body && body.corrects !== undefined) this.#corrections.push({ key, corrects: body.corrects, row })
  }
}

/** What a newer one takes the place of: a meter's reading, a line's state or count, the job of a lane. */
function keyOf(body: Energy | ContextFact): string {
  switch (body.type) {
    case 'energy':
      return JSON.stringify([body.type, body.meter])
    case 'job':
      return JSON.stringify([body.type, body.line, body.lane, body.action])
    case 'step':
      return JSON.stringify([body.type, body.line, body.role, body.machine])
    default:
      return JSON.stringify([body.type, body.line, body.role])
  }
}
