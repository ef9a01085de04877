/** A gateway that sends all it knows in one nested JSON message, under names of its own, each value with its own time. */

import { METER_REPORTS, TOPIC } from '../reporting.ts'
import { byInstant, modelOf, type Device, type Told } from './device.ts'

const GATEWAY = 'acme/leeds/gateway/l1'

const tagOf = new Map(METER_REPORTS.map(({ source, id }) => [source, id]))
/** The PLC's values are named by what they say: `ns=1;s=L1.Order` is `order`. */
const keyOf = (source: string): string => (source === TOPIC.scrap ? 'scrap' : source.split('.').at(-1)!.toLowerCase())

export const GATEWAY_JSON: Device = {
  model: modelOf({
    meter: ({ id }) => ({
      source: GATEWAY,
      path: `meters[tag=${id}].reading.total`,
      timePath: `meters[tag=${id}].read_at`,
      qualityPath: `meters[tag=${id}].reading.state`,
    }),
    signal: ({ source }) => ({
      source: GATEWAY,
      path: `plc.${keyOf(source)}.now`,
      timePath: `plc.${keyOf(source)}.since`,
    }),
  }),
  saysUncertain: true,
  messages(facts) {
    const last = new Map<string, Told>()
    return byInstant(facts, (told, at) => {
      // Two values of one source within an instant: the last one is what the gateway knows when it sends.
      for (const fact of told) last.set(fact.source, fact)
      return [{ topic: GATEWAY, payload: JSON.stringify(snapshot([...last.values()], at)) }]
    })
  },
}

function snapshot(known: readonly Told[], at: number): object {
  const meters = known.filter((fact) => fact.kind === 'reading')
  const signals = known.filter((fact) => fact.kind === 'signal')
  return {
    gateway: 'gw-l1',
    uptime: 86_400,
    sent: new Date(at).toISOString(),
    meters: meters.map(({ source, value, status, at }) => ({
      tag: tagOf.get(source),
      read_at: new Date(at).toISOString(),
      reading: { total: value, state: status.toUpperCase() },
    })),
    // A PLC with seconds of the epoch, as decimals.
    plc: Object.fromEntries(signals.map(({ source, value, at }) => [keyOf(source), { now: value, since: at / 1000 }])),
  }
}
