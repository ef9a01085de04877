/**
 * All lasting records of a ledger file against its facts, in chunks of time: however many years a file holds, no more
 * than a chunk and the longest record are in memory.
 */

import type { Calendar } from '../core/calendar.ts'
import { VIEWS, type Carbon, type View } from '../core/records.ts'
import { RULES_VERSION } from '../core/rules.ts'
import type { Fact, FactQuery } from '../stores/ledger.ts'
import type { KeptRecord, LedgerFile } from '../stores/ledger-file.ts'
import { firstDifference, type Difference } from './compare.ts'
import { grouped } from '../core/grouped.ts'
import { plantVersions, type Plant } from './plant-version.ts'
import { recompute, restsOnFrom } from './recompute.ts'

export interface ReplayScope {
  /** Records that begin in `[from, to)`; default: all. */
  from?: number
  to?: number
  views?: readonly View[]
}

/** A record that the facts do not give, and where it first differs. */
export interface Disagreement extends Difference {
  id: string
  revision: number
  /** The version of the rules it was made under, where these have changed since. */
  rules?: number
}

/** What was found since the step before. */
export interface ReplayStep {
  /** Share of the time that is done, 0 … 1. */
  done: number
  facts: number
  compared: number
  /** Records that still move, and adjusting records, which are no figure of their own time. */
  passedOver: number
  /** Records whose facts are in an archive that is not read here. */
  archived: number
  /** Those archives. */
  archives: ReadonlySet<string>
  disagreements: Disagreement[]
}

/** A chunk holds about so many facts: enough that what two chunks both need is little, few enough for a gateway. */
const FACTS_PER_CHUNK = 100_000
const LEAST_CHUNK_MS = 3_600_000

export function* replayLedger(file: LedgerFile, scope: ReplayScope = {}): Generator<ReplayStep> {
  const time = timeOf(file, scope)
  const chunkMs = chunkOf(file)
  const plants = plantVersions(file)
  const calendar = [...plants.values()].at(-1)?.calendar
  let at = time.from
  while (at < time.to) {
    const end = Math.min(endOf(at, chunkMs, calendar), time.to)
    const step = { done: (end - time.from) / (time.to - time.from), facts: 0, compared: 0, passedOver: 0, archived: 0 }
    yield compareAll(file, kept(file, scope.views ?? VIEWS, { from: at, to: end }), { plants, step })
    at = end
  }
}

type Counts = Omit<ReplayStep, 'archives' | 'disagreements'>
type Time = { from: number; to: number }

function compareAll(
  file: LedgerFile,
  records: KeptRecord[],
  { plants, step }: { plants: ReadonlyMap<string, Plant>; step: Counts },
): ReplayStep {
  const lasting = records.filter(({ record }) => record.status !== 'provisional' && record.adjusts === undefined)
  step.passedOver += records.length - lasting.length
  const archives = new Set<string>()
  const held = lasting.filter(({ record }) => {
    const found = archivesOf(file, record, plants)
    for (const archive of found) archives.add(archive)
    return found.length === 0
  })
  step.archived += lasting.length - held.length
  const disagreements: Disagreement[] = []
  // Records of one version of the plant, whose facts end at one row, are reckoned together.
  for (const group of grouped(held, ({ record, upTo }) => `${record.plant}|${upTo}`)) {
    const { upTo } = group[0]!
    const told = group.map(({ record }) => record)
    const plant = plants.get(told[0]!.plant ?? '')
    const counted = countedFacts(file, upTo, step)
    const reckoned = plant ? recompute(counted, told, plant) : new Map<string, Carbon>()
    step.compared += told.length
    for (const record of told) disagreements.push(...against(record, reckoned.get(record.id), plant))
  }
  return { ...step, archives, disagreements }
}

/** The archives that hold the facts of a record; none where the file has all of them. */
export function archivesOf(file: LedgerFile, record: Carbon, plants: ReadonlyMap<string, Plant>): string[] {
  const plant = plants.get(record.plant ?? '')
  return file.archivesOf({ from: plant ? restsOnFrom(record, plant) : record.from, to: record.to })
}

function against(told: Carbon, reckoned: Carbon | undefined, made: Plant | undefined): Disagreement[] {
  const { id, revision, plant } = told
  const noPlant = { field: 'plant', told: JSON.stringify(plant ?? null), reckoned: 'no such plant model in the ledger' }
  const difference = reckoned ? firstDifference(told, reckoned) : noPlant
  const rules = made?.rules ?? RULES_VERSION
  return difference ? [{ id, revision, ...difference, ...(rules !== RULES_VERSION && { rules }) }] : []
}

function kept(file: LedgerFile, views: readonly View[], { from, to }: Time): KeptRecord[] {
  return views.flatMap((view) => [...file.records(view, { from, until: to })])
}

function countedFacts(file: LedgerFile, upTo: number | undefined, step: Counts) {
  return {
    *facts(query: FactQuery): Generator<Fact> {
      for (const fact of file.facts(query, upTo)) {
        step.facts++
        yield fact
      }
    },
  }
}

function timeOf(file: LedgerFile, { from = -Infinity, to = Infinity }: ReplayScope): Time {
  const all = { from: Infinity, to: -Infinity }
  for (const extent of file.recordExtents()) {
    all.from = Math.min(all.from, extent.from)
    all.to = Math.max(all.to, extent.to)
  }
  return { from: Math.max(from, all.from), to: Math.min(to, all.to + 1) }
}

/** Where a chunk ends: at the beginning of a local day, if it can, so that few records reach over the end. */
function endOf(at: number, chunkMs: number, calendar: Calendar | undefined): number {
  const midnight = calendar?.day(at + chunkMs).from ?? at
  return midnight > at ? midnight : at + chunkMs
}

function chunkOf(file: LedgerFile): number {
  const measured = file.extents().filter((e) => e.kind === 'energy' || e.kind === 'production')
  const facts = measured.reduce((sum, e) => sum + e.facts, 0)
  const from = measured.reduce((least, e) => Math.min(least, e.from), Infinity)
  const to = measured.reduce((most, e) => Math.max(most, e.to), -Infinity)
  const ms = (FACTS_PER_CHUNK * (to - from)) / facts
  return Number.isFinite(ms) ? Math.max(LEAST_CHUNK_MS, Math.ceil(ms)) : LEAST_CHUNK_MS
}
