/** Where meters and signals are read from: no value is to be two things. */

import { objectsOf, type Findings, type Json } from './findings.ts'

/** Notes doubled sources, and topics that look like a slip of the pen. */
export function checkSources(found: Findings, raw: Json): void {
  const meters = new Map<string, string>()
  const signals = new Map<string, string>()
  objectsOf(raw, 'meters').forEach((meter, i) => {
    const at = `meters[${i}].source`
    checkBlanks(found, meter['source'], at)
    const place = placeOf(meter)
    const other = meters.get(place)
    if (other !== undefined) found.fault(at, `another source than ${other}, or a path of its own`, meter['source'])
    else meters.set(place, at)
  })
  objectsOf(raw, 'signals').forEach((signal, i) => {
    const at = `signals[${i}].source`
    checkBlanks(found, signal['source'], at)
    const place = placeOf(signal)
    const meter = meters.get(place)
    if (meter !== undefined) found.fault(at, `another source than ${meter}, or a path of its own`, signal['source'])
    const same = [place, signal['line'], signal['machine'], signal['role']].join('\0')
    const other = signals.get(same)
    if (other !== undefined) found.warn(at, `says the same as ${other}`)
    else signals.set(same, at)
  })
}

const placeOf = ({ source, path }: Json): string => `${String(source)}\0${String(path ?? '')}`

function checkBlanks(found: Findings, source: unknown, path: string): void {
  if (typeof source === 'string' && source !== source.trim())
    found.warn(path, `begins or ends with a blank: ${JSON.stringify(source)}`)
}
