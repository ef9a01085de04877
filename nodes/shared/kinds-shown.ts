/** Which kinds of errors a status has shown: each again after a minute, so that a flood of one does not hide the others. */

import { plain } from '../core/shown.ts'

const QUIET_MS = 60_000
/** Kinds that are told apart; what comes beyond is one kind. */
const MOST_KINDS = 200

export class KindsShown {
  readonly #shownAt = new Map<string, number>()

  /** True where nothing of its kind was shown within the last minute; then it counts as shown. */
  isDue(reason: string, now: number): boolean {
    const kind = kindOf(reason)
    const key = this.#shownAt.has(kind) || this.#shownAt.size < MOST_KINDS ? kind : ''
    if (now < (this.#shownAt.get(key) ?? -Infinity) + QUIET_MS) return false
    this.#shownAt.set(key, now)
    return true
  }
}

/** What tells reasons apart: where the fault stood and what was expected, not what was got there. */
function kindOf(reason: string): string {
  const end = reason.indexOf(', got ')
  return plain(end < 0 ? reason : reason.slice(0, end), 80)
}
