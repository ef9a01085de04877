/** Machine states as the seven buckets that energy is sorted into. */

import type { StateBucket } from '../records.ts'

const BUCKETS: readonly StateBucket[] = [
  'productive',
  'startup',
  'changeover',
  'idle',
  'stopped',
  'off-shift',
  'unknown',
]

/** PackML (ISA-TR88.00.02) states by number and name; `Held` and `Suspended` keep the machine ready: idle. */
const PACKML: readonly (readonly [number, string, StateBucket])[] = [
  [1, 'clearing', 'stopped'],
  [2, 'stopped', 'stopped'],
  [3, 'starting', 'startup'],
  [4, 'idle', 'idle'],
  [5, 'suspended', 'idle'],
  [6, 'execute', 'productive'],
  [7, 'stopping', 'stopped'],
  [8, 'aborting', 'stopped'],
  [9, 'aborted', 'stopped'],
  [10, 'holding', 'idle'],
  [11, 'held', 'idle'],
  [12, 'unholding', 'startup'],
  [13, 'suspending', 'idle'],
  [14, 'unsuspending', 'startup'],
  [15, 'resetting', 'startup'],
  [16, 'completing', 'productive'],
  [17, 'complete', 'idle'],
  [18, 'deactivating', 'stopped'],
  [19, 'deactivated', 'stopped'],
]

const BY_NAME = new Map<string, StateBucket>([
  ...BUCKETS.map((b) => [b, b] as const),
  ...PACKML.flatMap(([n, name, bucket]) => [[String(n), bucket] as const, [name, bucket] as const]),
])

/**
 * The bucket of a reported state: a name of the plant's own map first, then a bucket, then PackML by name or number.
 * `undefined` for a state that nobody has explained.
 */
export function bucketOf(state: string, stateMap: Readonly<Record<string, StateBucket>>): StateBucket | undefined {
  if (Object.hasOwn(stateMap, state)) return stateMap[state]
  return BY_NAME.get(state.trim().toLowerCase())
}
