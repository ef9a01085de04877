/** One source of factors as its config node describes it. */

import type { Node } from 'node-red'
import { BOUNDARIES } from '../core/factor/factor-row.ts'
import type { FactorBoundary } from '../core/records.ts'
import { numberFrom } from '../shared/node-kit.ts'
import { LIVE_PROVIDERS } from './list.ts'

export interface SourceSettings {
  id: string
  name: string
  /** `table`, `message`, or the name of a live provider. */
  provider: string
  /** Absent: the plant's. */
  zone?: string
  carrier: string
  boundary: FactorBoundary
  /** Rows as they were typed; each is checked where it is used. */
  table: unknown
  baseUrl: string
  pollMs: number
  timeoutMs: number
  token?: string
  /** When this was read, for rows that do not say when they were retrieved. */
  readAt: number
}

/** The runtime side of a `carbon-factor-source`; `fault` says why it gives no factors. */
export interface FactorSourceNode extends Node<{ token: unknown }> {
  settings?: SourceSettings
  fault?: string
}

export type SourceConfig = { id: string; name?: string } & Partial<
  Record<'provider' | 'zone' | 'carrier' | 'boundary' | 'table' | 'baseUrl', string>
> & { pollMinutes?: unknown; timeoutSeconds?: unknown }

/** Settings from a dialog; throws with the field, what was expected and what was got. */
export function readSource(config: SourceConfig, token: unknown, readAt: number): SourceSettings {
  const { id, name = '', provider = '', zone, carrier, boundary = 'direct', table, baseUrl = '' } = config
  const known = ['table', 'message', ...Object.keys(LIVE_PROVIDERS)]
  if (!known.includes(provider)) throw new Error(`provider: expected one of ${known.join(', ')}, got "${provider}"`)
  if (!(BOUNDARIES as readonly string[]).includes(boundary)) {
    throw new Error(`boundary: expected one of ${BOUNDARIES.join(', ')}, got "${boundary}"`)
  }
  return {
    id,
    name: name || provider,
    provider,
    ...(zone && { zone }),
    carrier: carrier || 'electricity',
    boundary: boundary as FactorBoundary,
    table: provider === 'table' ? tableFrom(table ?? '') : [],
    baseUrl,
    pollMs: numberFrom(config.pollMinutes, 15, 'pollMinutes', 0.001) * 60_000,
    timeoutMs: numberFrom(config.timeoutSeconds, 10, 'timeoutSeconds', 0.1) * 1000,
    ...(typeof token === 'string' && token !== '' && { token }),
    readAt,
  }
}

function tableFrom(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Error(`table: expected a JSON list of rows, got ${(error as Error).message}`, { cause: error })
  }
}
