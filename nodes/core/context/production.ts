/** Units cut like energy: spread over the productive time of their interval, one piece for each context. */

import type { CountInterval } from './counts.ts'
import { isMissing, type Production, type UnitRole } from '../records.ts'
import type { ContextSpan } from '../segments.ts'

export interface Counted {
  line: string
  role: UnitRole
  interval: CountInterval
  /** Ordered partition of the interval. */
  spans: readonly ContextSpan[]
  revision: number
}

const NOTHING = { produced: null, good: null, scrap: null, rework: null }

/**
 * The pieces of a counted interval. Units are spread evenly over the time that was, or may have been, productive; over
 * the whole of it where all of it is known to have been something else. A piece that was not productive holds a known 0;
 * where the count is in doubt, the others hold `null`.
 */
export function piecesOf({ line, role, interval, spans, revision }: Counted): Production[] {
  const productive = spans.filter(mayBeProductive)
  const carrying = productive.length > 0 ? productive : spans
  const time = carrying.reduce((sum, s) => sum + s.to - s.from, 0)
  return spans.map((span) => ({
    type: 'production',
    id: `${line}|${role}|${interval.from}|${interval.to}|${span.from}`,
    revision,
    line,
    from: span.from,
    to: span.to,
    ...NOTHING,
    [role]: carrying.includes(span) ? shareOf(interval.units, span.to - span.from, time) : 0,
    context: span.context,
    flags: interval.flags,
  }))
}

/** A piece without units, to withdraw others where none takes their place. */
export function withdrawal({
  line,
  interval,
  span: { from, to, context },
  revision,
}: Pick<Counted, 'line' | 'interval' | 'revision'> & { span: ContextSpan }): Production {
  const id = `${line}|withdrawn|${interval.from}|${interval.to}`
  return { type: 'production', id, revision, line, from, to, ...NOTHING, context, flags: [] }
}

const shareOf = (units: number | null, ms: number, time: number): number | null =>
  units === null ? null : (units * ms) / time

const mayBeProductive = ({ context }: ContextSpan): boolean =>
  isMissing(context) || context.state === 'productive' || context.state === 'unknown'
