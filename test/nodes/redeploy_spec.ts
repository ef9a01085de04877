import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import helper from 'node-red-node-test-helper'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { onInput } from '../../nodes/shared/input.ts'
import { redeployed } from './fixtures/redeploys.ts'

describe('a deploy under load', () => {
  let folder: string
  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'redeploy-'))))
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  it('loses no delta count and no power sample, and answers every message once (30 deploys of each type)', async () => {
    const { sent, received, unanswered, twice, lost, ok } = await redeployed({ folder, deploys: 90 })
    assert.ok(received > 500 && received <= sent, `${received} of ${sent}`)
    assert.deepEqual({ unanswered, twice, lost, ok }, { unanswered: 0, twice: 0, lost: [], ok: true })
  }).timeout(60_000)

  /** A node that takes a message when it is told to, and what it has taken. */
  const slow = (taken: string[], work: () => Promise<void>, ready?: () => Promise<void>) => (RED: NodeAPI) => {
    function Slow(this: Node, config: { name: string }): void {
      RED.nodes.createNode(this, config as never)
      const { name } = config
      const handle = (message: object): Promise<void> => {
        taken.push(`${name} ${(message as { payload: string }).payload}`)
        return work()
      }
      onInput(this, handle, ready?.())
    }
    RED.nodes.registerType('slow', Slow as never)
  }
  const flow = (name: string, isThere = true): { id: string; type: string }[] =>
    [
      { id: 'tab', type: 'tab' },
      ...(isThere ? [{ id: 's', type: 'slow', z: 'tab', name, x: 0, y: 0, wires: [['out']] }] : []),
      { id: 'out', type: 'helper', z: 'tab', x: 0, y: 0 },
      { id: 'done', type: 'complete', z: 'tab', scope: ['s'], x: 0, y: 0, wires: [['answered']] },
      { id: 'answered', type: 'helper', z: 'tab', x: 0, y: 0 },
    ] as object[] as { id: string; type: string }[]
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

  it('hands what waits for a node that is not ready to the one that comes after it', async () => {
    const taken: string[] = []
    const ready = [new Promise<void>(() => undefined), Promise.resolve()]
    await helper.load(
      [
        carbonPlant,
        slow(
          taken,
          () => Promise.resolve(),
          () => ready.shift()!,
        ),
      ],
      flow('old'),
    )
    helper.getNode('s').receive({ payload: 'a' })
    await helper.setFlows(flow('new'))
    await turn()
    assert.deepEqual(taken, ['new a'])
  })

  it('lets the next node answer what was under way', async () => {
    const taken: string[] = []
    let finish = (): void => undefined
    await helper.load([carbonPlant, slow(taken, () => new Promise((resolve) => (finish = resolve)))], flow('old'))
    helper.getNode('s').receive({ payload: 'a' })
    await helper.setFlows(flow('new'))
    const answered: unknown[] = []
    helper.getNode('answered').on('input', (m: { payload: string }) => void answered.push(m.payload))
    finish()
    await turn()
    assert.deepEqual([taken, answered], [['old a'], ['a']])
  })

  it('hands what is delivered to a closed node to the one that is there', async () => {
    const taken: string[] = []
    await helper.load([carbonPlant, slow(taken, () => Promise.resolve())], flow('old'))
    const old = helper.getNode('s')
    await helper.setFlows(flow('new'))
    old.receive({ payload: 'late' })
    await turn()
    assert.deepEqual(taken, ['new late'])
  })

  it('fails what a node still had that was removed', async () => {
    const taken: string[] = []
    await helper.load(
      [
        carbonPlant,
        slow(
          taken,
          () => Promise.resolve(),
          () => new Promise(() => undefined),
        ),
      ],
      flow('old'),
    )
    const failed: string[] = []
    const old = helper.getNode('s')
    old.on('call:error', ({ args }: { args: [Error] }) => void failed.push(args[0].message))
    old.receive({ payload: 'a' })
    await helper.setFlows(flow('', false))
    await turn()
    assert.deepEqual(failed, ['message: expected to be taken, but the node was removed'])
  })
})
