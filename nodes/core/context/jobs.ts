/** Which job ran when, from start and end events that may come late, twice or corrected. */

import type { JobEvent } from '../records.ts'
import type { Change } from './track.ts'

export type Job = Pick<JobEvent, 'order' | 'sku' | 'recipe' | 'batch'>

interface Run {
  lane: string
  from: number
  to: number
  job: Job
}

const FOREVER = Number.MAX_SAFE_INTEGER

/** An event is what its order, lane, action and time say. */
const identity = (e: JobEvent, at = e.at): string => JSON.stringify([e.order, e.action, at])

export class JobTrack {
  readonly #events = new Map<string, JobEvent>()
  readonly #void = new Set<string>()
  /** Runs by time of start; runs of different lanes may overlap. */
  #runs: Run[] = []
  /** The time of the newest event. */
  #newest = -Infinity

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** Adds an event; gives the time in which it changed anything, or `null`. */
  add(reported: JobEvent): Change | null {
    const event = sameInstant(reported)
    const key = identity(event)
    const known = this.#events.get(key)
    const corrected = event.corrects === undefined ? undefined : identity(event, event.corrects)
    const isNew = !known || stronger(event, known)
    if (!isNew && (corrected === undefined || this.#void.has(corrected))) return null
    if (isNew) this.#events.set(key, event)
    const isNext = event.at > this.#newest && corrected === undefined && !this.#void.has(key)
    this.#newest = Math.max(this.#newest, event.at)
    if (isNext) return this.#append(event)
    if (corrected !== undefined) this.#void.add(corrected)
    const before = this.#runs
    this.#runs = this.#reckon()
    return firstDifference(before, this.#runs)
  }

  /** The jobs that run at an instant: none, one, or one for each lane. */
  at(ms: number): Job[] {
    return this.#runs.filter((r) => r.from <= ms && ms < r.to).map((r) => r.job)
  }

  /** The next instant after `ms` at which a job starts or ends. */
  nextAfter(ms: number): number {
    let next = FOREVER
    for (const { from, to } of this.#runs) {
      if (from > ms && from < next) next = from
      if (to > ms && to < next) next = to
    }
    return next
  }

  /** Forgets jobs that ended before a time. */
  prune(before: number): void {
    const oldest = Math.min(before, ...this.#runs.filter((r) => r.to > before).map((r) => r.from))
    for (const [key, event] of this.#events) if (event.at < oldest) this.#events.delete(key)
    this.#runs = this.#reckon()
  }

  /** An event after all others changes only what runs in its lane; most events are such. */
  #append(event: JobEvent): Change | null {
    const lane = event.lane ?? ''
    const current = this.#runs.findLast((r) => r.lane === lane && r.to === FOREVER)
    if (event.action === 'end' && current?.job.order !== event.order) return null
    if (current) current.to = event.at
    if (event.action === 'start') this.#runs.push({ lane, from: event.at, to: FOREVER, job: jobOf(event) })
    return { from: event.at, to: FOREVER }
  }

  #reckon(): Run[] {
    const events = [...this.#events].filter(([key]) => !this.#void.has(key)).map(([, event]) => event)
    events.sort(
      (a, b) =>
        a.at - b.at || rank(a) - rank(b) || (a.revision ?? 0) - (b.revision ?? 0) || (a.order < b.order ? -1 : 1),
    )
    const runs: Run[] = []
    const running = new Map<string, Run>()
    for (const event of events) {
      const lane = event.lane ?? ''
      const current = running.get(lane)
      if (event.action === 'end' && current?.job.order !== event.order) continue
      if (current) current.to = event.at
      running.delete(lane)
      if (event.action === 'end') continue
      const run = { lane, from: event.at, to: FOREVER, job: jobOf(event) }
      running.set(lane, run)
      runs.push(run)
    }
    return runs.filter((r) => r.to > r.from)
  }
}

/** A correction of the very same instant is a higher revision of it. */
function sameInstant(event: JobEvent): JobEvent {
  if (event.corrects !== event.at) return event
  const { corrects, ...rest } = event
  return { ...rest, revision: (event.revision ?? 0) + (corrects === event.at ? 1 : 0) }
}

/** At one instant a job ends before the next one starts. */
const rank = (e: JobEvent): number => (e.action === 'end' ? 0 : 1)

function jobOf({ order, sku, recipe, batch }: JobEvent): Job {
  return {
    order,
    ...(sku !== undefined && { sku }),
    ...(recipe !== undefined && { recipe }),
    ...(batch !== undefined && { batch }),
  }
}

/** Two versions of one event: the higher revision, then the larger content, so that the order of arrival is no matter. */
function stronger(a: JobEvent, b: JobEvent): boolean {
  const [ra, rb] = [a.revision ?? 0, b.revision ?? 0]
  return ra !== rb ? ra > rb : JSON.stringify(jobOf(a)) > JSON.stringify(jobOf(b))
}

function firstDifference(before: Run[], after: Run[]): Change | null {
  const text = (r: Run | undefined): string => JSON.stringify(r ?? null)
  const only = (runs: Run[], others: Run[]): Run[] => {
    const known = new Set(others.map(text))
    return runs.filter((r) => !known.has(text(r)))
  }
  const changed = [...only(before, after), ...only(after, before)]
  if (changed.length === 0) return null
  const latest = changed.reduce((max, r) => Math.max(max, r.to), 0)
  return { from: changed.reduce((min, r) => Math.min(min, r.from), FOREVER), to: latest }
}
