import { explain as chainOf, type ExplainedPart, type Explanation } from '../../core/per-unit/explain.ts'
import { RULES_VERSION } from '../../core/rules.ts'
import { isMissing, type Carbon, type EmissionFactor, type Energy } from '../../core/records.ts'
import { firstDifference, type Difference } from '../../shared/compare.ts'
import { plantVersions } from '../../shared/plant-version.ts'
import { rebuild } from '../../shared/recompute.ts'
import { archivesOf } from '../../shared/replay-ledger.ts'
import type { LedgerFile } from '../../stores/ledger-file.ts'
import { folderOf, iso, withLedger, type Command } from './command.ts'
import { table, type Cell } from './table.ts'

export const explain: Command = {
  usage: 'explain <ledger file> <record id> [--json] [--archive <folder>]',
  summary: 'Leads from a figure back to the readings, the cuts, the factor rows and the formula with its numbers.',
  help: `The id is that of a record, such as "order|L1|O2": put it in quotes, as | has a meaning for a shell.
--json     the same for a machine
--archive  an archive of this ledger, or a folder of them: facts are looked for there, too

All numbers are in the shortest form that reads back to the same double, nothing is rounded.

exit code  0  the figures follow from the facts
           1  they do not, there is no such record, or its facts are in an archive that is not given
           2  wrong usage`,
  positionals: ['ledger file', 'record id'],
  options: { json: { type: 'boolean' }, archive: { type: 'string' } },
  run(given) {
    const [path, id] = given.positionals
    const tell = (file: LedgerFile): number => {
      const found = explained(file, id!)
      console.log(given.values['json'] ? JSON.stringify(found, null, 2) : textOf(found))
      return found.difference || found.archives ? 1 : 0
    }
    return withLedger(path!, tell, folderOf(given, 'archive'))
  },
}

interface Found extends Explanation {
  /** Where the record, as it was told, is not what its facts give. */
  difference?: Difference
  /** The version of the calculation rules it was made under, where these have changed since. */
  rules?: number
  /** The archives that its facts are in, where they are not read here. */
  archives?: string[]
}

function explained(file: LedgerFile, id: string): Found {
  const kept = file.record(id)
  if (!kept) throw new Error(`record id: expected one of the ledger, got "${id}"`)
  const { record, upTo } = kept
  const plants = plantVersions(file)
  const nothing = { record, formula: 'nothing belongs to this record', readings: [], factors: [] }
  const archives = archivesOf(file, record, plants)
  if (archives.length > 0) return { ...nothing, formula: 'not shown: its facts are in the archive', archives }
  const plant = plants.get(record.plant ?? '')
  if (!plant) throw new Error(`${id}: expected its plant model "${record.plant}" in the ledger, got none`)
  const calculator = rebuild({ facts: (query) => file.facts(query, upTo) }, [record], plant)
  const chain = chainOf(calculator, id) ?? nothing
  const difference = record.status === 'provisional' ? undefined : firstDifference(record, calculator.closed(record))
  const { rules = RULES_VERSION } = plant
  return { ...chain, record, ...(difference && { difference }), ...(rules !== RULES_VERSION && { rules }) }
}

function textOf(found: Found): string {
  const { record, formula, readings, factors, archives } = found
  const head = [headOf(record), `  ${verdictOf(found)}`, `\nfigures\n${figuresOf(record)}`]
  if (archives) return head.join('\n')
  const factorName = (id: string): string => `F${factors.findIndex((row) => row.id === id) + 1}`
  return [
    ...head,
    `\nformula\n  ${formula}`,
    `\nreadings: the meter intervals behind it\n${table(
      ['meter', 'from', 'to', 'kWh', 'quality', 'readings', 'flags'],
      distinct(readings).map(readingRow),
    )}`,
    `\ncuts: the parts of these intervals that belong to it\n${table(
      ['meter', 'from', 'to', 'kWh', 'kg CO₂e', 'factor', 'order', 'SKU', 'state'],
      readings.flatMap((reading) => reading.parts.map((part) => partRow(bookedOn(reading), part, factorName))),
    )}`,
    `\nfactor rows\n${table(
      ['factor', 'kg/kWh', 'from', 'to', 'method', 'boundary', 'quality', 'source', 'revision', 'id'],
      factors.map((row) => [factorName(row.id), ...factorRow(row)]),
    )}`,
  ].join('\n')
}

function verdictOf({ record, difference, archives, rules }: Found): string {
  if (archives) return `its facts are in the archive: give it by --archive ${archives.join(', ')}`
  if (difference)
    return `DIFFERS from what the facts give${rules === undefined ? '' : ` (rules changed: made under rules ${rules})`}: \
${difference.field}: told ${difference.told}, reckoned ${difference.reckoned}`
  return record.status === 'provisional'
    ? 'still moves: what follows is reckoned from the facts that have come'
    : 'agrees byte for byte with what follows from its facts'
}

function headOf({ id, revision, status, reasons, from, to, plant }: Carbon): string {
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
  return `${id}\n  revision ${revision}, ${status}${why}\n  ${iso(from)} to ${iso(to)}, made under ${plant}`
}

function figuresOf({ kWh, kgCO2e, units, perUnit, coverage, scrap, surrogate }: Carbon): string {
  const { scope1, scope2Location, scope2Market, scope3Upstream, total } = kgCO2e
  return table(
    ['figure', 'value', 'unit'],
    [
      ['energy', kWh, 'kWh'],
      ['scope 1', scope1, 'kg CO₂e'],
      ['scope 2, location-based', scope2Location, 'kg CO₂e'],
      ['scope 2, market-based', scope2Market, 'kg CO₂e'],
      ['scope 3.3, upstream', scope3Upstream, 'kg CO₂e'],
      ['total', total, 'kg CO₂e'],
      ['of it in scrap', scrap?.kgCO2e ?? null, 'kg CO₂e'],
      ...(surrogate ? [['not known, at most', surrogate.kgCO2e, 'kg CO₂e, carried in the ratio'] as Cell[]] : []),
      ['good units', units.good, 'units'],
      ['per good unit', perUnit.kgCO2ePerGood, `kg CO₂e per unit${perUnit.missing ? ` (${perUnit.missing})` : ''}`],
      ...Object.entries(coverage).map(([what, share]): Cell[] => [`coverage of ${what}`, share, '0 to 1']),
    ],
  )
}

type Reading = Explanation['readings'][number]

/** A sub-meter's interval is there twice: for itself, and to be taken out of its parent meter. */
const distinct = (readings: readonly Reading[]): Reading[] => [
  ...new Map(readings.map((reading) => [reading.energyId, reading])).values(),
]

const meterOf = ({ energyId }: Reading): string => energyId.replace(/\|\d+\|\d+$/, '')

const bookedOn = (reading: Reading): string =>
  meterOf(reading) === reading.meter ? reading.meter : `${reading.meter} less ${meterOf(reading)}`

function readingRow(reading: Reading): Cell[] {
  const { from, to, kWh, quality, evidence, flags } = reading
  return [meterOf(reading), iso(from), iso(to), kWh, quality, evidenceOf(evidence), flags.join(' ')]
}

function evidenceOf(evidence: Energy['evidence']): string {
  if (!evidence) return ''
  const { fromReading, toReading, unit, fromUnit = unit } = evidence
  return `${fromReading} ${fromUnit === unit ? '' : `${fromUnit} `}→ ${toReading} ${unit}`
}

function partRow(meter: string, part: ExplainedPart, factorName: (id: string) => string): Cell[] {
  const { from, to, kWh, kgCO2e, factorId, missingFactor, context } = part
  const known = context && !isMissing(context) ? context : undefined
  const factor = factorId === undefined ? `none: ${missingFactor}` : factorName(factorId)
  const { order = '', sku = '', state = 'unknown' } = known ?? {}
  return [meter, iso(from), iso(to), kWh, kgCO2e, factor, order, sku, state]
}

function factorRow({ id, revision, kgPerKWh, from, to, method, boundary, quality, source }: EmissionFactor): Cell[] {
  const name = [source.provider, source.dataset, source.version].filter(Boolean).join(' ')
  const told = `${name} (${source.licence})`
  return [kgPerKWh, iso(from), iso(to), method, boundary, quality, told, revision, id]
}
