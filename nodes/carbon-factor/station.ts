/** The work of a carbon-factor node: its sources in, factors over the passing energy out. */

import type { Node, NodeAPI } from 'node-red'
import { FactorBook, type Meaning, type Taken } from '../core/factor/factor-book.ts'
import { COUNTED_TWICE } from '../core/factor/factor-row.ts'
import type { Json } from '../core/fields.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import type { EmissionFactor, Energy } from '../core/records.ts'
import { withFactors } from '../core/segments.ts'
import { readFactors } from '../door/factors.ts'
import { own } from '../door/own.ts'
import type { Out } from '../shared/input.ts'
import { caughtUp, type Message } from '../shared/node-kit.ts'
import type { Ledger } from '../stores/ledger.ts'
import type { Chain } from './chain.ts'
import { FactorStatus } from './factor-status.ts'
import { LiveSources } from './live.ts'
import { factOf, restore, type Restored } from './restore.ts'
import { YEARLY, changedRows, cutOff, newSlots, oldestOf, tableRows, takenBack, yearlyMeans } from './state.ts'
import { Usual } from './usual.ts'

/** How far behind the newest energy a settlement can still reach: providers correct up to three months back. */
const HORIZON_MS = 92 * 86_400_000

/** Rows that did not come as a message. */
export interface Delivery {
  from: string
  rows: EmissionFactor[]
  warnings: string[]
  meaning: Meaning
}

export interface StationOptions {
  RED: NodeAPI
  node: Node
  model: PlantModel
  ledger: Ledger | undefined
  chain: Chain
  yearlyFallback: boolean
  /** Hands rows to the node's own input, so that they keep their place among the messages. */
  deliver: (delivery: Delivery) => void
}

export class FactorStation {
  readonly #options: StationOptions
  readonly #status: FactorStatus
  readonly #book = new FactorBook(HORIZON_MS)
  readonly #zones: ReadonlyMap<string, string>
  /** What became known before the first message; downstream nodes may not have been there to hear it. */
  readonly #news: Taken[] = []
  #chain: Chain
  #live: LiveSources
  #stated: ReturnType<typeof tableRows>

  constructor(options: StationOptions) {
    const { model, node, chain } = options
    this.#options = options
    this.#zones = new Map(model.meters.map((m) => [m.id, m.zone ?? model.gridZone]))
    this.#status = new FactorStatus(node)
    this.#status.show()
    this.#chain = chain
    this.#stated = tableRows(chain.links)
    this.#live = this.#connect()
  }

  /** Reads back what the ledger holds, then the yearly means and the tables; resolves when they are on disk. */
  async start(now: number): Promise<void> {
    const { known, newest } = await this.#restored(now)
    const zones = [this.#options.model.gridZone, ...this.#zones.values()]
    const yearly = this.#options.yearlyFallback ? await yearlyMeans(zones, this.#chain.ids.length, now) : []
    this.#news.push(this.#book.take(yearly, 'poll'))
    const inForce = new Set([...this.#chain.ids, ...(yearly.length > 0 ? [YEARLY] : [])])
    const gone = [...takenBack(known, this.#chain.links, this.#stated), ...cutOff(known, inForce, newest)]
    this.#news.push(this.#book.take([...this.#stated.rows, ...gone], 'state'))
    this.#live.start()
    await this.#write(this.#news.flatMap((taken) => taken.facts))
  }

  /** Takes over what was changed in its sources while the node itself stayed. */
  refresh(chain: Chain): void {
    const settings = (c: Chain): unknown[] => c.links.map((link) => link.settings)
    const [was, is] = [settings(this.#chain), settings(chain)]
    if (was.length === is.length && was.every((s, i) => s === is[i])) return
    this.#live.stop()
    const before = this.#stated
    this.#chain = chain
    this.#stated = tableRows(chain.links)
    this.#live = this.#connect()
    this.#live.start()
    const rows = [...changedRows(before, this.#stated), ...takenBack(before.rows, chain.links, this.#stated)]
    this.#options.deliver({ from: 'table', rows, warnings: [], meaning: 'state' })
  }

  stop(): void {
    this.#live.stop()
  }

  /** Lays factors over an interval of energy. */
  energy(energy: Energy, message: Message, out: Out): void | Promise<void> {
    this.#tellNews(out)
    out.send(0, message)
    if (!(energy.from < energy.to)) return
    const zone = this.#zoneOf(energy.meter)
    const { pieces, facts } = this.#book.lay(energy, zone)
    energy.segments = withFactors(energy, pieces)
    this.#announce({ rows: [], facts, revisions: [] }, out)
    this.#live.want(energy.carrier, zone, energy)
    this.#showNewest(energy.carrier, zone)
    return this.#write(facts)
  }

  /** Takes the rows of a factor message; tells which of them were refused, and goes on with the others. */
  factors(content: Json, out: Out): void | Promise<void> {
    const source = this.#chain.links.find((link) => link.settings.provider === 'message')
    if (!source) {
      this.#status.forget()
      throw new Error('sources: expected a source "message" for factor messages, got none in the chain')
    }
    const now = Date.now()
    const { rows, refused, doubted } = readFactors(content, { ...source.terms, retrievedAt: now })
    this.#status.warn(doubted)
    const work = this.#take(rows, { meaning: 'settle', stampedAt: now, out })
    const shadowed = this.#book.shadowed(rows).map((row) => `${row.id}: kept out; ${COUNTED_TWICE}`)
    out.error = this.#status.refused([...refused, ...shadowed])
    return work
  }

  /** Takes rows that did not come as a message. */
  delivered({ rows, warnings, meaning }: Delivery, out: Out): void | Promise<void> {
    this.#status.warn(warnings)
    return this.#take(rows, { meaning, out })
  }

  #connect(): LiveSources {
    this.#status.usual = new Usual(this.#chain, this.#stated)
    const faults = [...this.#chain.faults, ...this.#stated.refused]
    const live = new LiveSources({
      links: this.#chain.links,
      now: Date.now,
      onFetched: (from, fetched) => this.#options.deliver({ from, ...fetched, meaning: 'poll' }),
      onOutage: (provider, outage) => this.#status.outage(provider, outage, Date.now()),
      onFault: (reason) => faults.push(reason),
    })
    this.#status.fault(faults)
    this.#status.warn(this.#stated.doubted)
    return live
  }

  async #restored(now: number): Promise<Restored> {
    const nothing = { known: [], newest: now }
    const { ledger } = this.#options
    if (!ledger) return nothing
    try {
      await caughtUp(ledger)
      const known = { book: this.#book, horizonMs: HORIZON_MS, oldest: oldestOf(this.#stated.rows) }
      return restore(ledger, { ...known, zoneOf: (meter) => this.#zoneOf(meter), now })
    } catch (error) {
      this.#status.fault([(error as Error).message])
      return nothing
    }
  }

  #zoneOf(meter: string): string {
    return this.#zones.get(meter) ?? this.#options.model.gridZone
  }

  #take(rows: EmissionFactor[], how: { meaning: Meaning; stampedAt?: number; out: Out }): void | Promise<void> {
    this.#tellNews(how.out)
    const taken = this.#book.take(rows, how.meaning, how.stampedAt)
    this.#announce(taken, how.out)
    return this.#write(taken.facts)
  }

  #tellNews(out: Out): void {
    for (const taken of this.#news.splice(0)) this.#announce(taken, out)
  }

  #announce(taken: Taken, out: Out): void {
    const { RED, model } = this.#options
    const topic = `${model.enterprise}/${model.site}`
    const send = (port: number, payload: object): void =>
      out.send(port, { _msgid: RED.util.generateId(), topic, payload })
    for (const row of newSlots(taken)) send(1, { ...row, type: 'factor-slot' })
    for (const revision of taken.revisions) {
      send(0, own(revision))
      this.#showNewest(revision.carrier, revision.zone)
    }
  }

  #showNewest(carrier: string, zone: string): void {
    const piece = this.#book.newest(carrier, zone)
    if (piece) this.#status.used(carrier, zone, piece)
  }

  #write(rows: readonly EmissionFactor[]): void | Promise<void> {
    const { ledger } = this.#options
    if (!ledger || rows.length === 0) return
    return ledger.append(rows.map(factOf)).catch((error: unknown) => {
      this.#status.forget()
      throw error
    })
  }
}
