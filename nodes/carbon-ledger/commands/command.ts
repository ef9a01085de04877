/** What all commands share: their description, their arguments, and the ledger file they look at. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { timeFrom } from '../../core/time.ts'
import { VIEWS, type View } from '../../core/records.ts'
import { LedgerFile } from '../../stores/ledger-file.ts'

export interface Command {
  usage: string
  /** One line. */
  summary: string
  help: string
  /** What stands without a name, in order; all are needed. */
  positionals: readonly string[]
  options: Record<string, { type: 'string' | 'boolean' }>
  /** Gives the exit code. Throws a `UsageError` for arguments that it cannot take, any other error for what fails. */
  run(given: Given): number | Promise<number>
}

export interface Given {
  positionals: string[]
  /** Options by name: a text, or `true` for a switch. */
  values: Record<string, string | boolean | undefined>
}

/** Something is wrong with the arguments: exit code 2. */
export class UsageError extends Error {}

/** The arguments of a command. Throws with the argument, what was expected and what was got. */
export function readArguments({ options, positionals: names }: Command, args: string[]): Given {
  const { values, positionals, tokens } = parseArgs({ args, options, strict: false, tokens: true })
  const known = Object.keys(options).map((name) => `--${name}`)
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const type = Object.hasOwn(options, token.name) ? options[token.name]!.type : undefined
    if (!type) throw new UsageError(`option: expected one of ${[...known, '--help'].join(', ')}, got ${token.rawName}`)
    const fits = (type === 'string') === (token.value !== undefined)
    if (!fits)
      throw new UsageError(`--${token.name}: expected ${type === 'string' ? 'a value, got nothing' : 'no value'}`)
  }
  names.forEach((name, i) => {
    if (!positionals[i]) throw new UsageError(`${name}: expected one, got nothing`)
  })
  const more = positionals.slice(names.length)
  if (more.length > 0) throw new UsageError(`expected ${names.length} arguments, got "${more.join(' ')}" besides`)
  return { positionals, values: values as Given['values'] }
}

/** Works on a ledger file that is opened read-only, with the archives of a folder where one is named. */
export function withLedger(path: string, work: (file: LedgerFile) => number, archive?: string): number {
  checkFile(path)
  const file = opened(path, archive)
  try {
    return work(file)
  } finally {
    file.close()
  }
}

function opened(path: string, archive: string | undefined): LedgerFile {
  try {
    return new LedgerFile(path, archive, (notice) => console.error(notice))
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

export function checkFile(path: string): void {
  if (!process.getBuiltinModule?.('node:sqlite'))
    throw new Error(`expected Node.js 22.13 or newer, which has SQLite, got ${process.version}`)
  if (!existsSync(path)) throw new UsageError(`expected a ledger file, got nothing at ${path}`)
}

/** `--from` and `--to`; not given, they are not bounds. */
export function periodOf({ values }: Given): { from?: number; to?: number } {
  const [from, to] = [time(values['from'], '--from'), time(values['to'], '--to')]
  if (from !== undefined && to !== undefined && to <= from) {
    throw new UsageError(`--to: expected a time after ${iso(from)}, got ${iso(to)}`)
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** A time that must be given. */
export function timeOf({ values }: Given, name: string): number {
  const given = time(values[name], `--${name}`)
  if (given === undefined) throw new UsageError(`--${name}: expected a time, got nothing`)
  return given
}

/** A folder, if one is given. */
export function folderOf({ values }: Given, name: string): string | undefined {
  const folder = values[name]
  return typeof folder === 'string' ? resolve(folder) : undefined
}

/** A period whose two ends must be given. */
export function wholePeriodOf(given: Given): { from: number; to: number } {
  const { from, to } = periodOf(given)
  if (from === undefined) throw new UsageError('--from: expected a time, got nothing')
  if (to === undefined) throw new UsageError('--to: expected a time, got nothing')
  return { from, to }
}

export function viewOf({ values }: Given): View | undefined {
  const view = values['view']
  if (view === undefined || VIEWS.includes(view as View)) return view as View | undefined
  throw new UsageError(`--view: expected one of ${VIEWS.join(', ')}, got ${String(view)}`)
}

function time(value: string | boolean | undefined, name: string): number | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return timeFrom(/^\d+$/.test(value) ? Number(value) : value, name)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** ISO 8601 in UTC; an end of time that a date cannot hold as the number it is. */
export const iso = (ms: number): string => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace('.000Z', 'Z')
}
