/** What a diagnosis looks at, and what it finds. */

import type { Baseline } from './baseline.ts'
import type { Window } from './features.ts'
import type { PlantMachine, PlantModel } from '../plant/plant.ts'
import type { Expected, Term } from './split.ts'

/** All that a diagnosis may look at. */
export interface Case {
  model: PlantModel
  line: string
  /** The deviating windows, oldest first. */
  windows: readonly Window[]
  /** The same windows as one. */
  whole: Window
  usual: Expected
  baseline: Baseline
  terms: readonly Term[]
}

export interface Finding {
  cause: string
  evidence: string[]
  remedy: string
  /** How surely the evidence points to this cause where the effect is real, 0 … 1. */
  certainty: number
}

const machineOf = ({ model, line }: Case, id: string): PlantMachine | undefined =>
  model.lines.find((l) => l.id === line)?.machines?.find((m) => m.id === id)

/** The name of a machine as people on the line know it. */
export const nameOf = (facts: Case, machine: string): string => machineOf(facts, machine)?.name ?? machine

/** The kind of a machine by the plant model, e.g. `compressor`; empty where none is stated. */
export const kindOf = (facts: Case, machine: string): string => machineOf(facts, machine)?.kind ?? ''
