/** What follows from a fact about production: units cut anew, and a time whose context has changed. */

import type { ContextRevision, Production } from '../records.ts'
import type { Change } from './track.ts'

/** What a fact leads to. */
export interface ContextOutcome {
  production: Production[]
  revision?: ContextRevision
  /** Why the fact could not be read: it ends what stood before. */
  unread?: string
}

/** What of an outcome is about a stretch of time. */
export function within({ production, revision, ...rest }: ContextOutcome, { from, to }: Change): ContextOutcome {
  const touches = (x: Change): boolean => x.from < to && x.to > from
  const pieces = { ...rest, production: production.filter(touches) }
  if (!revision || !touches(revision)) return pieces
  const cut = <T extends Change>(x: T): T => ({ ...x, from: Math.max(x.from, from), to: Math.min(x.to, to) })
  const spans = revision.spans.filter(touches).map(cut)
  return { ...pieces, revision: { ...cut(revision), spans, production: (revision.production ?? []).filter(touches) } }
}

/** Two outcomes of one fact, of stretches that follow each other, as one. */
export function joined(a: ContextOutcome, b: ContextOutcome): ContextOutcome {
  const production = [...a.production, ...b.production]
  if (!a.revision || !b.revision) return { ...a, ...b, production }
  const [first, second] = [a.revision, b.revision]
  const revision = {
    ...first,
    to: second.to,
    spans: [...first.spans, ...second.spans],
    production: [...(first.production ?? []), ...(second.production ?? [])],
  }
  return { ...a, ...b, production, revision }
}
