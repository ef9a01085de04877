/** The energy of a meter in a stretch of time, with a redundant meter standing in where the meter itself is silent. */

import type { Energy, Segment } from '../records.ts'
import type { Ownership } from './ownership.ts'

/** A part of one segment of a meter interval. */
export interface EnergyPiece {
  energy: Energy
  segment: Segment
  from: number
  to: number
  /** `null`: a known gap. */
  kWh: number | null
  flags: readonly string[]
}

type Stretch = { from: number; to: number }
/** The meter intervals that are held. */
export interface EnergyView {
  energyOf(meter: string, from: number, to: number): readonly Energy[]
}

export const STAND_IN = 'stand-in'

/** Every piece of a meter within `[from, to)`, known or a known gap; no instant is covered twice by known energy. */
export function piecesOf(
  meter: string,
  within: Stretch,
  source: { facts: EnergyView; ownership: Ownership },
): EnergyPiece[] {
  const { facts, ownership } = source
  const own = facts.energyOf(meter, within.from, within.to).flatMap((e) => cut(e, within))
  const backups = ownership.backupsOf(meter)
  if (backups.length === 0) return own
  const result = own.filter((p) => p.kWh !== null)
  let holes = holesIn(within, result)
  for (const backup of backups) {
    const known = facts
      .energyOf(backup.id, within.from, within.to)
      .filter((e) => e.kWh !== null)
      .flatMap((e) => holes.flatMap((hole) => cut(e, hole)))
    result.push(...known.map((p) => ({ ...p, flags: [...p.flags, STAND_IN] })))
    holes = holesIn(within, result)
  }
  const gaps = own.filter((p) => p.kWh === null)
  return [...result, ...gaps.flatMap(({ energy }) => holes.flatMap((hole) => cut(energy, hole)))]
}

/** The segments of an interval within a stretch, each with its share of the interval by time. */
function cut(energy: Energy, within: Stretch): EnergyPiece[] {
  const segments = energy.segments ?? [{ from: energy.from, to: energy.to, kWh: energy.kWh }]
  const result: EnergyPiece[] = []
  for (const segment of segments) {
    const [from, to] = [Math.max(segment.from, within.from), Math.min(segment.to, within.to)]
    if (from >= to) continue
    const whole = from === segment.from && to === segment.to
    const share = energy.kWh === null ? null : (energy.kWh * (to - from)) / (energy.to - energy.from)
    result.push({ energy, segment, from, to, kWh: whole ? segment.kWh : share, flags: energy.flags })
  }
  return result
}

/** What of a stretch no piece covers. */
function holesIn(within: Stretch, pieces: readonly Stretch[]): Stretch[] {
  const holes: Stretch[] = []
  let at = within.from
  for (const piece of pieces.toSorted((a, b) => a.from - b.from)) {
    if (piece.from > at) holes.push({ from: at, to: piece.from })
    at = Math.max(at, piece.to)
  }
  if (at < within.to) holes.push({ from: at, to: within.to })
  return holes
}
