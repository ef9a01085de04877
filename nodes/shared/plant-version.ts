/** The plant model and the calculator's settings as a fact: what a record was made under, for an auditor and a replay. */

import { hash } from 'node:crypto'
import { Calendar } from '../core/calendar.ts'
import type { PlantModel } from '../core/plant/plant.ts'
import type { Carbon, View } from '../core/records.ts'
import { RULES_VERSION, UNNAMED_RULES } from '../core/rules.ts'
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

/** What a record is made under, but for the rules. */
export interface PlantVersion {
  model: PlantModel
  settings: PlantSettings
}

/** The body of a `plant` fact. */
type PlantBody = PlantVersion & { rules?: number }

const ID_DIGITS = 16

/** The same content always has the same id, so that a version that comes back is the one that was there. */
export function plantFact({ model, settings }: PlantVersion, rules = RULES_VERSION): Fact {
  const body: PlantBody = { model, settings, rules }
  const id = `plant|${hash('sha256', canonicalJson(body, 'plant')).slice(0, ID_DIGITS)}`
  return { kind: 'plant', id, revision: 0, line: '', from: 0, to: 0, body }
}

/** A plant as a record was made under it. */
export interface Plant extends PlantVersion {
  /** Its version: the id of a `plant` fact. */
  id?: string
  /** The version of the calculation rules; default: this release's. */
  rules?: number
  calendar: Calendar
}

/** Every version of the plant that a ledger holds, by its id. */
export function plantVersions(ledger: Pick<Ledger, 'facts'>): Map<string, Plant> {
  const versions = new Map<string, Plant>()
  for (const { id, body } of ledger.facts({ kind: 'plant' })) {
    const { model, settings, rules = UNNAMED_RULES } = body as PlantBody
    versions.set(id, { id, model, settings, rules, calendar: new Calendar(model, zonedTime(model.timeZone)) })
  }
  return versions
}

/** Tells of a record whether it was made under other rules than those of this release: the same facts may give other figures. */
export function madeUnderOtherRules(ledger: Pick<Ledger, 'facts'>): (record: Pick<Carbon, 'plant'>) => boolean {
  const rules = new Map<string | undefined, number>()
  for (const { id, body } of ledger.facts({ kind: 'plant' })) rules.set(id, (body as PlantBody).rules ?? UNNAMED_RULES)
  return ({ plant }) => (rules.get(plant) ?? UNNAMED_RULES) !== RULES_VERSION
}
