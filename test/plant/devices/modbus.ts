/** Meters and a PLC behind Modbus, in the messages of the stock Modbus nodes: lists of 16-bit registers. */

import { METER_REPORTS, NODE, TOPIC } from '../reporting.ts'
import { isTold, modelOf, plainMessage, type Device } from './device.ts'

interface Registers {
  unitid: number
  address: number
  words: string
  /** What the model says beside, where the register counts in another unit than the plant's model. */
  more?: { unit: string; scale: number }
}

const [filler, comp3, oven, packer, gas] = METER_REPORTS.map(({ source }) => source)

/** Names of orders fit into no register: the MES tells them as before. */
const MAP: Readonly<Record<string, Registers>> = {
  [filler!]: { unitid: 1, address: 0x1000, words: 'uint64be', more: { unit: 'kWh', scale: 0.001 } },
  [oven!]: { unitid: 2, address: 0x1000, words: 'float64be' },
  [packer!]: { unitid: 3, address: 0x1000, words: 'float64be' },
  [comp3!]: { unitid: 4, address: 0x2000, words: 'float64le' },
  [gas!]: { unitid: 5, address: 0x0100, words: 'float64le' },
  [NODE.state]: { unitid: 10, address: 0, words: 'uint16be' },
  [NODE.good]: { unitid: 10, address: 2, words: 'uint32be' },
  [TOPIC.scrap]: { unitid: 10, address: 4, words: 'uint32le' },
}

const topicOf = ({ unitid, address }: Registers): string => `modbus/${unitid}/${address}`
const written = ({ source }: { source: string }): object => {
  const at = MAP[source]
  return at ? { source: topicOf(at), words: at.words, ...at.more } : {}
}

export const MODBUS: Device = {
  model: modelOf({ meter: written, signal: written }),
  saysUncertain: false,
  messages: (facts) =>
    facts.flatMap((fact) => {
      const registers = MAP[fact.source]
      if (!registers || !isTold(fact)) return [plainMessage(fact)]
      // A read that fails is reported to Catch nodes; no message comes.
      return typeof fact.value === 'number' ? [messageOf(registers, fact.value, fact.at)] : []
    }),
}

function messageOf(registers: Registers, value: number, at: number): object {
  const { unitid, address, words } = registers
  const payload = encode(words, value)
  return {
    topic: topicOf(registers),
    payload,
    values: payload,
    modbusRequest: { unitid, fc: 3, address, quantity: payload.length },
    sourceTimestamp: new Date(at),
  }
}

/** The registers of a number, as a device writes them. */
export function encode(words: string, value: number): number[] {
  const [, type, bits, order] = /^(uint|float)(16|32|64)(be|le)$/.exec(words)!
  const bytes = Buffer.alloc(Number(bits) / 8)
  if (type === 'float') bytes.writeDoubleBE(value)
  else if (bits === '64') bytes.writeBigUInt64BE(BigInt(value))
  else bytes.writeUIntBE(value, 0, bytes.length)
  const registers = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(2 * i))
  return order === 'be' ? registers : registers.reverse()
}
