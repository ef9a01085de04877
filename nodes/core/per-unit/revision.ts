/** What a factor or context revision says about a stretch of time, in the form it is laid over facts. */

import { noContext } from '../context/context.ts'
import { isMissing, type ContextRevision, type Segment } from '../records.ts'
import { filled, sameFactor, type ContextSpan } from '../segments.ts'

/** The spans of a revision by machine, the line's own under `''`; a time it does not name is a time without context. */
export function spansByMachine({ line, from, to, spans }: ContextRevision): Map<string, ContextSpan[]> {
  const groups = new Map<string, ContextSpan[]>([['', []]])
  for (const { from, to, ...context } of spans) {
    const machine = context.machine ?? ''
    const group = groups.get(machine) ?? []
    groups.set(machine, group)
    group.push({ from, to, context })
  }
  const whole = { from, to, context: noContext(line) }
  for (const [machine, group] of groups) groups.set(machine, filled(group, whole))
  return groups
}

/** Why the segments of an interval changed with a factor: a row that was used was settled, or one came late. */
export function factorReason(before: readonly Segment[], after: readonly Segment[]): 'factor-settled' | 'late-factor' {
  const isUsed = (s: Segment): boolean => after.some((a) => sameFactor(a.factor, s.factor))
  return before.some((s) => s.factor && !isMissing(s.factor) && !isUsed(s)) ? 'factor-settled' : 'late-factor'
}
