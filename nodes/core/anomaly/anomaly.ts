/**
 * The alarm: each final window of a line and product is compared with what is usual for both.
 *
 * Method: factor-wise robust charts per line and product, a gate for bad data in front of them, an exact additive split
 * (LMDI-I) behind them. The state is plain data and time is that of the records: the same windows give the same alarms.
 */

import { SITE } from '../allocation/ownership.ts'
import { clear, isOpen, say, without } from './alarm-episode.ts'
import type { Surroundings } from './alarm-figures.ts'
import { newState, type AlarmSettings, type Assessment, type ContextState, type DetectorState } from './alarm-state.ts'
import { Baseline } from './baseline.ts'
import type { Calendar } from '../calendar.ts'
import { windowOf } from './features.ts'
import { judge, lookAt, revise } from './judging.ts'
import type { PlantModel } from '../plant/plant.ts'
import { followMix } from './product-mix.ts'
import { refusal } from '../refused.ts'
import type { Carbon, CarbonAlert } from '../records.ts'
import { MS_PER_HOUR } from '../plant/units.ts'

export interface AlarmCommand {
  type: 'alarm-command'
  action: 'acknowledge' | 'shelve' | 'unshelve'
  /** The id of an open alert. */
  id: string
  /** How long to shelve, minutes of source time. */
  minutes: number
  /** Who it was; empty where nobody said a name. */
  by: string
}

const MS_PER_MINUTE = 60_000
/** Revisions of windows that are remembered per line and product. */
const SEEN = 500
/** An alarm whose product has not been made for this long is closed. */
const GONE_MS = 8 * MS_PER_HOUR

/** The plant model; with its calendar alarms name their shift. */
export interface Plant {
  model: PlantModel
  calendar?: Calendar
}

/** True for the records that are judged: windows that are complete. */
export const isJudged = ({ view, status, line, adjusts }: Carbon): boolean =>
  view === 'window' && status !== 'provisional' && line !== SITE && !adjusts

export class AnomalyDetector {
  readonly state: DetectorState
  readonly #plant: Plant
  readonly #settings: AlarmSettings

  constructor(plant: Plant, settings: AlarmSettings, state: DetectorState = newState()) {
    this.#plant = plant
    this.#settings = settings
    this.state = state
  }

  /** Takes a complete window; gives what is to be said of it and the alerts that are due. */
  judge(given: Carbon): { assessment: Assessment; alerts: CarbonAlert[] } {
    const record = this.#withShift(given)
    const context = this.#context(record)
    const window = windowOf(record)
    const known = revisionOf(context, record.id)
    const seen = { ...this.#around(context, record), window, minWindows: this.#settings.minWindows }
    if (known >= record.revision) return { assessment: lookAt(seen), alerts: [] }
    remember(context, record)
    if (known >= 0 || record.from < context.newest) {
      const { assessment, alert } = revise(seen)
      return { assessment, alerts: alert ? [alert] : [] }
    }
    context.newest = record.from
    this.state.newest = Math.max(this.state.newest, record.to)
    const { assessment, alert, usual, comparison } = judge(seen)
    const alerts = [...(alert ? [alert] : []), ...this.#closeGone(record)]
    if (!this.#settings.adviseMix || usual === undefined) return { assessment, alerts }
    const expected = comparison?.expected ?? null
    const { minWindows, materiality } = this.#settings
    return {
      assessment,
      alerts: [...alerts, ...followMix(this.state.mixes, { record, window, usual, expected, minWindows, materiality })],
    }
  }

  /** Acknowledges or shelves an open alarm; throws where the command names none. */
  command({ action, id, minutes, by }: AlarmCommand): CarbonAlert {
    const episode = this.#open().find(({ alert }) => alert.id === id)
    if (!episode) throw refusal('id', 'the id of an open alert', id)
    if (action === 'acknowledge') return say(episode, { ...episode.alert, state: 'acknowledged', acknowledgedBy: by })
    const rest = without(episode.alert, 'shelvedUntil')
    if (action === 'unshelve') return say(episode, { ...rest, state: 'updated' })
    return say(episode, { ...rest, state: 'shelved', shelvedUntil: this.state.newest + minutes * MS_PER_MINUTE })
  }

  /** The open alarms, as last told. */
  get openAlerts(): CarbonAlert[] {
    return this.#open().map(({ alert }) => alert)
  }

  /**
   * After a restart: brings what was said before (from the ledger) and what follows from the windows together.
   * Gives the alerts that were due and never said.
   */
  reconcile(told: Iterable<CarbonAlert>): CarbonAlert[] {
    const before = new Map([...told].map((alert) => [alert.id, alert]))
    const due: CarbonAlert[] = []
    for (const holder of this.#holders()) {
      const { alert } = holder
      const said = before.get(alert.id)
      before.delete(alert.id)
      const isSaid = said !== undefined && isCleared(said) === isCleared(alert)
      holder.alert = isSaid ? said : { ...alert, revision: said?.revision ?? -1 }
      if (!isSaid) due.push(say(holder, holder.alert))
    }
    // Nothing that is remembered stands behind these any more; a fault that goes on is raised anew.
    for (const alert of before.values()) {
      if (!isCleared(alert)) due.push(say({ alert }, { ...alert, state: 'cleared', clearedAt: this.state.newest }))
    }
    return due
  }

  /** A window is no part of a shift, but its alarm is told to one. */
  #withShift(record: Carbon): Carbon {
    const shift = record.shift ?? this.#plant.calendar?.shiftAt(record.from)?.name
    return shift === undefined ? record : { ...record, shift }
  }

  #holders(): { alert: CarbonAlert }[] {
    const episodes = Object.values(this.state.contexts).flatMap(({ episode }) => (episode ? [episode] : []))
    const advice = Object.values(this.state.mixes).flatMap(({ change }) => (change?.alert ? [change] : []))
    return [...episodes, ...(advice as { alert: CarbonAlert }[])]
  }

  #open(): { alert: CarbonAlert }[] {
    return this.#holders().filter(({ alert }) => !isCleared(alert))
  }

  #context({ line, sku }: Carbon): ContextState {
    return (this.state.contexts[`${line}\n${sku ?? ''}`] ??= {
      line,
      ...(sku !== undefined && { sku }),
      memory: {},
      charts: {},
      faults: {},
      recent: [],
      seen: [],
      newest: -1,
    })
  }

  #around(context: ContextState, record: Carbon): Surroundings {
    const { materiality, clear } = this.#settings
    const baseline = new Baseline(context.memory, frozenGrid(context))
    return { context, baseline, model: this.#plant.model, limits: { materiality, clear }, record }
  }

  #closeGone(record: Carbon): CarbonAlert[] {
    return Object.values(this.state.contexts)
      .filter((c) => c.line === record.line && isOpen(c) && c.newest < record.to - GONE_MS)
      .map((c) => clear(this.#around(c, record), []))
  }
}

/** Since when the factor of each carrier is in alarm; what was usual then stays the usual. */
function frozenGrid({ charts }: ContextState): Map<string, number> {
  const inAlarm = Object.entries(charts).filter(([key, { active }]) => key.startsWith('grid') && active)
  return new Map(inAlarm.map(([key, { active }]) => [key.split('\n')[1]!, active!.since]))
}

const isCleared = ({ state }: CarbonAlert): boolean => state === 'cleared'

const revisionOf = ({ seen }: ContextState, id: string): number => seen.find(([known]) => known === id)?.[1] ?? -1

function remember(context: ContextState, { id, revision }: Carbon): void {
  context.seen = [...context.seen.filter(([known]) => known !== id), [id, revision] as [string, number]].slice(-SEEN)
}
