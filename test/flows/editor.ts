/** A real Node-RED editor in a real browser, to see what a user sees when a flow is imported. */

import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { FlowNode } from './example.ts'

/** The browser of this machine, or `undefined` where there is none. */
export const CHROMIUM = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Imported {
  /** Nodes that the editor marks, with its reasons. */
  invalid: string[]
  /** Types that the editor does not know. */
  unknown: string[]
  /** The flow as the editor exports it. */
  exported: FlowNode[]
}

export class Editor {
  readonly page: Page
  /** What went wrong in the page: uncaught errors and errors on its console. */
  readonly errors: string[] = []
  readonly #browser: Browser

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser
    this.page = page
    page.on('pageerror', (error) => void this.errors.push(error.message))
    page.on('console', (line) => void (line.type() === 'error' && this.errors.push(line.text())))
  }

  static async open(url: string): Promise<Editor> {
    const browser = await chromium.launch({ executablePath: CHROMIUM!, headless: true, args: ARGS })
    const page = await browser.newPage({ viewport: { width: 1800, height: 900 } })
    const editor = new Editor(browser, page)
    await page.goto(url)
    await page.waitForFunction(
      'window.RED?.nodes?.registry?.getNodeList?.().length > 0 && RED.workspaces.active() !== 0',
    )
    return editor
  }

  close(): Promise<void> {
    return this.#browser.close()
  }

  /** Imports a flow as the import dialog does, and exports it again as the export dialog does. */
  take(flow: readonly FlowNode[]): Promise<Imported> {
    return this.page.evaluate(importAndExport, [...flow])
  }
}

interface Shown extends FlowNode {
  valid?: boolean
  validationErrors?: string[]
}
/** The parts of the editor that are used here. */
declare const RED: {
  nodes: {
    getType(type: string): unknown
    node(id: string): Shown | null
    workspace(id: string): object
    groups(tab: string): object[]
    junctions(tab: string): object[]
    filterNodes(filter: { z: string }): object[]
    createExportableNodeSet(nodes: object[]): FlowNode[]
  }
  view: {
    importNodes(flow: FlowNode[], options: { generateIds: boolean; addFlow: boolean }): void
    redraw(updateActive: boolean, synchronous: boolean): void
  }
  workspaces: { show(tab: string): void }
}

/** Runs in the page. */
function importAndExport(flow: FlowNode[]): Imported {
  const drawn = flow.filter(({ type }) => !['tab', 'group'].includes(type))
  const unknown = drawn.filter(({ type }) => !RED.nodes.getType(type)).map(({ type }) => type)
  const tab = flow.find(({ type }) => type === 'tab')!.id
  RED.view.importNodes(flow, { generateIds: false, addFlow: false })
  RED.workspaces.show(tab)
  // The outlines of groups follow from their nodes when they are drawn.
  RED.view.redraw(true, true)
  const invalid = drawn.flatMap(({ id, type, name }) => {
    const shown = RED.nodes.node(id)
    if (shown?.valid) return []
    return [`${type} "${name}": ${shown?.validationErrors?.join(', ') ?? 'not there'}`]
  })
  const on = [...RED.nodes.groups(tab), ...RED.nodes.junctions(tab), ...RED.nodes.filterNodes({ z: tab })]
  const text = JSON.stringify(RED.nodes.createExportableNodeSet([RED.nodes.workspace(tab), ...on]))
  return { invalid, unknown, exported: JSON.parse(text) as FlowNode[] }
}
