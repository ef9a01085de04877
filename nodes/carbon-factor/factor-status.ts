/** What a carbon-factor node says about itself: the newest factor used, who does not answer, and what was refused. */

import type { Node } from 'node-red'
import type { FactorPiece } from '../core/factor/factor.ts'
import type { EmissionFactor } from '../core/records.ts'
import type { Outage } from '../providers/poller.ts'
import { setStatus, type Fill, type Message } from '../shared/node-kit.ts'
import type { Usual } from './usual.ts'

const MINUTE_MS = 60_000
const WORST_FIRST: readonly Fill[] = ['red', 'yellow', 'green', 'grey']
const MAX_TOLD = 5
/** The same slot is asked for again and again; what is wrong with it is told once. */
const MAX_WARNED = 500

interface Line {
  fill: Fill
  text: string
}

export class FactorStatus {
  /** By what a factor is judged. */
  usual: Usual | undefined
  readonly #node: Node
  readonly #lines = new Map<string, Line>()
  readonly #outages = new Map<string, string>()
  readonly #warned = new Set<string>()
  #shown = ''

  constructor(node: Node) {
    this.#node = node
  }

  /** What holds for the newest energy of a carrier and zone. */
  used(carrier: string, zone: string, { location }: FactorPiece): void {
    const fill = !location ? 'red' : this.usual?.isWeaker(location) ? 'yellow' : 'green'
    const text = location ? textOf(location) : `no factor for ${carrier} in ${zone}`
    this.#lines.set(`${carrier} ${zone}`, { fill, text })
    this.show()
  }

  /** A provider that does not answer; `undefined` when it does again. Its reason is told once per outage. */
  outage(provider: string, outage: Outage | undefined, now: number): void {
    if (outage && !this.#outages.has(provider)) this.#node.warn(`${provider}: ${outage.error.message}`)
    if (!outage) this.#outages.delete(provider)
    else this.#outages.set(provider, `${provider} down ${Math.round((now - outage.since) / MINUTE_MS)} min`)
    this.show()
  }

  warn(warnings: readonly string[]): void {
    const fresh = warnings.filter((warning) => !this.#warned.has(warning))
    if (this.#warned.size > MAX_WARNED) this.#warned.clear()
    fresh.forEach((warning) => this.#warned.add(warning))
    if (fresh.length > 0) this.#node.warn(listOf(fresh))
  }

  /** Something that was refused; red until the next factor is used. */
  fault(reasons: readonly string[], message: Message = {} as Message): void {
    if (reasons.length === 0) return
    setStatus(this.#node, 'red', reasons[0]!)
    this.forget()
    // With a message, because only then do Catch nodes hear of it.
    this.#node.error(listOf(reasons), message)
  }

  /** Rows of a message that were refused, as one error that names the first of them. */
  refused(reasons: readonly string[]): Error | undefined {
    if (reasons.length === 0) return undefined
    this.forget()
    return new Error(listOf(reasons))
  }

  show(): void {
    const lines = [...this.#lines.values()]
    const worst = WORST_FIRST.flatMap((fill) => lines.filter((line) => line.fill === fill))[0]
    const { fill, text } = worst ?? { fill: 'grey', text: 'waiting for energy' }
    const whole = [text, ...this.#outages.values()].join(' · ')
    if (whole === this.#shown) return
    this.#shown = whole
    setStatus(this.#node, this.#outages.size > 0 && fill !== 'red' ? 'yellow' : fill, whole)
  }

  /** An error has taken the place of what was shown. */
  forget(): void {
    this.#shown = ''
  }
}

function listOf(reasons: readonly string[]): string {
  const more = reasons.length > MAX_TOLD ? ` (and ${reasons.length - MAX_TOLD} more)` : ''
  return reasons.slice(0, MAX_TOLD).join(' · ') + more
}

function textOf({ carrier, zone, kgPerKWh, boundary, quality }: EmissionFactor): string {
  const name = carrier === 'electricity' ? zone : `${carrier} ${zone}`
  return `${name} ${digitsOf(kgPerKWh)} kg/kWh ${boundary} ${quality}`
}

/** Three decimals, or as many as tell a small factor from none. */
const digitsOf = (kgPerKWh: number): string =>
  kgPerKWh === 0 || kgPerKWh >= 0.1 ? kgPerKWh.toFixed(3) : kgPerKWh.toPrecision(3)
