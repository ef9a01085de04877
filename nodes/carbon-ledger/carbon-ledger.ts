import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { onClose, setStatus, type LedgerNode } from '../shared/node-kit.ts'
import { userPath } from '../shared/user-path.ts'
import type { Ledger, LedgerEvents } from '../stores/ledger.ts'
import { conflictText, openLedger } from '../stores/open.ts'
import { RefusedLedger } from '../stores/refused.ts'
import { keepHouse, readHabits } from './housekeeping.ts'

interface LedgerDef extends NodeDef {
  store?: string
  path?: string
  closeAfterDays?: number | string
  keepDays?: number | string
}

/** Node-RED hands what a config node reports to the Catch and Status nodes around its `users`. */
interface Reporting {
  users?: Record<string, Node>
}

const DEFAULT_PATH = 'carbon-ledger.sqlite'

/** Config node: opens the store at deploy, tells of outages and conflicts, writes what waits when it closes. */
export default function (RED: NodeAPI): void {
  function CarbonLedger(this: LedgerNode, config: LedgerDef): void {
    RED.nodes.createNode(this as Node, config)
    const { ledger, stop } = open(RED, this, config)
    this.ledger = ledger
    onClose(this as Node, (done) => {
      stop()
      this.ledger.close().then(done, (error: unknown) => {
        this.error(error)
        done()
      })
    })
  }
  RED.nodes.registerType('carbon-ledger', CarbonLedger)
}

/** The ledger, which keeps house until `stop`; what is wrong in the configuration is what every call of it says. */
function open(RED: NodeAPI, node: LedgerNode, config: LedgerDef): { ledger: Ledger; stop: () => void } {
  const store = config.store || 'sqlite'
  try {
    const habits = readHabits(store === 'memory' ? { ...config, keepDays: '' } : config)
    const path = store === 'memory' ? '' : userPath(config.path || DEFAULT_PATH, RED.settings.userDir, 'path')
    const ledger = openLedger({ store, path, owner: config.name || config.id, events: eventsFor(RED, node) })
    const stop = keepHouse({
      ...{ ledger, habits, now: Date.now, archive: (now) => archiveFor(path, now) },
      onDone: (what) => node.log(`ledger: ${what}`),
      onFault: (error) => node.error(error, {}),
    })
    return { ledger, stop }
  } catch (error) {
    setStatus(node, 'red', (error as Error).message)
    node.error(error)
    return { ledger: new RefusedLedger(error as Error), stop: () => undefined }
  }
}

/** Beside the file, by the day; by the second where this day has one. */
function archiveFor(path: string, now: number): string {
  const at = new Date(now).toISOString()
  const ofDay = join(`${path}.archive`, at.slice(0, 10))
  return existsSync(ofDay) ? `${ofDay}T${at.slice(11, 19).replaceAll(':', '')}Z` : ofDay
}

function eventsFor(RED: NodeAPI, node: LedgerNode & Reporting): LedgerEvents {
  return {
    onFault: (error) => {
      node.users = usersOf(RED, node.id)
      setStatus(node, 'red', error.message)
      // With a message, because only then do Catch nodes hear of it.
      node.error(`${error.message}; what comes now waits until the ledger can be written again`, {})
    },
    onRecovered: () => {
      setStatus(node, 'green', 'written again')
      node.log('ledger: can be written again')
    },
    onNotice: (notice) => {
      node.users = usersOf(RED, node.id)
      node.error(notice, {})
    },
    onConflicts: (conflicts) => node.warn(conflictText(conflicts)),
  }
}

/** One node per flow that has chosen this ledger, so that each Catch node hears of an outage once. */
function usersOf(RED: NodeAPI, ledger: string): Record<string, Node> {
  const byFlow = new Map<string, Node>()
  RED.nodes.eachNode((config) => {
    const { id, z, ledger: chosen } = config as NodeDef & { ledger?: string }
    const user = chosen === ledger ? (RED.nodes.getNode(id) as Node | null) : null
    if (user) byFlow.set(z, user)
  })
  return Object.fromEntries([...byFlow.values()].map((user) => [user.id, user]))
}
