/** Records of a closed period are not altered: what they would differ by is booked in the open one. */

import type { Calendar } from '../core/calendar.ts'
import { adjustmentOf, isNothing } from '../core/per-unit/adjustment.ts'
import { saysTheSame } from '../core/per-unit/rendering.ts'
import type { Carbon } from '../core/records.ts'
import type { Ledger } from '../stores/ledger.ts'

/** What follows from records: what is kept in the ledger, and what is told. */
export interface Booked {
  kept: Carbon[]
  told: Carbon[]
}

export class ClosedPeriod {
  readonly #ledger: Ledger
  readonly #calendar: Calendar

  constructor(ledger: Ledger, calendar: Calendar) {
    this.#ledger = ledger
    this.#calendar = calendar
  }

  /**
   * Records of the open period as they are. For one of a closed period its adjusting record, which the ledger keeps and
   * the ESG export takes; who follows the record itself, a MES for instance, is told its newest figures all the same.
   */
  book(records: readonly Carbon[]): Booked {
    const closedUntil = this.#ledger.sealedUntil() ?? -Infinity
    // Of several revisions at once the last one says it all.
    const last = new Map(records.map((r) => [r.id, r]))
    const each = records.map((r): Booked => {
      if (r.to > closedUntil) return { kept: [r], told: [r] }
      return last.get(r.id) === r ? this.#adjusted(r, closedUntil) : { kept: [], told: [] }
    })
    return { kept: each.flatMap(({ kept }) => kept), told: each.flatMap(({ told }) => told) }
  }

  #adjusted(record: Carbon, closedUntil: number): Booked {
    const closed = this.#ledger.record(record.id)
    // What was never told of a closed time alters nothing that was.
    if (!closed || closed.status === 'provisional') return { kept: [record], told: [record] }
    const booked = this.#firstDayFrom(closedUntil)
    const earlier = [...this.#ledger.adjustments(record.id)].filter((r) => r.from < booked.from)
    const standing = [closed, ...earlier]
    const draft = adjustmentOf({ now: record, standing, booked, revision: 0 })
    const before = this.#ledger.record(draft.id)
    if (before ? saysTheSame(before, draft) : isNothing(draft)) return { kept: [], told: [] }
    const revision = before ? before.revision + 1 : 0
    const adjustment = { ...draft, revision }
    const restated: Carbon = {
      ...record,
      status: 'restated',
      revision: closed.revision + 1 + earlier.length + revision,
    }
    return { kept: [adjustment], told: [restated, adjustment] }
  }

  /** The first local day that lies wholly in the open period. */
  #firstDayFrom(ms: number): { from: number; to: number } {
    const day = this.#calendar.day(ms)
    const { from, to } = day.from >= ms ? day : this.#calendar.day(day.to)
    return { from, to }
  }
}
