/** Where meters and signals are read from: no value is to be two things. */

import { UNIT_ROLES } from '../records.ts'
import { objectsOf, type Findings, type Json } from './findings.ts'

/** Notes doubled sources, and topics that look like a slip of the pen. */
export function checkSources(found: Findings, raw: Json): void {
  const meters = new Map<string, string>()
  objectsOf(raw, 'meters').forEach((meter, i) => {
    const at = `meters[${i}].source`
    checkBlanks(found, meter['source'], at)
    const place = placeOf(meter)
    const other = meters.get(place)
    if (other !== undefined) found.fault(at, `another source than ${other}, or a path of its own`, meter['source'])
    else meters.set(place, at)
  })
  checkSignals(found, objectsOf(raw, 'signals'), meters)
}

function checkSignals(found: Findings, signals: readonly Json[], meters: ReadonlyMap<string, string>): void {
  const known = new Map<string, string>()
  const totals = new Map<string, string>()
  signals.forEach((signal, i) => {
    const at = `signals[${i}].source`
    checkBlanks(found, signal['source'], at)
    const { line, role, machine, kind = 'total' } = signal
    const meter = meters.get(placeOf(signal))
    if (meter !== undefined) found.fault(at, `another source than ${meter}, or a path of its own`, signal['source'])
    const same = firstOf(known, [placeOf(signal), line, machine, role], at)
    if (same !== undefined) found.warn(at, `says the same as ${same}`)
    else if ((UNIT_ROLES as readonly unknown[]).includes(role) && kind === 'total') {
      const other = firstOf(totals, [line, role], at)
      if (other !== undefined) found.warn(at, `is taken for the same running total as ${other}`)
    }
  })
}

/** Where the same was said before; where it was not, it is noted. */
function firstOf(known: Map<string, string>, parts: unknown[], at: string): string | undefined {
  const key = parts.join('\0')
  const first = known.get(key)
  if (first === undefined) known.set(key, at)
  return first
}

const placeOf = ({ source, path }: Json): string => `${String(source)}\0${String(path ?? '')}`

function checkBlanks(found: Findings, source: unknown, path: string): void {
  if (typeof source === 'string' && source !== source.trim())
    found.warn(path, `begins or ends with a blank: ${JSON.stringify(source)}`)
}
