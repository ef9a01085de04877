/** The example flow "The whole line", pointed at the ports that are in use. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '..', '..', 'examples', '07 - The whole line.json')

interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

export interface Ports {
  opcuaPort: number
  mqttPort: number
  /** Seconds of source time in a second. */
  speed: number
}

/**
 * An OPC UA server tells changes every 100 ms of our time. In a plant that runs faster than time that is many seconds of
 * its own, and facts are late by them.
 */
const NOTIFICATION_SECONDS = 0.3

/** The nodes of the flow, as an import into the editor would make them. */
export function wholeLine({ opcuaPort, mqttPort, speed }: Ports): FlowNode[] {
  const nodes = JSON.parse(readFileSync(FILE, 'utf8')) as FlowNode[]
  for (const node of nodes) {
    if (node.type === 'OpcUa-Endpoint') node['endpoint'] = `opc.tcp://127.0.0.1:${opcuaPort}`
    if (node.type === 'mqtt-broker') node['port'] = mqttPort
    if (node.type === 'carbon-context') {
      const lateness = Math.max(Number(node['latenessSeconds']), speed * NOTIFICATION_SECONDS)
      node['latenessSeconds'] = String(lateness)
    }
  }
  return nodes
}
