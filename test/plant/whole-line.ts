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
}

/** The nodes of the flow, as an import into the editor would make them. */
export function wholeLine({ opcuaPort, mqttPort }: Ports): FlowNode[] {
  const nodes = JSON.parse(readFileSync(FILE, 'utf8')) as FlowNode[]
  for (const node of nodes) {
    if (node.type === 'OpcUa-Endpoint') node['endpoint'] = `opc.tcp://127.0.0.1:${opcuaPort}`
    if (node.type === 'mqtt-broker') node['port'] = mqttPort
  }
  return nodes
}
