/** A value that changes in steps (an order, a SKU, a state), known by reports that may come late, twice or corrected. */

import { lastIndexAt } from './sorted.ts'

export interface Step {
  at: number
  /** `null`: nothing from then on. */
  value: string | null
  /** Where two reports of one instant differ, the higher revision wins, then the larger value. */
  revision: number
}

/** The stretch of time in which a change made a difference; open at the end where nothing later is known. */
export interface Change {
  from: number
  to: number
}

const FOREVER = Number.MAX_SAFE_INTEGER

export class StepTrack {
  readonly #reports = new Map<number, Step[]>()
  /** One winner per instant, by time. */
  readonly #steps: Step[] = []
  /** Instants whose reports were corrected away. */
  readonly #void = new Set<number>()

  get isEmpty(): boolean {
    return this.#steps.length === 0
  }

  /** Adds a report; the same one again changes nothing and gives `null`. */
  report(step: Step): Change | null {
    const known = this.#reports.get(step.at) ?? []
    if (known.some((k) => k.value === step.value && k.revision === step.revision)) return null
    this.#reports.set(step.at, [...known, step])
    return this.#settle(step.at)
  }

  /** Takes back whatever is, or will be, reported for an instant. */
  withdraw(at: number): Change | null {
    if (this.#void.has(at)) return null
    this.#void.add(at)
    return this.#settle(at)
  }

  /** What holds at an instant; `undefined` before the first step, `null` where nothing does. */
  at(ms: number): string | null | undefined {
    return this.#steps[lastIndexAt(this.#steps, ms)]?.value
  }

  /** The next instant after `ms` at which a step lies. */
  nextAfter(ms: number): number {
    return this.#steps[lastIndexAt(this.#steps, ms) + 1]?.at ?? FOREVER
  }

  /** Forgets all that no longer matters from `before` on; the step that holds at `before` stays. */
  prune(before: number): void {
    const keep = Math.max(0, lastIndexAt(this.#steps, before))
    for (const step of this.#steps.splice(0, keep)) this.#reports.delete(step.at)
    for (const at of this.#void) if (at < before) this.#void.delete(at)
  }

  #settle(at: number): Change | null {
    const winner = this.#void.has(at) ? undefined : (this.#reports.get(at) ?? []).reduce(stronger, undefined)
    const i = lastIndexAt(this.#steps, at)
    const old = this.#steps[i]?.at === at ? this.#steps[i] : undefined
    if (old?.value === winner?.value) return null
    if (winner) this.#steps.splice(old ? i : i + 1, old ? 1 : 0, winner)
    else this.#steps.splice(i, 1)
    return { from: at, to: this.nextAfter(at) }
  }
}

function stronger(a: Step | undefined, b: Step): Step {
  if (!a || b.revision > a.revision) return b
  return b.revision === a.revision && (b.value ?? '') > (a.value ?? '') ? b : a
}
