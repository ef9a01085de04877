/** Where factors come from: the one interface in front of every live provider. */

import type { EmissionFactor } from '../core/records.ts'

export interface Fetched {
  rows: EmissionFactor[]
  /** What the provider said that cannot be used, and why. */
  warnings: string[]
}

export interface FactorProvider {
  /** For the status, e.g. `NESO`. */
  readonly name: string
  /** How long after its end a slot may still be corrected. */
  readonly revisionWindowMs: number
  /** How far ahead the provider forecasts. */
  readonly forecastMs: number
  /** The slots that touch `[from, to)`. Rejects with a `ProviderFault`; an abort rejects with its reason. */
  fetch(range: { from: number; to: number }, signal: AbortSignal): Promise<Fetched>
}

/** What a provider is made with; `now` gives the time a row was retrieved at. */
export interface ProviderTerms {
  zone: string
  carrier: string
  baseUrl: string
  timeoutMs: number
  token?: string
  now: () => number
}

/** `refused`: the access is not granted · `asked-wrongly`: no waiting helps · `busy`: asked too often · the rest passes. */
export type FaultKind = 'refused' | 'asked-wrongly' | 'busy' | 'down' | 'no-data'

export class ProviderFault extends Error {
  readonly kind: FaultKind
  readonly retryAfterMs: number | undefined

  constructor(kind: FaultKind, message: string, retryAfterMs?: number) {
    super(message)
    this.name = 'ProviderFault'
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }
}
