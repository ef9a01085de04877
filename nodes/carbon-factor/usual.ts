/** Whether a factor is the best that the plant could have for its carrier and zone. */

import { roleOf } from '../core/factor/factor-order.ts'
import type { EmissionFactor, FactorQuality } from '../core/records.ts'
import type { Chain } from './chain.ts'
import type { Stated } from './state.ts'

/** What stands in where a source has failed. A forecast does not: it is all that a grid can say of the present. */
const STOPGAP: ReadonlySet<FactorQuality> = new Set(['held', 'profile', 'annual'])

export class Usual {
  /** The earliest source that has served a carrier and zone, its place in the chain. */
  readonly #ranks = new Map<string, number>()
  readonly #tables: ReadonlySet<string>

  /** Tables serve what they have rows of, other sources the carrier and zone that they are set to. */
  constructor({ links }: Chain, { rows }: Stated) {
    const tables = links.filter(({ settings }) => settings.provider === 'table')
    this.#tables = new Set(tables.map(({ settings }) => settings.id))
    for (const { settings, terms } of links)
      if (!this.#tables.has(settings.id)) this.#note({ method: 'location', ...terms })
    rows.forEach((row) => this.#note(row))
  }

  /**
   * True for a factor of a later source than the first that has served its carrier and zone, and for one that only
   * stands in for a better one. A row of a table is what the user chose, whatever its quality.
   */
  isWeaker(row: EmissionFactor): boolean {
    this.#note(row)
    const isChosen = row.via !== undefined && this.#tables.has(row.via)
    return (row.rank ?? 0) > this.#ranks.get(nameOf(row))! || (!isChosen && STOPGAP.has(row.quality))
  }

  #note(server: Server): void {
    if (roleOf(server) !== 'location') return
    const { rank = 0 } = server
    const known = this.#ranks.get(nameOf(server)) ?? Infinity
    if (rank < known) this.#ranks.set(nameOf(server), rank)
  }
}

type Server = Pick<EmissionFactor, 'carrier' | 'zone' | 'method' | 'boundary' | 'rank'>

const nameOf = ({ carrier, zone }: Pick<EmissionFactor, 'carrier' | 'zone'>): string => `${carrier}\n${zone}`
