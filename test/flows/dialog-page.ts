/** What runs in the page of the editor, to open dialogs and look at them. */

import type { FlowNode } from './example.ts'

/** The parts of the editor that are used here. */
declare const RED: {
  nodes: {
    node(id: string): (FlowNode & { z?: string; valid: boolean; validationErrors?: string[]; _def: Definition }) | null
    getType(type: string): Definition
  }
  editor: { edit(node: FlowNode): void; editConfig(name: string, type: string, id: string): void }
}
interface Definition {
  defaults: Record<string, { value: unknown; validate?: (this: unknown, value: unknown, opt: object) => unknown }>
  outputs?: number
  outputLabels?: (this: unknown, index: number) => string
}

/** As if each were taken from the palette and filled in. */
export function withDefaults(nodes: FlowNode[]): FlowNode[] {
  return nodes.map((node) => {
    const defaults = Object.entries(RED.nodes.getType(node.type).defaults).map(([key, { value }]) => [key, value])
    return { ...Object.fromEntries(defaults), ...node } as FlowNode
  })
}

/** True where the dialog is that of a configuration node. */
export function openDialog(id: string): boolean {
  const node = RED.nodes.node(id)!
  if (node.z) RED.editor.edit(node)
  else RED.editor.editConfig('', node.type, id)
  return !node.z
}

/** How much wider this machine's font for the editor is than Arial, which the editor asks for; 1 at least. */
export function wideness(): number {
  const sample = 'h back that readings still count'
  const inArialPx = 188.33
  const context = document.createElement('canvas').getContext('2d')!
  context.font = `14px ${getComputedStyle(document.body).fontFamily}`
  return Math.max(1, context.measureText(sample).width / inArialPx)
}

/** What a user sees in the dialog on top, with all rows of its form, and what is wrong with it at a width in px. */
export function look(width: number): { words: string; rawKeys: string[]; unlabelled: string[]; broken: string[] } {
  const form = [...document.querySelectorAll<HTMLElement>('#dialog-form, #node-config-dialog-edit-form')].at(-1)!
  form.style.width = `${width}px`
  for (const row of form.querySelectorAll<HTMLElement>('.form-row')) row.style.display = ''
  const kinds = ':is(input, select, textarea, label, span, button, ol)'
  const parts = [...form.querySelectorAll<HTMLElement>(`.form-row ${kinds}`)]
  const seen = parts.filter((part) => part.getClientRects().length > 0)
  const { right } = form.getBoundingClientRect()
  const nameOf = (part: HTMLElement): string => part.id || part.outerHTML.slice(0, 120)
  const isNamed = (part: HTMLElement): boolean => {
    const labels = [...((part as HTMLInputElement).labels ?? [])].map((label) => label.textContent)
    return [part.getAttribute('aria-label'), ...labels].some((text) => text?.trim())
  }
  const texts = [form.innerText, ...parts.map((part) => part.getAttribute('placeholder') ?? '')]
  return {
    words: form.innerText,
    rawKeys: texts.flatMap((text) => text.match(/carbon-[a-z-]+\.(?!sqlite)[\w.-]+/g) ?? []),
    unlabelled: seen.filter((part) => part.matches('input, select, textarea') && !isNamed(part)).map(nameOf),
    // Out of the form, or a text that goes on in a second line below its label.
    broken: seen
      .filter((part) => part.getBoundingClientRect().right > right + 1 || part.getClientRects().length > 1)
      .map(nameOf),
  }
}

/** The editor takes the reason of a validator with another number of parameters for a yes. */
export function tryValidators(types: string[]): { count: number; wrong: string[] } {
  const all = types.flatMap((type) =>
    Object.entries(RED.nodes.getType(type).defaults).map(([key, { validate }]) => ({
      name: `${type}.${key}`,
      validate,
      type,
    })),
  )
  const own = all.filter(({ validate }) => validate)
  const wrong = own.flatMap(({ name, validate, type }) =>
    [undefined, '', 'x'].flatMap((value) => {
      const told = validate!.call({ type }, value, {})
      const isWord = told === true || (typeof told === 'string' && !/^carbon-|__/.test(told))
      return isWord && validate!.length === 2 ? [] : [`${name} of ${String(value)}: ${String(told)}`]
    }),
  )
  return { count: own.length, wrong }
}

/** What is wrong with a node, in the editor's words. */
export function faultsOf(id: string): string[] {
  const { valid, validationErrors } = RED.nodes.node(id)!
  return valid ? [] : (validationErrors ?? ['invalid'])
}

/** Outputs without a label, and labels that were not found in the catalogue. */
export function portsOf(id: string): { unnamed: number[]; raw: string[] } {
  const node = RED.nodes.node(id)!
  const ports = Array.from({ length: node._def.outputs ?? 0 }, (_, i) => i)
  const labels = ports.map((i) => node._def.outputLabels?.call(node, i) ?? '')
  return { unnamed: ports.filter((i) => !labels[i]), raw: labels.filter((label) => label.includes('carbon-')) }
}
