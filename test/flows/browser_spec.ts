import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { CHROMIUM, Editor } from './editor.ts'
import { WholeLine } from './line.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** The README's pictures are taken with `UPDATE_SCREENSHOTS=1`; otherwise they go where nobody commits them. */
const PICTURES = join(ROOT, process.env['UPDATE_SCREENSHOTS'] ? 'examples' : 'test-results')

describe('what the operator and the integrator see', () => {
  let line: WholeLine
  let browser: Editor
  let dashboard: Page

  before(async function () {
    this.timeout(120_000)
    if (!CHROMIUM) {
      console.log('SKIPPED: no chromium on this machine, so nobody has looked at the dashboard')
      return this.skip()
    }
    mkdirSync(PICTURES, { recursive: true })
    line = await WholeLine.start('browser', { scenario: 'stuck-valve', speed: 150 })
    browser = await Editor.open(line.nodeRed!.url)
    dashboard = await browser.page.context().browser()!.newPage()
    await dashboard.setViewportSize({ width: 1400, height: 900 })
    await dashboard.goto(`${line.nodeRed!.url}/dashboard/line`)
  })
  after(async function () {
    this.timeout(30_000)
    await browser?.close()
    await line?.stop()
  })

  it('the editor shows the flow with every node valid and no error', async () => {
    await browser.page.evaluate(
      "['toggle-right-sidebar', 'zoom-fit'].forEach((action) => RED.actions.invoke('core:' + action))",
    )
    await browser.page.waitForTimeout(1500)
    const invalid = await browser.page.evaluate(
      '(() => { const bad = []; RED.nodes.eachNode((n) => { if (n.valid === false) bad.push(n.type) }); return bad })()',
    )
    assert.deepEqual(invalid, [])
    assert.deepEqual(browser.errors, [])
    await browser.page.screenshot({ path: join(PICTURES, 'flow.png') })
  }).timeout(30_000)

  it('the dashboard shows CO₂e per unit beside throughput, quality rate, OEE and downtime', async () => {
    for (const title of ['CO₂e per good unit', 'Throughput', 'Quality rate', 'OEE', 'Downtime', 'Carbon alarms']) {
      await dashboard.getByText(title, { exact: true }).first().waitFor({ timeout: 30_000 })
    }
    await dashboard.getByText(/SKU A-500 · order PO-1001/).waitFor({ timeout: 60_000 })
  }).timeout(120_000)

  it('the alarm comes up with its cause; the operator acknowledges it and the line knows', async () => {
    const note = dashboard.getByText(/CO₂e per unit 0\.8\d kg instead of 0\.68 kg: Compressor 3 is short-cycling/)
    await note.waitFor({ timeout: 90_000 })
    await dashboard.waitForTimeout(4_000)
    await dashboard.screenshot({ path: join(PICTURES, 'dashboard.png') })
    await dashboard.getByRole('button', { name: 'Acknowledge' }).click()
    await line.until('the alarm is acknowledged', () => line.alarms.some((a) => a.state === 'acknowledged'), 20)
    await dashboard
      .getByRole('cell', { name: /acknowledged|updated/ })
      .first()
      .waitFor({ timeout: 20_000 })
  }).timeout(150_000)

  it('a name from outside is text on the screen, whatever it contains', async () => {
    const job = { type: 'job', line: 'L1', at: line.plant.now(), action: 'start', sku: '<b>A&B</b>' }
    const order = '<img src="x">'
    await line.plant.broker.publish('acme/leeds/packaging/l1/mes', JSON.stringify({ ...job, order }))
    await dashboard.getByText(`SKU ${job.sku} · order ${order}`).waitFor({ timeout: 60_000 })
    assert.equal(await dashboard.locator('img[src="x"]').count(), 0)
  }).timeout(90_000)
})
