/** How long 100 kB of text hold a station up, whatever they are made of and wherever they stand. */

import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { ProductionDoor } from '../../nodes/door/production.ts'
import { samplesOf } from '../../nodes/door/samples.ts'
import { zoneOf } from '../../nodes/shared/zone.ts'
import { MODEL } from '../nodes/fixtures/good-hour.ts'
import { say } from './say.ts'

const LENGTH = 100_000
const RUNS = 41
const UNITS = ['1', 'x', 'T', ' ', '[', '{"a":', '[1,', '{"a":1},', '"', '\\', '😀', '\0', '\ud800']
const PLACES: Record<string, (text: string) => object> = {
  'as payload': (text) => ({ topic: 'l1/energy', payload: text }),
  'as JSON text': (text) => ({ topic: 'l1/energy', payload: `{"type":"job","order":${jsonOf(text)}}` }),
  'in a list': (text) => ({ topic: 'l1/energy', payload: `[${text}` }),
  'as value': (text) => ({ topic: 'l1/order', payload: { value: text } }),
  'as time': (text) => ({ topic: 'l1/order', payload: { value: 1, timestamp: text } }),
  'as quality': (text) => ({ topic: 'l1/order', payload: { value: 1, quality: text } }),
  'as topic': (text) => ({ topic: text, payload: 1 }),
  'in an event': (text) => ({ payload: { type: 'job', line: 'L1', at: 1.7e12, action: 'start', order: text } }),
}

/** A JSON string of as many characters: escapes make some texts six times as long. */
const jsonOf = (text: string): string =>
  JSON.stringify(text.slice(0, Math.floor((LENGTH * text.length) / JSON.stringify(text).length)))

/** The slowest of all: median of its runs. */
export function refusalCost(): void {
  const read = readPlant(MODEL)
  if ('faults' in read) throw new Error('expected a model without faults')
  const door = new ProductionDoor({ plant: read, believe: (_line, at) => at ?? Date.now(), now: Date.now, zoneOf })
  let slowest = { ms: 0, what: '' }
  for (const unit of UNITS) {
    const text = unit.repeat(LENGTH / unit.length)
    for (const [place, messageOf] of Object.entries(PLACES)) {
      const message = messageOf(text)
      const ms = Math.max(
        median(() => samplesOf(message)),
        median(() => door.read(message)),
      )
      if (ms > slowest.ms) slowest = { ms, what: `${JSON.stringify(unit)} ${place}` }
    }
  }
  say('100 kB of text: the slowest to be refused', `${slowest.ms.toFixed(2)} ms (${slowest.what})`)
}

function median(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now()
    try {
      work()
    } catch {
      // Refused.
    }
    return performance.now() - start
  })
  return times.sort((a, b) => a - b)[RUNS >> 1]!
}
