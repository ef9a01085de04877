import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Calendar } from '../core/calendar.ts'
import { faultText, readPlant, warningText } from '../core/plant/plant-check.ts'
import { watchDeploys } from '../shared/handover.ts'
import type { PlantNode } from '../shared/node-kit.ts'
import { zonedTime } from '../shared/zone.ts'

interface PlantDef extends NodeDef {
  model?: string
  file?: string
}

/** Config node: the plant model, read once at deploy. A wrong one is refused with every fault it has; what is odd in it is warned of. */
export default function (RED: NodeAPI): void {
  function CarbonPlant(this: PlantNode, config: PlantDef): void {
    RED.nodes.createNode(this as Node, config)
    try {
      const read = readPlant(sourceOf(RED, config))
      if ('faults' in read) throw new Error(`plant model: ${read.faults.map(faultText).join(' · ')}`)
      for (const warning of read.warnings) this.warn(`plant model: ${warningText(warning)}`)
      this.plant = { model: read.model, calendar: new Calendar(read.model, zonedTime(read.model.timeZone)) }
    } catch (error) {
      this.fault = (error as Error).message
      this.error(this.fault)
    }
  }
  // Every flow of this package has a plant.
  watchDeploys(RED)
  RED.nodes.registerType('carbon-plant', CarbonPlant)
}

/** The model's JSON text: from the dialog, or from a file whose relative path lies in the Node-RED user directory. */
function sourceOf(RED: NodeAPI, { model, file }: PlantDef): string {
  if (!file) return model ?? ''
  const userDir = String(RED.settings.userDir ?? '.')
  return readFileSync(resolve(userDir, file), 'utf8')
}
