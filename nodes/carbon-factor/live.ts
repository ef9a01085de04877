/** The live providers of a chain, each asked on its own timer. */

import { placeInChain } from '../core/factor/factor-row.ts'
import type { EmissionFactor } from '../core/records.ts'
import { LIVE_PROVIDERS } from '../providers/list.ts'
import { Poller, type Outage } from '../providers/poller.ts'
import type { Fetched } from '../providers/provider.ts'
import type { Link } from './chain.ts'

export interface LiveOptions {
  links: readonly Link[]
  now: () => number
  onFetched: (provider: string, fetched: Fetched) => void
  onOutage: (provider: string, outage: Outage | undefined) => void
  /** A source that can not even be asked: a zone the provider does not know, an address that is none. */
  onFault: (reason: string) => void
}

export class LiveSources {
  readonly #pollers: { link: Link; poller: Poller }[] = []

  constructor(options: LiveOptions) {
    for (const link of options.links) {
      if (!Object.hasOwn(LIVE_PROVIDERS, link.settings.provider)) continue
      try {
        this.#pollers.push({ link, poller: pollerOf(link, options) })
      } catch (error) {
        options.onFault(`${link.settings.name}: ${(error as Error).message}`)
      }
    }
  }

  start(): void {
    for (const { poller } of this.#pollers) poller.start()
  }

  /** Energy of a carrier and zone passes in this time. */
  want(carrier: string, zone: string, { from, to }: { from: number; to: number }): void {
    for (const { link, poller } of this.#pollers) {
      if (link.terms.carrier === carrier && link.terms.zone === zone) poller.want(from, to)
    }
  }

  stop(): void {
    for (const { poller } of this.#pollers) poller.stop()
  }
}

function pollerOf({ settings, terms }: Link, { now, onFetched, onOutage }: LiveOptions): Poller {
  const { baseUrl, timeoutMs, pollMs, token } = settings
  const { zone, carrier } = terms
  const provider = LIVE_PROVIDERS[settings.provider]!({
    zone,
    carrier,
    baseUrl,
    timeoutMs,
    now,
    ...(token && { token }),
  })
  const placed = (row: EmissionFactor): EmissionFactor => ({ ...row, ...placeInChain(terms) })
  return new Poller(provider, {
    pollMs,
    now,
    onFetched: ({ rows, warnings }) => onFetched(provider.name, { rows: rows.map(placed), warnings }),
    onOutage: (outage) => onOutage(provider.name, outage),
  })
}
