/** Numbers that lie in registers of 16 bits, as Modbus devices send them. */

import { LIMITS } from '../core/limits.ts'
import { follow } from './path.ts'
import { from64Bits } from './sample.ts'

/** Where the path of a model ends at one register of a list: what comes before, and its place. */
const IN_BLOCK = /^(.*)\[(\d+)\]$/

/** The registers of one value in a block of many, from where the path says that it begins. */
export function registersIn(words: string, path: string | undefined, content: unknown): unknown {
  const [, before = '', begin] = IN_BLOCK.exec(path ?? '') ?? []
  const list = before === '' ? content : follow(before, content)?.value
  const count = Number(/\d+/.exec(words)![0]) / 16
  return Array.isArray(list) ? list.slice(Number(begin), Number(begin) + count) : undefined
}

const isRegister = (x: unknown): x is number =>
  Number.isInteger(x) && (x as number) >= -0x8000 && (x as number) <= 0xffff

/**
 * The number in a list of registers. `words` says its type, its bits and which word comes first (`be`: the high one), for
 * example `uint32be`. `undefined` where the list is not of that many registers.
 */
export function fromRegisters(words: string, list: unknown): number | undefined {
  const [, type, bits, order] = /^(uint|int|float)(\d+)(be|le)$/.exec(words)!
  const count = Number(bits) / 16
  if (!Array.isArray(list) || list.length !== count || !list.every(isRegister)) return undefined
  const view = new DataView(new ArrayBuffer(Number(bits) / 8))
  const highFirst = order === 'be' ? list : list.toReversed()
  highFirst.forEach((word, i) => view.setUint16(2 * i, word & 0xffff))
  const value = numberIn(view, type!, Number(bits))
  return Math.abs(value) <= LIMITS.magnitude || Number.isNaN(value) ? value : NaN
}

function numberIn(view: DataView, type: string, bits: number): number {
  if (type === 'float') return bits === 32 ? view.getFloat32(0) : view.getFloat64(0)
  if (bits === 64) return from64Bits(view.getUint32(0), view.getUint32(4), type === 'int')
  if (bits === 32) return type === 'int' ? view.getInt32(0) : view.getUint32(0)
  return type === 'int' ? view.getInt16(0) : view.getUint16(0)
}
