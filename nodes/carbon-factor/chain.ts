/** The sources of a carbon-factor node in their order, ready to be read. */

import type { NodeAPI } from 'node-red'
import type { RowTerms } from '../core/factor/factor-row.ts'
import type { FactorSourceNode, SourceSettings } from '../providers/source.ts'

export interface Link {
  settings: SourceSettings
  /** What its rows take from it; the place in the chain is their rank. */
  terms: RowTerms & { rank: number }
}

export interface Chain {
  /** The ids of all sources, in order. */
  ids: string[]
  links: Link[]
  /** What is wrong with the sources that cannot be used. */
  faults: string[]
}

export interface ChainOptions {
  ids: unknown
  zone: string
  holdMinutes: number
}

/** The sources that a dialog names; throws where it is no list. */
export function chainOf(RED: NodeAPI, { ids, zone, holdMinutes }: ChainOptions): Chain {
  const list = ids === undefined || ids === '' ? [] : ids
  if (!Array.isArray(list)) throw new Error(`sources: expected a list of sources, got ${JSON.stringify(ids)}`)
  const chain: Chain = { ids: list.map(String), links: [], faults: [] }
  chain.ids.forEach((id, rank) => {
    const node = RED.nodes.getNode(id) as FactorSourceNode | null
    if (node?.settings) chain.links.push(linkOf(node.settings, { rank, zone, holdMinutes }))
    else chain.faults.push(`sources[${rank}]: ${node?.fault ?? 'expected a carbon-factor-source, got none'}`)
  })
  return chain
}

type Place = { rank: number; zone: string; holdMinutes: number }

function linkOf(settings: SourceSettings, { rank, zone, holdMinutes }: Place): Link {
  const terms = {
    carrier: settings.carrier,
    zone: settings.zone ?? zone,
    boundary: settings.boundary,
    provider: settings.name,
    retrievedAt: settings.readAt,
    rank,
    // A table says itself how long its rows hold.
    ...(settings.provider !== 'table' && { holdMinutes }),
    via: settings.id,
  }
  return { settings, terms }
}
