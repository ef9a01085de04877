/** The plant's MQTT broker: aedes in this process, or the machine's Mosquitto with `PLANT_BROKER=mosquitto`. */

import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { startMosquitto } from './mosquitto.ts'
import { freePort } from './ports.ts'

export interface Broker {
  kind: BrokerKind
  port: number
  url: string
  /** Publishes a retained text with QoS 1, so that who connects later knows the last value. */
  publish(topic: string, payload: string): Promise<void>
  close(): Promise<void>
}
export type BrokerKind = 'aedes' | 'mosquitto'

/** Starts a broker on 127.0.0.1; port 0 takes a free one, a port in use is an error that names it. */
export async function startBroker(port: number, kind: BrokerKind = kindFromEnvironment()): Promise<Broker> {
  const free = await freePort(port, 'mqttPort')
  return kind === 'mosquitto' ? startMosquitto(free) : startAedes(free)
}

function kindFromEnvironment(): BrokerKind {
  const kind = process.env['PLANT_BROKER'] || 'aedes'
  if (kind !== 'aedes' && kind !== 'mosquitto')
    throw new Error(`PLANT_BROKER: expected aedes or mosquitto, got "${kind}"`)
  return kind
}

async function startAedes(port: number): Promise<Broker> {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    aedes.handle(socket)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const publish: Broker['publish'] = (topic, payload) =>
    new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false } as const
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    })
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => aedes.close(resolve))
    sockets.forEach((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { kind: 'aedes', port, url: `mqtt://127.0.0.1:${port}`, publish, close }
}
