import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeRed, type NodeRed } from '../plant/node-red.ts'
import { CHROMIUM, Editor } from './editor.ts'
import { EXAMPLES, OWN_TYPES, ROOT, flowOf, textOf, type FlowNode } from './example.ts'

/** Stock types that the examples may use, beside tabs and groups; the whole line also has community nodes. */
const STOCK = [
  'inject',
  'debug',
  'comment',
  'link in',
  'link out',
  'switch',
  'change',
  'template',
  'delay',
  'csv',
  'split',
]
const WHOLE_LINE = '07 - The whole line'

describe('the files of the example flows', () => {
  it('are those of the road for a newcomer, numbered', () => {
    assert.deepEqual(
      EXAMPLES.map((name) => name.slice(0, 5)),
      EXAMPLES.map((_, i) => `${String(i + 1).padStart(2, '0')} - `),
    )
    assert.ok(EXAMPLES.length >= 6)
  })

  it('show every node type of this package', () => {
    const types = new Set(EXAMPLES.flatMap((name) => flowOf(name).map(({ type }) => type)))
    assert.deepEqual(
      OWN_TYPES.filter((type) => !types.has(type)),
      [],
    )
  })

  it('have ids of 16 hexadecimal digits, each used once in all of them', () => {
    const ids = EXAMPLES.flatMap((name) => flowOf(name).map(({ id }) => id))
    assert.deepEqual(
      ids.filter((id) => !/^[0-9a-f]{16}$/.test(id)),
      [],
    )
    assert.equal(new Set(ids).size, ids.length)
  })

  for (const name of EXAMPLES) {
    describe(name, () => {
      const flow = flowOf(name)

      it('is one flow, with a comment that tells what to see', () => {
        assert.equal(flow.filter(({ type }) => type === 'tab').length, 1)
        const comment = flow.find(({ type }) => type === 'comment')
        assert.ok(String(comment?.['info']).length > 100)
      })

      it('has no function nodes', () => {
        const functions = flow.filter(({ type }) => type === 'function')
        assert.deepEqual(functions, [])
      })

      if (name !== WHOLE_LINE) {
        it('has stock nodes and ours only, each with a name', () => {
          const nodes = flow.filter(({ type }) => type !== 'tab')
          const known = new Set(['group', ...STOCK, ...OWN_TYPES])
          const strangers = nodes.filter(({ type }) => !known.has(type))
          const nameless = nodes.filter((node) => !node.name)
          assert.deepEqual({ strangers, nameless }, { strangers: [], nameless: [] })
        })
      }

      it('wires and names only what is in it', () => {
        const ids = new Set(flow.map(({ id }) => id))
        const named = (node: FlowNode): unknown[] => [
          ...((node['wires'] as string[][] | undefined) ?? []).flat(),
          ...((node['links'] as string[] | undefined) ?? []),
          ...['plant', 'ledger', 'z', 'g'].map((key) => node[key]).filter(Boolean),
          ...((node['sources'] as string[] | undefined) ?? []),
        ]
        assert.deepEqual(
          flow.flatMap(named).filter((id) => !ids.has(id as string)),
          [],
        )
      })
    })
  }

  describe('in a real editor', () => {
    const userDir = join(ROOT, '.demo', `editor-${process.pid}`)
    let nodeRed: NodeRed | undefined
    let editor: Editor | undefined

    before(async function () {
      if (!CHROMIUM) {
        console.log('      skipped: this machine has no Chromium; set CHROMIUM to the path of one')
        return this.skip()
      }
      this.timeout(120_000)
      mkdirSync(userDir, { recursive: true })
      nodeRed = await startNodeRed({ userDir, flows: [], port: 0 })
      editor = await Editor.open(nodeRed.url)
    })
    after(async () => {
      await editor?.close()
      await nodeRed?.stop()
      rmSync(userDir, { recursive: true, force: true })
    })

    for (const name of EXAMPLES) {
      it(`${name}: every type is known, every node is valid, and the file holds what the editor exports`, async () => {
        const { unknown, invalid, exported } = await editor!.take(flowOf(name))
        assert.deepEqual({ unknown, invalid }, { unknown: [], invalid: [] })
        assert.equal(textOf(name), `${JSON.stringify(flowOf(name), null, 4)}\n`)
        assert.deepEqual(exported.map(withoutOutline), flowOf(name).map(withoutOutline))
        assert.deepEqual(editor!.errors, [])
      }).timeout(60_000)
    }

    it('a node without its plant is shown as invalid, so that the check above means something', async () => {
      const id = 'ffffffffffffffff'
      const flow = [
        { id: 'fffffffffffffffe', type: 'tab', label: 'Without a plant' },
        { id, type: 'carbon-meter', z: 'fffffffffffffffe', name: 'lost', plant: '', x: 200, y: 100, wires: [[], []] },
      ]
      const { invalid } = await editor!.take(flow)
      assert.equal(invalid.length, 1)
      assert.match(invalid[0]!, /^carbon-meter "lost": .*plant/)
    })
  })
})

/** The outline of a group follows from the width of texts, which differs from one machine's fonts to the next. */
function withoutOutline(node: FlowNode): FlowNode {
  if (node.type !== 'group') return node
  const { x: _x, y: _y, w: _w, h: _h, ...rest } = node
  return rest as FlowNode
}
