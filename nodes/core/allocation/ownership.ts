/** Whose a meter's energy is: a line's, several lines' together, or the site's own; and what stands in for what. */

import type { PlantMeter, PlantModel } from '../plant/plant.ts'

/** The name under which energy of no line is booked: main meters' residuals, and what could not be shared out. */
export const SITE = ''

export type SharedMeter = PlantMeter & { shared: NonNullable<PlantMeter['shared']> }

export class Ownership {
  readonly #meters: ReadonlyMap<string, PlantMeter>
  readonly #children = new Map<string, PlantMeter[]>()
  readonly #backups = new Map<string, PlantMeter[]>()
  readonly #shared: readonly SharedMeter[]
  readonly #dependents = new Map<string, ReadonlySet<string>>()
  readonly #sharedBy = new Map<string, readonly string[]>()
  readonly #alongside = new Map<string, ReadonlySet<string>>()

  constructor(model: Pick<PlantModel, 'meters'>) {
    this.#meters = new Map(model.meters.map((m) => [m.id, m]))
    this.#shared = model.meters.filter((m): m is SharedMeter => m.shared !== undefined)
    for (const meter of model.meters) {
      if (meter.redundantTo !== undefined) push(this.#backups, meter.redundantTo, meter)
      else if (this.parentOf(meter.id)) push(this.#children, meter.parent!, meter)
    }
  }

  meter(id: string): PlantMeter | undefined {
    return this.#meters.get(id)
  }

  /** The line of a meter, or `SITE`. */
  lineOf(id: string): string {
    return this.#meters.get(id)?.line ?? SITE
  }

  /** The meter whose energy contains this one's. A parent of another carrier, a boiler's gas say, contains none of it. */
  parentOf(id: string): PlantMeter | undefined {
    const meter = this.#meters.get(id)
    const parent = this.#meters.get(meter?.parent ?? '')
    return parent?.carrier === meter?.carrier ? parent : undefined
  }

  childrenOf(id: string): readonly PlantMeter[] {
    return this.#children.get(id) ?? NONE
  }

  /** Meters that stand in for this one where it is silent, in the order of the plant model. */
  backupsOf(id: string): readonly PlantMeter[] {
    return this.#backups.get(id) ?? NONE
  }

  sharedOf(id: string): SharedMeter | undefined {
    const meter = this.#meters.get(id)
    return meter?.shared ? (meter as SharedMeter) : undefined
  }

  /** True where energy is booked by period, when the facts around it are known, and not as it comes. */
  isDeferred(id: string): boolean {
    return this.sharedOf(id) !== undefined || this.#backups.has(id) || this.#meters.get(id)?.redundantTo !== undefined
  }

  /** Every meter whose energy is booked by period. */
  deferred(): string[] {
    return [...this.#meters.keys()].filter((id) => this.isDeferred(id))
  }

  /** The deferred meters whose bookings hang on the energy of this one; asked for with every fact. */
  dependents(id: string): ReadonlySet<string> {
    return remembered(this.#dependents, id, () => this.#dependentsOf(id))
  }

  #dependentsOf(id: string): Set<string> {
    const found = new Set<string>()
    const primary = this.#meters.get(id)?.redundantTo ?? id
    if (this.isDeferred(primary)) found.add(primary)
    const parent = this.parentOf(primary)
    if (parent?.shared) found.add(parent.id)
    for (const shared of this.sharedBy(this.lineOf(primary))) found.add(shared)
    return found
  }

  /** The shared meters that serve a line. */
  sharedBy(line: string): readonly string[] {
    return remembered(this.#sharedBy, line, () =>
      this.#shared.filter((m) => m.shared.lines.includes(line)).map((m) => m.id),
    )
  }

  /** The lines whose records move with a line's facts: itself, and those that share a meter with it. */
  alongside(line: string): ReadonlySet<string> {
    return remembered(this.#alongside, line, () => this.#alongsideOf(line))
  }

  #alongsideOf(line: string): Set<string> {
    const found = new Set([line])
    for (const { shared } of this.#shared) {
      if (line !== SITE && !shared.lines.includes(line)) continue
      for (const other of [...shared.lines, SITE]) found.add(other)
    }
    for (const meter of this.#meters.values()) {
      if (this.lineOf(meter.id) !== line) continue
      const above = meter.redundantTo ?? meter.parent
      if (above === undefined) continue
      for (const other of [this.lineOf(above), ...(this.sharedOf(above)?.shared.lines ?? [])]) found.add(other)
    }
    return found
  }

  /** The meters that must tell about the whole time of a line: its own and the shared ones; not those that stand in. */
  expected(line: string): PlantMeter[] {
    return [...this.#meters.values()].filter(
      (m) => m.redundantTo === undefined && (this.lineOf(m.id) === line || m.shared?.lines.includes(line)),
    )
  }

  /** The meters whose facts are kept with a line, those that stand in included. */
  own(line: string): string[] {
    return [...this.#meters.values()].filter((m) => this.lineOf(m.id) === line).map((m) => m.id)
  }
}

const NONE: readonly PlantMeter[] = []

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** What was found for a name before: the model does not change. */
function remembered<V>(known: Map<string, V>, name: string, find: () => V): V {
  let value = known.get(name)
  if (value === undefined) known.set(name, (value = find()))
  return value
}
