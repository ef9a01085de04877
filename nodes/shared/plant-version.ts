/** The plant model and the calculator's settings as a fact: what a record was made under, for an auditor and a replay. */

import { hash } from 'node:crypto'
import { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import type { View } from '../core/records.ts'
import { canonicalJson } from '../stores/chain.ts'
import type { Fact, Ledger } from '../stores/ledger.ts'
import { zonedTime } from './zone.ts'

/** The settings of a calculator that its figures depend on. */
export interface PlantSettings {
  views: readonly View[]
  windowMs: number
  minCoverage: number
  constantFactor: number | null
}

/** The body of a `plant` fact. */
export interface PlantVersion {
  model: PlantModel
  settings: PlantSettings
}

const ID_DIGITS = 16

/** The same content always has the same id, so that a version that comes back is the one that was there. */
export function plantFact({ model, settings }: PlantVersion): Fact {
  const body = { model, settings }
  const id = `plant|${hash('sha256', canonicalJson(body, 'plant')).slice(0, ID_DIGITS)}`
  return { kind: 'plant', id, revision: 0, line: '', from: 0, to: 0, body }
}

/** A plant as a record was made under it. */
export interface Plant extends PlantVersion {
  /** Its version: the id of a `plant` fact. */
  id?: string
  calendar: Calendar
}

/** Every version of the plant that a ledger holds, by its id. */
export function plantVersions(ledger: Pick<Ledger, 'facts'>): Map<string, Plant> {
  const versions = new Map<string, Plant>()
  for (const { id, body } of ledger.facts({ kind: 'plant' })) {
    const { model, settings } = body as PlantVersion
    versions.set(id, { id, model, settings, calendar: new Calendar(model, zonedTime(model.timeZone)) })
  }
  return versions
}
