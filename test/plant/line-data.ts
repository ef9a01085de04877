/** Nameplate and consumption figures of line L1: what the physics runs on. */

export const MACHINES = ['filler', 'oven', 'packer'] as const
export type Machine = (typeof MACHINES)[number]
/** What has a meter: the three machines' electricity, the compressor's, and the oven's gas. */
export const METERS = ['filler-e', 'comp3-e', 'oven-e', 'packer-e', 'oven-gas'] as const
export type MeterId = (typeof METERS)[number]

/** The PackML states (OPC 30050) that the line goes through. */
export const STATE = { stopped: 2, starting: 3, idle: 4, suspended: 5, execute: 6, resetting: 15 } as const
export type StateNumber = (typeof STATE)[keyof typeof STATE]

export interface Sku {
  sku: string
  recipe: string
  name: string
  unitsPerHour: number
  idealSecondsPerUnit: number
  massKg: number
  /** kWh that one produced unit takes on top of the machines' base load. */
  kWhPerUnit: Record<Machine | 'gas', number>
  /** Compressed air of one produced unit, share of a second's full delivery of the compressor. */
  airPerUnit: number
}

/** Share of the produced units that is scrapped when nothing is wrong. */
export const SCRAP_SHARE = 0.02
/** kg CO₂e per kWh of natural gas, gross calorific value: US EPA emission factor hub, AR5. */
export const GAS_KG_PER_KWH = 0.181234
/** Mean of the grid's factor, kg CO₂e per kWh. */
export const GRID_KG_PER_KWH = 0.4

/** Load that does not depend on the pace, kW in Execute. */
export const BASE_KW: Readonly<Record<Machine | 'gas', number>> = { filler: 95, oven: 140, packer: 60, gas: 180 }
/** Share of the base load that stays on in each state. */
export const BASE_SHARE: Readonly<Record<StateNumber, number>> = { 2: 0.4, 3: 1, 4: 0.95, 5: 1, 6: 1, 15: 0.6 }

const A500_UNITS_PER_HOUR = 900
const A500_GOOD_PER_HOUR = A500_UNITS_PER_HOUR * (1 - SCRAP_SHARE)
/**
 * kWh per good unit of A-500 when all is well. With the compressor's 0.45 and the factors above:
 * 0.4 × (0.36 + 0.39815 + 0.22 + 0.45) + 0.181234 × 0.6 = 0.68 kg CO₂e per good unit.
 */
const A500_KWH_PER_GOOD = { filler: 0.36, oven: 0.39815, packer: 0.22, gas: 0.6 }
const COMP3_KWH_PER_GOOD = 0.45
/** What the faulty valve makes of it: 0.4 × (0.925 − 0.45) = 0.19 kg more, 0.87 in all. */
const COMP3_FAULTY_KWH_PER_GOOD = 0.925

/** Comp3: a 1.1 MW machine with load/unload control on a receiver. */
export const COMPRESSOR = {
  loadedKW: 1100,
  /** 25 % of the loaded power. */
  unloadedKW: 275,
  standbyKW: 1.5,
  cutInBar: 6.8,
  cutOutBar: 7.6,
  /** Seconds of full delivery that raise the receiver from cut-in to cut-out with no demand. */
  receiverSeconds: 18.2,
  /** The intake valve needs this long to open after the cut-in pressure was passed. */
  loadDelaySeconds: 1,
  /** Running unloaded this long stops the motor. */
  motorOffSeconds: 600,
  lowAlarmBar: 6.74,
} as const

/** Share of the time that the compressor must be loaded for a mean power. */
const dutyFor = (kW: number): number => (kW - COMPRESSOR.unloadedKW) / (COMPRESSOR.loadedKW - COMPRESSOR.unloadedKW)
const healthyDuty = dutyFor(COMP3_KWH_PER_GOOD * A500_GOOD_PER_HOUR)
const faultyDuty = dutyFor(COMP3_FAULTY_KWH_PER_GOOD * A500_GOOD_PER_HOUR)

/** Leakage of the whole net, share of full delivery: a tenth of what the line takes. */
export const LEAK = healthyDuty / 11
/**
 * Air that blows back through the stuck valve while the compressor runs unloaded, share of full delivery.
 * From the balance duty = demand + vent × (1 − duty).
 */
export const VENT = (faultyDuty - healthyDuty) / (1 - faultyDuty)

const perUnit = (machine: Machine | 'gas'): number =>
  (A500_KWH_PER_GOOD[machine] * A500_GOOD_PER_HOUR - BASE_KW[machine]) / A500_UNITS_PER_HOUR
const A500_KWH = { filler: perUnit('filler'), oven: perUnit('oven'), packer: perUnit('packer'), gas: perUnit('gas') }
const A500_AIR = ((healthyDuty - LEAK) * 3600) / A500_UNITS_PER_HOUR

export const SKUS: Readonly<Record<'A-500' | 'B-330', Sku>> = {
  'A-500': {
    sku: 'A-500',
    recipe: 'R-500',
    name: 'Crate of 24 bottles 0.5 l',
    unitsPerHour: A500_UNITS_PER_HOUR,
    idealSecondsPerUnit: 3.8,
    massKg: 12.5,
    kWhPerUnit: A500_KWH,
    airPerUnit: A500_AIR,
  },
  'B-330': {
    sku: 'B-330',
    recipe: 'R-330',
    name: 'Crate of 24 bottles 0.33 l',
    unitsPerHour: 1080,
    idealSecondsPerUnit: 3.2,
    massKg: 8.3,
    kWhPerUnit: {
      filler: A500_KWH.filler * 0.78,
      oven: A500_KWH.oven * 0.72,
      packer: A500_KWH.packer * 0.9,
      gas: A500_KWH.gas * 0.7,
    },
    airPerUnit: A500_AIR * 0.75,
  },
}
export type SkuId = keyof typeof SKUS
