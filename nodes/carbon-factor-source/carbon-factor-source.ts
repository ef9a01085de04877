import type { Node, NodeAPI, NodeDef } from 'node-red'
import { readSource, type FactorSourceNode, type SourceConfig } from '../providers/source.ts'
import { setStatus } from '../shared/node-kit.ts'

/** Config node: one source of emission factors. What it describes is used by the carbon-factor nodes that name it. */
export default function (RED: NodeAPI): void {
  function CarbonFactorSource(this: FactorSourceNode, config: SourceConfig & NodeDef): void {
    RED.nodes.createNode(this as Node, config)
    try {
      this.settings = readSource(config, this.credentials?.token, Date.now())
    } catch (error) {
      this.fault = (error as Error).message
      setStatus(this, 'red', this.fault)
      this.error(this.fault)
    }
  }
  RED.nodes.registerType('carbon-factor-source', CarbonFactorSource, { credentials: { token: { type: 'password' } } })
}
