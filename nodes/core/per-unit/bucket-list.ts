/** The buckets of a record in a fixed order, and put together by meter and by carrier. */

import { joinedId } from '../ids.ts'
import type { Bucketed } from './cell.ts'

type Groups = ReadonlyMap<string, readonly Bucketed[]>

/** Which buckets there are changes seldom, what is in them with every fact: so a list is kept for many revisions. */
export class BucketList {
  /** In a fixed order, so that sums over them are the same whatever came first. */
  readonly all: readonly Bucketed[]
  readonly ofMeter: Groups
  readonly ofCarrier: Groups

  constructor(buckets: readonly Bucketed[]) {
    const named = buckets.map((b) => [joinedId([b.state, b.meter, b.carrier]), b] as const)
    this.all = named.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bucket]) => bucket)
    this.ofMeter = grouped(this.all, (b) => b.meter)
    this.ofCarrier = grouped(this.all, (b) => b.carrier)
  }
}

function grouped(buckets: readonly Bucketed[], nameOf: (b: Bucketed) => string): Groups {
  const groups = new Map<string, Bucketed[]>()
  for (const bucket of buckets) {
    const group = groups.get(nameOf(bucket))
    if (group) group.push(bucket)
    else groups.set(nameOf(bucket), [bucket])
  }
  return groups
}
