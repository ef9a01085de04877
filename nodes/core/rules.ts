/**
 * The version of the calculation rules. Every record names the one that it was made under, through its version of the
 * plant. Raise it, and add a line to the list, whenever the same facts give another figure than before, if only in the
 * last bit: only then a replay can tell a changed rule from a changed record.
 */

export interface Rules {
  version: number
  /** The first release with these rules. */
  release: string
  /** What gives another figure than before. */
  changes: string
}

export const RULES: readonly Rules[] = [
  { version: 1, release: '0.2.0', changes: 'the first rules that are counted' },
  {
    version: 2,
    release: '0.3.0',
    changes:
      'a fall of a count is examined before it is taken for a reset; units in doubt are not known; scale of counts; ' +
      'an interval over more than 3,000 windows counts in no window; nothing is concluded over a silence of 400 days',
  },
]

export const RULES_VERSION = RULES.at(-1)!.version

/** The rules of what names none: release 0.2.0 did not. */
export const UNNAMED_RULES = 1
