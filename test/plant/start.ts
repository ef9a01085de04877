/** `npm start`: the simulated plant, a broker and Node-RED with the example flow "The whole line", until Ctrl-C. */

import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { startNodeRed, type NodeRed } from './node-red.ts'
import { HELP, readOptions, type StartOptions } from './options.ts'
import { startPlant, type Plant } from './plant.ts'
import { tellStory } from './story.ts'
import { wholeLine } from './whole-line.ts'

const say = (text: string): void => console.log(text)

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (!options) return say(HELP)
  if (options.reset) rmSync(options.data, { recursive: true, force: true })
  const running: { plant?: Plant; nodeRed?: NodeRed; story?: { stop(): Promise<void> } } = {}
  const stop = async (): Promise<void> => {
    await running.story?.stop()
    await running.nodeRed?.stop()
    await running.plant?.stop()
  }
  let stopping: Promise<void> | undefined
  const stopOnce = (): Promise<void> => (stopping ??= stop())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!stopping) say('\nstopping …')
      void stopOnce().then(() => process.exit(0))
    })
  }
  try {
    await run(options, running)
  } catch (error) {
    await stopOnce()
    throw error
  }
  void running.nodeRed!.exited.then(() => {
    if (!stopping) {
      console.error('Node-RED has ended by itself')
      void stopOnce().then(() => process.exit(1))
    }
  })
}

async function run(
  options: StartOptions,
  running: { plant?: Plant; nodeRed?: NodeRed; story?: { stop(): Promise<void> } },
): Promise<void> {
  const { scenario, seed, speed, data } = options
  say(`Starting the plant: scenario ${scenario}, ${speed} seconds of plant time in a second …`)
  const plant = await startPlant({
    scenario,
    seed,
    speed,
    opcuaPort: options.opcuaPort,
    mqttPort: options.mqttPort,
    paused: true,
    pki: join(data, 'pki'),
    log: (line) => say(`plant      ${line}`),
  })
  running.plant = plant
  running.story = await tellStory(plant.broker.url, say)
  say('Starting Node-RED …')
  const flows = wholeLine({ opcuaPort: plant.server.port, mqttPort: plant.broker.port, speed })
  running.nodeRed = await startNodeRed({ userDir: data, flows, port: options.port })
  say('')
  say(`  operator dashboard   ${running.nodeRed.url}/dashboard/line`)
  say(`  Node-RED editor      ${running.nodeRed.url}`)
  say(`  OPC UA server        ${plant.server.endpoint}`)
  say(`  MQTT broker          ${plant.broker.url}`)
  say(
    `  data                 ${relative(process.cwd(), data)}/ (ledger, ESG files in esg/); begun afresh at each start, --keep keeps it`,
  )
  say('')
  say('Ctrl-C stops everything.')
  say('')
  await plant.server.subscribed()
  plant.run()
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
