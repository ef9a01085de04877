/** The example flows: read, deployed on the bench as they are, their buttons pressed and their debug nodes heard. */

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeAPI, NodeMessage } from 'node-red'
import helper from 'node-red-node-test-helper'

const require = createRequire(import.meta.url)
helper.init(require.resolve('node-red'))

export const ROOT = join(import.meta.dirname, '..', '..')

/** Stock nodes of the examples; the bench knows only what it is given. */
const STOCK_FILES = [
  'common/20-inject',
  'common/21-debug',
  'common/60-link',
  'common/90-comment',
  'function/10-switch',
  'function/15-change',
  'function/80-template',
  'function/89-delay',
  'parsers/70-CSV',
  'sequence/17-split',
]
const PATIENCE_MS = 60_000

export interface FlowNode {
  id: string
  type: string
  name?: string
  [property: string]: unknown
}
type Message = NodeMessage & { topic?: string; qos?: number; retain?: boolean }
type Register = (RED: NodeAPI) => void

/** Names of the examples, in the order a newcomer opens them. */
export const EXAMPLES: readonly string[] = globSync('*.json', { cwd: join(ROOT, 'examples') })
  .map((file) => basename(file, '.json'))
  .sort()

export const textOf = (name: string): string => readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8')
export const flowOf = (name: string): FlowNode[] => JSON.parse(textOf(name)) as FlowNode[]

/** The node types of this package, in the order of the line. */
export const OWN_TYPES: readonly string[] = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes,
)

/** Asserts that a figure is what was worked out by hand. */
export const near = (got: number | null | undefined, expected: number, by = 1e-12): void =>
  assert.ok(Math.abs(got! - expected) <= by, `expected ${expected}, got ${got}`)

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

export class Example {
  /** What nodes reported as errors. */
  readonly faults: unknown[] = []
  readonly #flow: FlowNode[]
  readonly #shown = new Map<string, Message[]>()

  private constructor(flow: FlowNode[]) {
    this.#flow = flow
    for (const { id, type, name = '' } of flow) {
      const node = helper.getNode(id)
      node?.on('call:error', ({ args }: { args: unknown[] }) => void this.faults.push(args[0]))
      if (type !== 'debug') continue
      const messages: Message[] = []
      this.#shown.set(name, messages)
      // As it is at that moment: the nodes before may go on working with what they have sent.
      node.on('input', (message: Message) => void messages.push(structuredClone(message)))
    }
  }

  /** Deploys an example as it is. */
  static async deploy(name: string): Promise<Example> {
    const flow = flowOf(name)
    const own = OWN_TYPES.map((type) => import(`../../nodes/${type}/${type}.ts`) as Promise<{ default: Register }>)
    const stock = STOCK_FILES.map((file) => require(`@node-red/nodes/core/${file}.js`) as Register)
    await helper.load([...stock, ...(await Promise.all(own)).map((module) => module.default)], flow)
    return new Example(flow)
  }

  /** Presses the inject nodes of these names, one after the other. */
  press(...buttons: string[]): void {
    for (const button of buttons) {
      const node = this.#flow.find(({ type, name }) => type === 'inject' && name === button)
      assert.ok(node, `expected a button "${button}", got none`)
      helper.getNode(node.id).receive({})
    }
  }

  /** The messages that a debug node has shown, oldest first. */
  messages(debug: string): readonly Message[] {
    const messages = this.#shown.get(debug)
    assert.ok(messages, `expected a debug node "${debug}", got none`)
    return messages
  }

  /** The payloads that a debug node has shown, oldest first. */
  heard<T>(debug: string): T[] {
    return this.messages(debug).map(({ payload }) => payload as T)
  }

  /** Waits until a debug node has shown a payload that is wanted, and gives it. */
  async seen<T>(debug: string, wanted: (payload: T) => boolean = () => true): Promise<T> {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(20)) {
      const found = this.heard<T>(debug).find(wanted)
      if (found !== undefined) return found
    }
    const last = JSON.stringify(this.heard(debug).at(-1))
    return assert.fail(`"${debug}" never showed what was expected; its last payload: ${last?.slice(0, 500)}`)
  }
}
