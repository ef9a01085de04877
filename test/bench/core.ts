/** The method alone, without a store. */

import stock from '@node-red/util'
import { PlantContext } from '../../nodes/core/context/plant-context.ts'
import { FactorTimeline } from '../../nodes/core/factor/factor.ts'
import { Meter } from '../../nodes/core/meter/meter.ts'
import { withFactors } from '../../nodes/core/segments.ts'
import { calculatorOf } from './ledger-file.ts'
import { METERS, MINUTE, T0, events, model, plant, readings, slots } from './plant.ts'
import { megabytes, perSecond, say, timed } from './say.ts'

const HORIZON_MS = 48 * 60 * MINUTE

/** The whole way of a reading: cut by factor and context, booked in five views, every open record told each minute. */
export async function calculate(minutes: number): Promise<void> {
  const factors = new FactorTimeline()
  for (const row of slots(minutes)) factors.add(row)
  const context = new PlantContext(model, plant.calendar)
  for (const event of events(minutes)) if (event.type === 'job') context.take(event)
  const calculator = calculatorOf(HORIZON_MS)
  let [records, segments] = [0, 0]
  const ms = await timed(() => {
    for (const energy of readings(minutes)) {
      energy.segments = withFactors(energy, factors.pieces(energy.carrier, 'GB', energy.from, energy.to))
      context.lay(energy)
      segments += energy.segments.length
      calculator.energy(energy)
      if (energy.meter === 'm0') records += calculator.due('L1', energy.to - MINUTE, true).length
    }
  })
  say(`core: segments cut, summed and told, ${METERS} meters`, perSecond(segments, ms))
  const stock = await timed(() => copied(minutes))
  say('  × the time in which Node-RED copies such a message', (ms / stock).toFixed(1))
  say('core: records told meanwhile', records.toLocaleString('en'))
}

/** What each further wire costs: Node-RED copies the message, whatever is in it. */
function copied(minutes: number): void {
  for (const payload of readings(minutes))
    stock.util.cloneMessage({ _msgid: payload.id, topic: payload.meter, payload })
}

export function memoryOfMeters(count: number): void {
  const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  global.gc?.()
  const before = used()
  const meters = Array.from({ length: count }, (_, i) => new Meter({ ...model.meters[0]!, id: `m${i}` }))
  for (const meter of meters) for (let m = 0; m < 60; m++) meter.add({ at: T0 + m * MINUTE, value: m }, T0 + 86_400_000)
  global.gc?.()
  const held = used() - before
  const kept = meters.filter((meter) => meter.newest !== null).length
  say(`memory of ${kept.toLocaleString('en')} meters with 60 readings each`, megabytes(held))
}
