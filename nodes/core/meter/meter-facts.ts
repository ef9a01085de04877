/** Readings as `energy` records that explain themselves, and back: a ledger of them is all a meter needs to go on. */

import { fuelOf, sameFuel, type Fuel } from '../plant/fuel.ts'
import type { PlantMeter } from '../plant/plant.ts'
import type { Entry, Readings } from '../counter/readings.ts'
import type { Energy, Evidence } from '../records.ts'
import { Flag, flagWords, qualityOf } from '../counter/verdict.ts'

export const FIRST_READING = 'first-reading'

/** The record of the interval that ends at reading `k`; `from` is where it begins. */
export function energyOf(spec: PlantMeter, readings: Readings, k: number): Energy {
  const isPeriod = spec.reading === 'interval'
  const [from, to] = [isPeriod ? readings.from[k]! : readings.at[k - 1]!, readings.at[k]!]
  const marks = readings.marks[k]! | (isPeriod ? 0 : readings.marks[k - 1]!)
  const amount = readings.amount[k]!
  const flags = readings.flags[k]! | marks
  return {
    ...headOf(spec, from, to, readings.issued[k]!),
    kWh: Number.isNaN(amount) ? null : amount,
    quality: qualityOf({ amount, flags }),
    flags: flagWords(flags),
    evidence: evidenceOf(spec, readings, k),
  }
}

/** The record of a meter's only reading: no energy yet, and where the next interval begins. Kept, never sent. */
export function anchorOf(spec: PlantMeter, readings: Readings): Energy {
  const at = readings.at[0]!
  const evidence: Evidence = {
    reading: spec.reading,
    fromReading: readings.value[0]!,
    toReading: readings.value[0]!,
    unit: spec.unit,
  }
  if (spec.scale !== undefined) evidence.scale = spec.scale
  const notes = notesOf(readings, 0)
  if (notes.length > 0) evidence.toNotes = notes
  return { ...headOf(spec, at, at, readings.issued[0]!), kWh: 0, quality: 'measured', flags: [FIRST_READING], evidence }
}

/** The same interval of a meter always has the same id. */
export const energyId = (meter: string, from: number, to: number): string => `${meter}|${from}|${to}`

function headOf({ id: meter, line, machine, carrier }: PlantMeter, from: number, to: number, revision: number) {
  const place = { ...(line === undefined ? {} : { line }), ...(machine === undefined ? {} : { machine }) }
  return { type: 'energy' as const, id: energyId(meter, from, to), revision, meter, ...place, carrier, from, to }
}

function evidenceOf(spec: PlantMeter, readings: Readings, k: number): Evidence {
  const { value, unit, fuel } = readings
  const isPeriod = spec.reading === 'interval'
  const evidence: Evidence = {
    reading: spec.reading,
    fromReading: isPeriod ? 0 : value[k - 1]!,
    toReading: value[k]!,
    unit: unit[k]!,
  }
  if (!isPeriod && unit[k - 1] !== unit[k]) evidence.fromUnit = unit[k - 1]!
  if (unit[k] !== spec.unit) evidence.declaredUnit = spec.unit
  if (spec.scale !== undefined) evidence.scale = spec.scale
  Object.assign(evidence, fuel[k])
  const [before, after] = [isPeriod ? [] : notesOf(readings, k - 1), notesOf(readings, k)]
  if (before.length > 0) evidence.fromNotes = before
  if (after.length > 0) evidence.toNotes = after
  return evidence
}

const REVISION = 'revision '

function notesOf({ marks, revision }: Readings, k: number): string[] {
  return [...flagWords(marks[k]!), ...(revision[k]! > 0 ? [`${REVISION}${revision[k]}`] : [])]
}

function entryOf(at: number, from: number, value: number, notes: readonly string[] = []): Entry {
  let marks = 0
  for (const word of ['uncertain', 'arrival-time', 'conflict'] as const) if (notes.includes(word)) marks |= Flag[word]
  const revision = Number(notes.find((n) => n.startsWith(REVISION))?.slice(REVISION.length) ?? 0)
  return { at, from, value, revision, marks }
}

/** The readings that a record rests on; none where it was made under another declaration of the meter. */
export function entriesOf(spec: PlantMeter, { from, to, evidence }: Energy): (Entry & { unit: string })[] {
  if (evidence?.reading !== spec.reading || (evidence.declaredUnit ?? evidence.unit) !== spec.unit) return []
  if ((evidence.scale ?? 1) !== (spec.scale ?? 1)) return []
  const { unit, fromUnit = unit } = evidence
  const fuel = knownFuel(spec, evidence)
  const end = entryOf(to, spec.reading === 'interval' ? from : to, evidence.toReading, evidence.toNotes)
  const last = { ...end, unit, ...(fuel && { fuel }) }
  if (spec.reading === 'interval' || from === to) return [last]
  return [{ ...entryOf(from, from, evidence.fromReading, evidence.fromNotes), unit: fromUnit }, last]
}

/** The fuel that a record was told with; the declared one itself where they are the same, to stay small. */
function knownFuel(spec: PlantMeter, evidence: Evidence): Fuel | undefined {
  const [told, declared] = [fuelOf(evidence), fuelOf(spec)]
  return sameFuel(told, declared) ? declared : told
}
