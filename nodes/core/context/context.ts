/** What a line was doing at any time: order, SKU, recipe, batch, shift and state, from facts in any order. */

import type { Calendar } from '../calendar.ts'
import { JobTrack, type Job } from './jobs.ts'
import type { SignalRole } from '../plant/plant.ts'
import type { Context, JobEvent, Missing } from '../records.ts'
import { refusal } from '../refused.ts'
import { sameContext, type ContextSpan } from '../segments.ts'
import type { StateWords } from './states.ts'
import { StepTrack, type Change, type Step } from './track.ts'

/** Signals whose value holds until the next one. */
export const STEP_ROLES = ['order', 'sku', 'recipe', 'batch', 'state'] as const
export type StepRole = (typeof STEP_ROLES)[number] & SignalRole

export interface StepEvent extends Step {
  role: StepRole
  machine?: string
  /** The instant of the report that this one replaces. */
  corrects?: number
}

/** What is said where nobody has told anything about a line. */
export const noContext = (line: string): Missing => ({
  missing: `no order, state or shift is known for ${line} at this time`,
})

export class LineContext {
  readonly #line: string
  readonly #calendar: Calendar
  readonly #words: StateWords
  readonly #jobs = new JobTrack()
  readonly #steps = new Map<StepRole, StepTrack>(STEP_ROLES.map((role) => [role, new StepTrack()]))
  readonly #machineStates = new Map<string, StepTrack>()
  /** The last span asked for, by machine; messages mostly come in order. */
  readonly #last = new Map<string, ContextSpan>()

  constructor(line: string, calendar: Calendar, words: StateWords) {
    this.#line = line
    this.#calendar = calendar
    this.#words = words
  }

  /** Machines that report states of their own. */
  get machines(): string[] {
    return [...this.#machineStates.keys()]
  }

  /** Adds the start or end of a job; gives the time whose context changed, or `null`. */
  job(event: JobEvent): Change | null {
    this.#last.clear()
    return this.#jobs.add(event)
  }

  /** Why a report says nothing, where it is a state that nobody has explained: what stood before ends with it. */
  unread({ role, value, machine }: StepEvent): string | undefined {
    if (role !== 'state' || value === null || this.#words.bucketOf(value, machine)) return undefined
    const expected = "a state of PackML, OPC 40001-1, Weihenstephan or UMH, or a name of the plant model's stateMap"
    return refusal(`state of ${machine ?? this.#line}`, expected, value).message
  }

  /** Adds a report of order, SKU, recipe, batch or state; `null`, or a state that nobody has explained, ends what stood. */
  step(event: StepEvent): Change | null {
    this.#last.clear()
    const track = this.#trackOf(event)
    const { at, value, revision, corrects } = event
    // A correction of the very same instant is a higher revision of it.
    if (corrects === undefined || corrects === at)
      return track.report({ at, value, revision: revision + (corrects === at ? 1 : 0) })
    return union(track.withdraw(corrects), track.report({ at, value, revision }))
  }

  /** The context over `[from, to)` as an ordered partition; `machine` asks for a machine with states of its own. */
  spans(from: number, to: number, machine?: string): ContextSpan[] {
    const own = machine !== undefined && this.#machineStates.has(machine) ? machine : ''
    const last = this.#last.get(own)
    if (last && last.from <= from && to <= last.to) return [{ from, to, context: last.context }]
    const result: ContextSpan[] = []
    for (let at = from; at < to;) {
      const span = this.#spanAt(at, own)
      const previous = result.at(-1)
      if (previous && sameContext(previous.context, span.context)) previous.to = Math.min(to, span.to)
      else result.push({ from: at, to: Math.min(to, span.to), context: span.context })
      at = span.to
      this.#last.set(own, span)
    }
    return result
  }

  /** Forgets what no longer matters from a time on. */
  prune(before: number): void {
    this.#jobs.prune(before)
    for (const track of [...this.#steps.values(), ...this.#machineStates.values()]) track.prune(before)
    this.#last.clear()
  }

  /** The stretch around an instant in which nothing changes; its start is the instant itself. */
  #spanAt(ms: number, machine: string): ContextSpan {
    const calendar = this.#calendar.spanAt(ms)
    const tracks = [this.#jobs, ...this.#steps.values(), ...(machine ? [this.#machineStates.get(machine)!] : [])]
    const to = tracks.reduce((end, track) => Math.min(end, track.nextAfter(ms)), calendar.to)
    return { from: ms, to, context: this.#contextAt(ms, machine) }
  }

  #contextAt(ms: number, machine: string): Context | Missing {
    const shift = this.#calendar.spanAt(ms).shift
    const job = this.#jobAt(ms)
    const reported = machine ? this.#machineStates.get(machine)!.at(ms) : this.#steps.get('state')!.at(ms)
    const state = typeof reported === 'string' ? this.#words.bucketOf(reported, machine) : undefined
    if (!shift && !job.order && !job.sku && state === undefined && !this.#calendar.hasShifts)
      return noContext(this.#line)
    const isOffShift = reported === undefined && this.#calendar.hasShifts && !shift
    return {
      line: this.#line,
      ...(machine && { machine }),
      ...job,
      ...(shift && { shift }),
      // A reported state wins over the calendar.
      state: state ?? (isOffShift ? 'off-shift' : 'unknown'),
    }
  }

  /** Jobs first; a signal fills in what the job does not say. Jobs of several lanes at once are named together. */
  #jobAt(ms: number): Partial<Job> {
    const jobs = this.#jobs.at(ms)
    const result: Partial<Job> = {}
    for (const key of ['order', 'sku', 'recipe', 'batch'] as const) {
      const names = [...new Set(jobs.map((j) => j[key]).filter((n) => n !== undefined))].sort()
      const value = names.length > 0 ? names.join('+') : this.#steps.get(key)!.at(ms)
      if (value) result[key] = value
    }
    return result
  }

  #trackOf({ role, machine }: StepEvent): StepTrack {
    if (role !== 'state' || machine === undefined) return this.#steps.get(role)!
    let track = this.#machineStates.get(machine)
    if (!track) this.#machineStates.set(machine, (track = new StepTrack()))
    return track
  }
}

function union(a: Change | null, b: Change | null): Change | null {
  if (!a || !b) return a ?? b
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) }
}
