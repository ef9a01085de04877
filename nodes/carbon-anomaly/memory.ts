/** What the anomaly node keeps across restarts: its state in the node's context, the rest in the ledger. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Node } from 'node-red'
import { isJudged, type AnomalyDetector } from '../core/anomaly/anomaly.ts'
import { newState, type DetectorState } from '../core/anomaly/alarm-state.ts'
import type { CarbonAlert } from '../core/records.ts'
import type { Ledger } from '../stores/ledger.ts'

const KEY = 'detector'
const HOUR = 3_600_000
/** How far back windows are read again where the context holds nothing. */
const REPLAY_MS = 48 * HOUR
/** Alarms that began longer ago are not looked for. */
const ALARMS_MS = 14 * 24 * HOUR
/** Windows between two breaks for the rest of Node-RED. */
const BATCH = 50

export class Memory {
  readonly #node: Node

  constructor(node: Node) {
    this.#node = node
  }

  /** The state that was last kept, or an empty one. */
  async read(): Promise<DetectorState> {
    const kept = await new Promise<unknown>((resolve, reject) => {
      this.#node.context().get(KEY, (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value)))
    })
    return isState(kept) ? kept : newState()
  }

  /** Keeps the state; Node-RED decides whether it outlives the node: only where a context store is configured. */
  write(state: DetectorState): void {
    this.#node.context().set(KEY, state, (error?: Error | null) => {
      if (error) this.#node.error(`the baseline could not be kept in the node's context: ${error.message}`, {})
    })
  }

  /** Shows the detector the windows that it has not seen; gives the alerts that are due and were never told. */
  async catchUp(detector: AnomalyDetector, ledger: Ledger): Promise<CarbonAlert[]> {
    await ledger.ready()
    const newest = ledger.newest()
    if (newest === null) return []
    const since = detector.state.newest > 0 ? detector.state.newest - HOUR : newest - REPLAY_MS
    let count = 0
    for (const record of ledger.records({ view: 'window', since })) {
      if (isJudged(record)) detector.judge(record)
      if (++count % BATCH === 0) await nextTurn()
    }
    return detector.reconcile(ledger.alerts(newest - ALARMS_MS, Number.MAX_SAFE_INTEGER))
  }
}

const isState = (kept: unknown): kept is DetectorState =>
  typeof kept === 'object' && kept !== null && (kept as DetectorState).version === 1
