/** Rows of text in columns: numbers to the right, all else to the left. */

export type Cell = string | number | null

const NUMBER = /^[-+]?[\d,]*\.?\d+(e[-+]?\d+)?$/

export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows.map((row) => row.map(cellText))]
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  const isNumber = header.map((_, i) => lines.slice(1).every((line) => line[i] === '–' || NUMBER.test(line[i]!)))
  const pad = (cell: string, i: number): string => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))
  return lines.map((line) => `  ${line.map(pad).join('  ')}`.trimEnd()).join('\n')
}

/** Numbers in the shortest form that reads back to the same double, so that a reader can reckon with them. */
const cellText = (cell: Cell): string => (cell === null ? '–' : String(cell))
