/** The table of devices in the README: the tests take what to write in the model from there. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const NODES = join(import.meta.dirname, '..', '..', 'nodes')

export interface Row {
  device: string
  /** What the table says to write, as the part of a meter in the plant model. */
  written: { source: string; unit: string }
}

/** The rows of the table in a text of Markdown. */
export function rowsOf(markdown: string): string[] {
  const lines = markdown.split('\n')
  const head = lines.findIndex((line) => line.startsWith('| device or gateway'))
  assert.ok(head >= 0, 'expected a table of devices, got none')
  const end = lines.findIndex((line, i) => i > head && !line.startsWith('|'))
  return lines.slice(head + 2, end).map((line) => line.replaceAll(/ +/g, ' ').trim())
}

export const README = readFileSync(join(NODES, '..', 'README.md'), 'utf8')
export const HELP = readFileSync(join(NODES, 'carbon-plant', 'locales', 'en-US', 'carbon-plant.md'), 'utf8')

export const DEVICES: readonly Row[] = rowsOf(README).map((line) => {
  const [, device, snippet] = line
    .split(' | ')
    .flatMap((cell, i) => (i === 0 ? ['', cell.replace(/^\| /, '')] : [cell]))
  return { device: device!, written: JSON.parse(`{${snippet!.replaceAll('`', '')}}`) as Row['written'] }
})
