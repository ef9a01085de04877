/** What a meter makes of a sample: of its number, or of the reason why there is none. */

import type { Meter, MeterResult } from '../core/meter/meter.ts'
import { refusal } from '../core/refused.ts'
import type { Sample } from '../door/sample.ts'

/** What a broker has kept says nothing of when it was measured. */
const REPEATED = 'time: expected one in a message that the broker repeats (retained), got none'

export function resultOf(meter: Meter, sample: Sample, now: number): MeterResult {
  const { value, text, at, from, revision, quality, reason, unit } = sample
  if (sample.isRetained && at === null) return meter.reject(REPEATED)
  if (typeof value !== 'number') {
    const expected = `a number in ${meter.spec.unit}`
    return meter.reject(value === null && reason ? reason : refusal('value', expected, text ?? value).message)
  }
  const isUncertain = quality === 'uncertain'
  const stated = {
    ...(from !== undefined && { from }),
    ...(revision !== undefined && { revision }),
    ...(unit !== undefined && { unit }),
  }
  return meter.add({ at, value, isUncertain, ...stated }, now)
}
