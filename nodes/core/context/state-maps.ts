/** What the states of the common vocabularies are among the seven buckets, by number and name. */

import type { StateBucket } from '../records.ts'

type Row = readonly [number: number, name: string, bucket: StateBucket]

/** PackML (ISA-TR88.00.02); `Held` and `Suspended` keep the machine ready: idle. */
const PACKML: readonly Row[] = [
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

/** MachineryItemState of OPC 40001-1. */
const OPC_40001: readonly Row[] = [
  [0, 'notavailable', 'stopped'],
  [1, 'outofservice', 'stopped'],
  [2, 'notexecuting', 'idle'],
  [3, 'executing', 'productive'],
]

/** WS_Cur_State of the Weihenstephan Standards: one bit each. Lack and tailback keep the machine ready: idle. */
const WEIHENSTEPHAN: readonly Row[] = [
  [1, 'stopped', 'stopped'],
  [2, 'starting', 'startup'],
  [4, 'prepared', 'idle'],
  [8, 'lack', 'idle'],
  [16, 'tailback', 'idle'],
  [32, 'lackbranchline', 'idle'],
  [64, 'tailbackbranchline', 'idle'],
  [128, 'operating', 'productive'],
  [256, 'stopping', 'stopped'],
  [512, 'aborting', 'stopped'],
  [1024, 'equipmentfailure', 'stopped'],
  [2048, 'externalfailure', 'stopped'],
  [4096, 'emergencystop', 'stopped'],
  [8192, 'holding', 'idle'],
  [16384, 'held', 'idle'],
  [32768, 'idle', 'idle'],
]

/** The classic data model of the United Manufacturing Hub; a state may be told more closely within its ten thousand. */
const UMH: readonly Row[] = [
  [10_000, 'producingatfullspeed', 'productive'],
  [20_000, 'producingatlowerthanfullspeed', 'productive'],
  [30_000, 'unknown', 'unknown'],
  [40_000, 'unspecifiedstop', 'stopped'],
  [40_100, 'idle', 'idle'],
  [40_200, 'operatorinteraction', 'stopped'],
  [50_000, 'microstop', 'stopped'],
  [60_000, 'inletjam', 'idle'],
  [70_000, 'outletjam', 'idle'],
  [80_000, 'congestionbypass', 'idle'],
  [90_000, 'materialissueother', 'idle'],
  [100_000, 'changeover', 'changeover'],
  [110_000, 'cleaning', 'changeover'],
  [120_000, 'emptying', 'changeover'],
  [130_000, 'settingup', 'startup'],
  [140_000, 'operatornotatmachine', 'idle'],
  [150_000, 'operatorbreak', 'idle'],
  [160_000, 'noshift', 'off-shift'],
  [170_000, 'noorder', 'idle'],
  [180_000, 'equipmentfailure', 'stopped'],
  [190_000, 'externalfailure', 'stopped'],
  [200_000, 'externalinterference', 'stopped'],
  [210_000, 'preventivemaintenancestop', 'stopped'],
  [220_000, 'technicalotherstop', 'stopped'],
]
const UMH_STEP = 10_000
const UMH_END = 230_000

/** A vocabulary: the bucket of a number; names mean the same in all of them. */
export type StateMap = (number: number) => StateBucket | undefined

const numbered = (rows: readonly Row[]): StateMap => {
  const byNumber = new Map(rows.map(([number, , bucket]) => [number, bucket]))
  return (number) => byNumber.get(number)
}
const umhNumber = numbered(UMH)
const umh: StateMap = (number) =>
  number < UMH_END ? (umhNumber(number) ?? umhNumber(number - (number % UMH_STEP))) : undefined
const packml = numbered(PACKML)

/** By the name that a signal of the plant model gives as its `map`. Without one: PackML, whose numbers UMH's are all above. */
export const STATES_BY_NUMBER = {
  packml,
  'opc-40001': numbered(OPC_40001),
  weihenstephan: numbered(WEIHENSTEPHAN),
  umh,
} as const satisfies Record<string, StateMap>
export type StateMapName = keyof typeof STATES_BY_NUMBER

export const anyNumber: StateMap = (number) => packml(number) ?? umh(number)

/** Names of all vocabularies, in small letters and without blanks. */
export const STATES_BY_NAME: ReadonlyMap<string, StateBucket> = new Map(
  [...UMH, ...WEIHENSTEPHAN, ...OPC_40001, ...PACKML].map(([, name, bucket]) => [name, bucket]),
)
