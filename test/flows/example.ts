/** The example flows: read, deployed on the bench as they are, their buttons pressed and their debug nodes heard. */

import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { NodeAPI } from 'node-red'
import helper from 'node-red-node-test-helper'

const require = createRequire(import.meta.url)
helper.init(require.resolve('node-red'))

/** Stock nodes in the examples; the bench loads only those that it is given. */
const STOCK = [
  'common/20-inject',
  'common/21-debug',
  'common/90-comment',
  'function/10-switch',
  'function/15-change',
  'function/80-template',
  'function/89-delay',
  'parsers/70-CSV',
  'sequence/17-split',
]
const ROOT = join(import.meta.dirname, '..', '..')

type Register = (RED: NodeAPI) => void

export interface FlowNode {
  id: string
  type: string
  name?: string
  [property: string]: unknown
}

/** File names of the examples, without `.json`, in the order a newcomer opens them. */
export const exampleNames = (): string[] =>
  globSync('*.json', { cwd: join(ROOT, 'examples') })
    .map((file) => basename(file, '.json'))
    .sort()

export const readExample = (name: string): FlowNode[] =>
  JSON.parse(readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8')) as FlowNode[]

/** The types that this package brings, in the order of the line. */
export const ownTypes = (): string[] => {
  const { 'node-red': registered } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    'node-red': { nodes: Record<string, string> }
  }
  return Object.keys(registered.nodes)
}

export interface Example {
  /** Presses the inject node of a name. */
  press(name: string): void
  /** Everything that a debug node of a name has shown, oldest first. */
  heard<T>(debug: string): T[]
  /** What the nodes reported by `node.error`. */
  faults: unknown[]
}

/** Deploys an example as it is. */
export async function deployExample(name: string): Promise<Example> {
  const flow = readExample(name)
  const own = await Promise.all(
    ownTypes()
      .filter((t) => !['carbon-anomaly', 'carbon-kpi'].includes(t))
      .map((type) => import(`../../nodes/${type}/${type}.ts`) as Promise<{ default: Register }>),
  )
  const stock = STOCK.map((file) => require(`@node-red/nodes/core/${file}.js`) as Register)
  await helper.load([...stock, ...own.map((module) => module.default)], flow)
  const named = (type: string, wanted: string): FlowNode => {
    const found = flow.find((node) => node.type === type && node.name === wanted)
    if (!found) throw new Error(`${name}: expected ${type} "${wanted}", got none`)
    return found
  }
  const faults: unknown[] = []
  const shown = new Map<string, unknown[]>()
  for (const { id, type } of flow) {
    const node = helper.getNode(id)
    if (!node) continue
    node.on('call:error', ({ args }: { args: unknown[] }) => void faults.push(args[0]))
    if (type !== 'debug') continue
    const payloads: unknown[] = []
    shown.set(id, payloads)
    // As it was at that moment: nodes may still work on what they have sent.
    node.on('input', ({ payload }: { payload: unknown }) => void payloads.push(structuredClone(payload)))
  }
  return {
    press: (button) => helper.getNode(named('inject', button).id).receive({}),
    heard: <T>(debug: string) => shown.get(named('debug', debug).id) as T[],
    faults,
  }
}
