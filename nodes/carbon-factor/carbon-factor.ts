import type { Node, NodeAPI, NodeDef } from 'node-red'
import { recordOf } from '../door/own.ts'
import { requestOf } from '../door/request.ts'
import { deploy, onInput, type Out } from '../shared/input.ts'
import { deferredOf, ledgerOf, numberFrom, onClose, plantOf, type Message } from '../shared/node-kit.ts'
import { chainOf, type Chain } from './chain.ts'
import { FactorStation, type Delivery } from './station.ts'

interface FactorDef extends NodeDef {
  plant: string
  ledger?: string
  sources?: unknown
  yearlyFallback?: boolean
  holdMinutes?: unknown
}

/** Lays the emission factor that held at the time over each interval of energy, and tells what a settlement changes. */
export default function (RED: NodeAPI): void {
  function CarbonFactor(this: Node, config: FactorDef): void {
    RED.nodes.createNode(this, config)
    deploy(this, () => run(RED, this, config))
  }
  RED.nodes.registerType('carbon-factor', CarbonFactor)
}

function run(RED: NodeAPI, node: Node, config: FactorDef): void {
  const { model } = plantOf(RED, config.plant)
  const holdMinutes = numberFrom(config.holdMinutes, 60, 'holdMinutes')
  const chain = (): Chain => chainOf(RED, { ids: config.sources, zone: model.gridZone, holdMinutes })
  const ledger = ledgerOf(RED, config.ledger)
  const yearlyFallback = config.yearlyFallback !== false
  const { deliver, deliveryOf } = ownInput(RED, node)
  const deferred = deferredOf(node)
  const station = new FactorStation({ RED, node, model, ledger, chain: chain(), yearlyFallback, deliver })

  const handle = (message: Message, out: Out): void | Promise<void> => {
    const delivery = deliveryOf(message)
    if (delivery) return station.delivered(delivery, out)
    const record = recordOf(message)
    if (record?.type === 'energy') return station.energy(record, message, out)
    const rows = requestOf(message, 'factor')
    if (rows) return station.factors(rows, out)
    out.send(0, message)
  }
  onInput(node, handle, station.start(Date.now()))

  // A deploy of changed nodes only makes the sources anew, not the node that lists them.
  const refresh = (): void => station.refresh(chain())
  deferred.hear(RED.events, 'flows:started', refresh)
  onClose(node, (done) => {
    deferred.stop()
    station.stop()
    done()
  })
}

/** By the message that carries it, which the next node may get at a deploy. */
const deliveries = new WeakMap<Message, Delivery>()

/** Hands what does not come as a message to the node's own input, so that it keeps its place among the messages. */
function ownInput(RED: NodeAPI, node: Node) {
  return {
    deliver: (delivery: Delivery): void => {
      const payload = { type: 'factor', factors: delivery.rows }
      const message: Message = { _msgid: RED.util.generateId(), topic: delivery.from, payload }
      deliveries.set(message, delivery)
      node.receive(message)
    },
    deliveryOf: (message: Message): Delivery | undefined => deliveries.get(message),
  }
}
