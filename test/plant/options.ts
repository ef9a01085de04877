/** The command line of `npm start`. */

import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { SCENARIO_NAMES, scenarioOf, type ScenarioName } from './scenarios.ts'

export interface StartOptions {
  scenario: ScenarioName
  seed: number
  speed: number
  port: number
  opcuaPort: number
  mqttPort: number
  /** Where ledger, exports and the Node-RED user directory lie. */
  data: string
  reset: boolean
}

const ROOT = join(import.meta.dirname, '..', '..')

export const HELP = `Runs the demo line: a simulated plant (OPC UA, MQTT), Node-RED with this package, and the operator dashboard.

  npm start -- [options]

  --scenario NAME   ${SCENARIO_NAMES.join(', ')}  (default stuck-valve)
  --speed N         seconds of plant time in a second  (default 60)
  --seed N          another run of the same scenario  (default 1)
  --port N          Node-RED's port  (default 1880)
  --opcua-port N    the OPC UA server's port  (default 48410)
  --mqtt-port N     the MQTT broker's port  (default 18830)
  --keep            go on with the data of the last run instead of starting afresh
  --help            this text`

const DEFAULTS = { seed: 1, speed: 60, port: 1880, 'opcua-port': 48410, 'mqtt-port': 18830 }

/** Reads the arguments; `null` where help was asked for. Throws with the option, what was expected and what was got. */
export function readOptions(args: string[]): StartOptions | null {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      scenario: { type: 'string', default: 'stuck-valve' },
      seed: text,
      speed: text,
      port: text,
      'opcua-port': text,
      'mqtt-port': text,
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const number = (name: keyof typeof DEFAULTS): number => {
    const given = values[name]
    const n = given === undefined ? DEFAULTS[name] : Number(given)
    if (!Number.isFinite(n) || n <= 0) throw new Error(`--${name}: expected a number above 0, got "${given}"`)
    return n
  }
  return {
    scenario: scenarioOf(values.scenario).name,
    seed: number('seed'),
    speed: number('speed'),
    port: number('port'),
    opcuaPort: number('opcua-port'),
    mqttPort: number('mqtt-port'),
    data: join(ROOT, '.demo'),
    reset: !values.keep,
  }
}
