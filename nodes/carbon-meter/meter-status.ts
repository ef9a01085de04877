/** What a carbon-meter node says about itself: meters heard, their power, readings rejected. */

import type { Node } from 'node-red'
import type { Meter } from '../core/meter/meter.ts'
import type { SourceClock } from '../door/source-clock.ts'
import type { Cancel, Deferred } from '../shared/deferred.ts'
import { deferredOf, setStatus } from '../shared/node-kit.ts'
import { Refusals } from '../shared/refusals.ts'

const EVERY_MS = 1000

export class MeterStatus {
  readonly #node: Node
  readonly #meters: readonly Meter[]
  /** Mean power of the newest interval of each meter that counts, kW. */
  readonly #kW = new Map<string, number>()
  /** What is wrong, by what it is wrong with. */
  readonly #faults = new Map<string, string>()
  readonly refusals: Refusals
  readonly #deferred: Deferred
  #shownAt = 0
  #due: Cancel | undefined

  /** `meters`: all of the plant. */
  constructor(node: Node, meters: readonly Meter[]) {
    this.#node = node
    this.#meters = meters
    this.refusals = new Refusals(node)
    this.#deferred = deferredOf(node)
    setStatus(node, 'grey', `${counted(meters.length)}, no reading yet`)
  }

  /** The mean power of a meter's newest interval, kW; `undefined` where it is not known, which is not zero. */
  power(meter: string, kW: number | undefined): void {
    if (kW === undefined) this.#kW.delete(meter)
    else this.#kW.set(meter, kW)
  }

  /** What is wrong with the clock of a meter's source, where anything is. */
  clock(meter: string, { stands, hoursBehind }: SourceClock): void {
    const behind = hoursBehind > 0 && `the clock of ${meter} is ${hoursBehind.toFixed(1)} h behind`
    this.#say(`clock of ${meter}`, stands ? `the clock of ${meter} stands still` : behind)
  }

  /** Our own clock, where it cannot be right; `null` where it can. */
  ownClock(now: number | null): void {
    this.#say('own clock', now !== null && `our own clock is wrong (${new Date(now).toISOString().slice(0, 16)}Z)`)
  }

  /** Whether a meter of power is never above zero. */
  backwards(meter: string, isReversed: boolean): void {
    this.#say(`sign of ${meter}`, isReversed && `${meter} runs backwards`)
  }

  /** Something was refused: shown for as long as an update lasts at least. */
  rejected(subject: string, reason: string): void {
    if (!this.refusals.show(subject, reason)) return
    this.stop()
    this.#shownAt = Date.now()
  }

  /** Shows no more of what is due. */
  stop(): void {
    this.#due?.()
    this.#due = undefined
  }

  /** Once a second at most; what comes in between is shown at the end of it, so that the last word is never lost. */
  show(): void {
    if (this.#due) return
    const wait = this.#shownAt + EVERY_MS - Date.now()
    if (wait > 0) this.#due = this.#deferred.after(wait, () => this.#update())
    else this.#update()
  }

  #say(subject: string, fault: string | false): void {
    if (fault === false) this.#faults.delete(subject)
    else this.#faults.set(subject, fault)
  }

  #update(): void {
    this.stop()
    this.#shownAt = Date.now()
    const all = this.#meters.length
    const heard = this.#meters.filter((meter) => meter.newest !== null).length
    const parts = [heard === all ? counted(all) : `${heard} of ${counted(all)}`]
    if (this.#kW.size > 0) parts.push(`${[...this.#kW.values()].reduce((sum, kW) => sum + kW, 0).toFixed(1)} kW`)
    if (this.refusals.count > 0) parts.push(`${this.refusals.count} rejected`)
    parts.unshift(...this.#faults.values())
    setStatus(this.#node, this.#faults.size > 0 ? 'yellow' : 'green', parts.join(' · '))
  }
}

const counted = (meters: number): string => (meters === 1 ? '1 meter' : `${meters} meters`)
