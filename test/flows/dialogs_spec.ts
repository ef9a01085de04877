import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeRed, type NodeRed } from '../plant/node-red.ts'
import { faultsOf, look, openDialog, portsOf, tryValidators, withDefaults, wideness } from './dialog-page.ts'
import { CHROMIUM, Editor } from './editor.ts'
import { OWN_TYPES, ROOT, type FlowNode } from './example.ts'
import { userDirFor } from './line.ts'

/** What is left for a form in a dialog of 430 px, the narrowest that it must be good for. */
const NARROW = 390
const PICTURES = join(ROOT, 'test-results', 'dialogs')

const MODEL = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'Europe/London',
  gridZone: 'GB',
  lines: [{ id: 'L1', area: 'Packaging', machines: [{ id: 'oven' }] }],
  meters: [{ id: 'oven-e', source: 'oven', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
}
const CONFIGS = ['carbon-plant', 'carbon-ledger', 'carbon-factor-source']
/** What a user fills in beside the plant and the ledger, and a row where a dialog has a list. */
const FILLED: Record<string, object> = {
  'carbon-plant': { model: JSON.stringify(MODEL, null, 2) },
  'carbon-factor-source': { table: '[{ "kgPerKWh": 0.2 }]' },
  'carbon-factor': { sources: ['carbon-factor-source'] },
  'carbon-kpi': { format: 'opcua', opcuaNodes: [{ nodeId: 'ns=1;s=L1.CO2e', datatype: 'Double', field: 'value' }] },
}

/** A node of a type; its id is the name of the type. */
const nodeOf = (type: string, i: number): FlowNode => ({
  ...{ id: type, type, ...FILLED[type] },
  ...(!CONFIGS.includes(type) && { plant: 'carbon-plant', ledger: 'carbon-ledger', z: 'tab', x: 200, y: 60 * i }),
  ...(!CONFIGS.includes(type) && { wires: [] }),
})

/** These have a list that a flow written by hand may leave out. */
const BARE = ['carbon-per-unit', 'carbon-kpi']
const bareOf = (type: string): FlowNode => ({
  ...{ id: `bare-${type}`, type, plant: 'carbon-plant', z: 'tab', x: 500, y: 60, wires: [] },
})

describe('the dialogs, in a real editor', () => {
  let nodeRed: NodeRed | undefined
  let editor: Editor | undefined
  let userDir: string | undefined

  before(async function () {
    if (!CHROMIUM) {
      console.log('      skipped: this machine has no Chromium; set CHROMIUM to the path of one')
      return this.skip()
    }
    this.timeout(120_000)
    mkdirSync(PICTURES, { recursive: true })
    userDir = userDirFor('dialogs')
    nodeRed = await startNodeRed({ userDir, flows: [{ id: 'tab', type: 'tab', label: 'Dialogs' }], port: 0 })
    editor = await Editor.open(nodeRed.url)
    editor.page.setDefaultTimeout(8_000)
    const filled = await editor.page.evaluate(withDefaults, OWN_TYPES.map(nodeOf))
    await deploy([{ id: 'tab', type: 'tab', label: 'Dialogs' }, ...filled, ...BARE.map(bareOf)])
  })
  after(async () => {
    await editor?.close()
    await nodeRed?.stop()
    if (userDir) rmSync(userDir, { recursive: true, force: true })
  })

  async function deploy(flow: FlowNode[]): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    await fetch(`${nodeRed!.url}/flows`, { method: 'POST', headers, body: JSON.stringify(flow) })
    await editor!.page.reload()
    await editor!.page.waitForFunction("window.RED?.nodes?.node?.('carbon-plant')?.valid")
  }

  /** Opens the dialog of a node, and presses its button when `see` has seen it. */
  async function through(id: string, see: () => Promise<void>): Promise<void> {
    const { page } = editor!
    const isConfig = await page.evaluate(openDialog, id)
    const done = page.locator(isConfig ? '#node-config-dialog-ok' : '#node-dialog-ok')
    // The dialog slides in: there when its button stands still.
    await done.hover()
    try {
      await see()
    } finally {
      await done.click()
    }
    await page.waitForFunction("document.querySelectorAll('.red-ui-tray').length === 0")
  }

  async function shoot(name: string): Promise<void> {
    const { page } = editor!
    for (const isDark of [false, true]) {
      await page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${isDark})`)
      const path = join(PICTURES, `${name}-${isDark ? 'dark' : 'light'}.png`)
      await page.locator('.red-ui-tray').last().screenshot({ path, animations: 'disabled' })
    }
    await page.evaluate("document.documentElement.classList.remove('nr-theme-dark')")
  }

  for (const type of OWN_TYPES) {
    it(`${type} has its words and labels, fits, and is valid when it is done`, async () => {
      const { page, errors } = editor!
      await through(type, async () => {
        await shoot(type)
        const { words, ...faults } = await page.evaluate(look, NARROW * (await page.evaluate(wideness)))
        assert.match(words, /Name/)
        assert.deepEqual(faults, { rawKeys: [], unlabelled: [], broken: [] })
      })
      assert.deepEqual(await page.evaluate(faultsOf, type), [])
      assert.deepEqual(await page.evaluate(portsOf, type), { unnamed: [], raw: [] })
      assert.deepEqual(errors, [])
    }).timeout(15_000)
  }

  it('validators take two parameters, throw at nothing that is missing, and give their reasons in words', async () => {
    const { count, wrong } = await editor!.page.evaluate(tryValidators, [...OWN_TYPES])
    assert.ok(count > 20, `${count} validators`)
    assert.deepEqual(wrong, [])
  })

  for (const type of BARE) {
    it(`${type} of a flow written by hand, with no more than its plant, opens and says what it lacks`, async () => {
      const { page, errors } = editor!
      const { id } = bareOf(type)
      assert.deepEqual(await page.evaluate(faultsOf, id), ['Views: choose at least one view'])
      await through(id, () => Promise.resolve())
      assert.deepEqual(errors, [])
    }).timeout(15_000)
  }
})
