/** The machine's own Mosquitto as the plant's broker. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type MqttClient } from 'mqtt'
import type { Broker } from './broker.ts'

/** Starts the binary with a configuration of its own; an error that says why where it does not run. */
export async function startMosquitto(port: number): Promise<Broker> {
  const folder = await mkdtemp(join(tmpdir(), 'plant-mosquitto-'))
  const config = join(folder, 'mosquitto.conf')
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`)
  const child = spawn('mosquitto', ['-c', config], { stdio: 'ignore' })
  const ended = endOf(child)
  const url = `mqtt://127.0.0.1:${port}`
  const client = connect(url, { reconnectPeriod: 100 })
  const close = async (): Promise<void> => {
    await client.endAsync(true)
    child.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const failed = await Promise.race([ended, connected(client)])
  if (failed !== undefined) {
    await close()
    throw new Error(`mosquitto: expected it to run on port ${port}, got: ${failed}`)
  }
  const publish: Broker['publish'] = async (topic, payload) => {
    await client.publishAsync(topic, payload, { qos: 1, retain: true })
  }
  return { kind: 'mosquitto', port, url, publish, close }
}

/** Why the process is gone. */
const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code) => resolve(`it ended with code ${code}`))
  })

/** Refused connections are tried again until the broker listens. */
const connected = (client: MqttClient): Promise<undefined> =>
  new Promise((resolve) => {
    client.on('error', () => undefined)
    client.once('connect', () => resolve(undefined))
  })
