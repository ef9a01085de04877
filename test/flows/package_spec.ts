import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeRed, type NodeRed } from '../plant/node-red.ts'
import { EXAMPLES } from './example.ts'
import { userDirFor } from './line.ts'

const ROOT = join(import.meta.dirname, '..', '..')
interface Manifest {
  name: string
  bin: Record<string, string>
  dependencies: Record<string, string>
  'node-red': { nodes: Record<string, string> }
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const NODES = Object.keys(manifest['node-red'].nodes)

describe('the package as npm packs it, in a real Node-RED', () => {
  let nodeRed: NodeRed
  let installed: string

  before(async function () {
    this.timeout(60_000)
    const userDir = userDirFor('package')
    const tarball = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', userDir], {
      cwd: ROOT,
    })
    installed = join(userDir, 'node_modules', manifest.name)
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', join(userDir, tarball.toString().trim()), '-C', installed, '--strip-components=1'])
    nodeRed = await startNodeRed({ userDir, flows: [], port: 0, installed: true })
  })
  after(async () => {
    await nodeRed?.stop()
    rmSync(join(installed, '..', '..', '..'), { recursive: true, force: true })
  })

  const get = async (path: string, accept = 'application/json'): Promise<Response> => {
    const response = await fetch(`${nodeRed.url}/${path}`, { headers: { accept } })
    assert.equal(response.status, 200, path)
    return response
  }

  it('loads every node, without an error', async () => {
    const sets = (await (await get('nodes')).json()) as {
      module: string
      name: string
      enabled: boolean
      err?: string
      types: string[]
    }[]
    const ours = sets.filter((s) => s.module === manifest.name)
    assert.deepEqual(ours.map((s) => s.name).sort(), [...NODES].sort())
    for (const { name, enabled, err, types } of ours) {
      assert.ok(enabled && err === undefined, `${name}: ${err}`)
      assert.deepEqual(types, [name])
    }
  })

  it('serves dialogs, words, help and an icon for every node', async () => {
    const html = await (await get('nodes', 'text/html')).text()
    for (const node of NODES) {
      assert.match(html, new RegExp(`data-template-name="${node}"`))
      assert.match(html, new RegExp(`data-help-name="${node}"`))
      const words = (await (await get(`nodes/${manifest.name}/${node}/messages?lng=en-US`)).json()) as Record<
        string,
        unknown
      >
      assert.ok(words[node], `words of ${node}`)
      assert.ok(existsSync(join(installed, 'dist', node, 'icons', `${node}.svg`)), `icon of ${node}`)
    }
  })

  it('brings the schema of the plant model', () =>
    assert.ok(existsSync(join(installed, 'dist', 'plant-model.schema.json'))))

  it('registers each node with a literal that the Flow Library can read', () => {
    for (const node of NODES) {
      const html = readFileSync(join(installed, 'dist', node, `${node}.html`), 'utf8')
      assert.match(html, new RegExp(`RED\\.nodes\\.registerType\\("${node}", \\{\\s+category: "`), node)
      assert.doesNotMatch(html, /registerType\([^)]*\.\.\./, node)
    }
  })

  it('offers its examples', async () => {
    const library = await (await get(`library/examples/flows/${manifest.name}/`)).text()
    assert.equal(library.match(/\d\d - /g)?.length, EXAMPLES.length, library)
  })

  it('holds nothing but what users need', () => {
    for (const stray of ['test', 'nodes', '.ci', '.demo']) assert.ok(!existsSync(join(installed, stray)), stray)
    assert.ok(Object.keys(manifest.dependencies).length <= 6)
    assert.ok(existsSync(join(installed, manifest.bin['mes-carbon']!)))
  })
})
