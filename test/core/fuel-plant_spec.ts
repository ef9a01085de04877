import assert from 'node:assert/strict'
import type { Fuel, HeatingBasis } from '../../nodes/core/plant/fuel.ts'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { meterOf } from './meter-books.ts'

const heat = (value: number, unit: string, basis: HeatingBasis = 'gross'): Fuel => ({
  heatingValue: { value, unit, basis },
})

describe('The plant model refuses', () => {
  const lpg = heat(12.87, 'kWh/kg')
  const cases: [title: string, meter: Record<string, unknown>, ...faults: string[]][] = [
    [
      'a meter in m3 without a heating value',
      { unit: 'm3' },
      'meters[0].heatingValue: expected {value, unit, basis}, to make energy of m3, got nothing',
    ],
    [
      'a flow without one',
      { reading: 'power', unit: 'l/h' },
      'meters[0].heatingValue: expected {value, unit, basis}, to make energy of l, got nothing',
    ],
    [
      'a heating value that says too little',
      { unit: 'm3', heatingValue: { value: 0, unit: 'MJ' } },
      'meters[0].heatingValue.value: expected a number above 0, got 0',
      'meters[0].heatingValue.unit: expected energy per amount such as MJ/m3, kWh/l or GJ/t, got "MJ"',
      'meters[0].heatingValue.basis: expected gross or net, got nothing',
    ],
    [
      'one on a meter of energy, where it would do nothing',
      { unit: 'kWh', ...heat(39.5, 'MJ/m3') },
      'meters[0].heatingValue: expected nothing with a unit of "kWh", for it is no amount of fuel, got {"value":39.5,"unit":"MJ/m3","basis":"gross"}',
    ],
    [
      'a mass without the density of the volume',
      { unit: 'l', ...lpg },
      'meters[0].densityKgPerLitre: expected a density, to get from l to kWh/kg, got nothing',
    ],
    [
      'the same of a gas',
      { unit: 'm3', ...lpg },
      'meters[0].densityKgPerM3: expected a density, to get from m3 to kWh/kg, got nothing',
    ],
    [
      'two densities',
      { unit: 'l', ...lpg, densityKgPerLitre: 0.51, densityKgPerM3: 510 },
      'meters[0].densityKgPerM3: expected nothing with a unit of "l", for densityKgPerLitre is stated, got 510',
    ],
    [
      'a density that is none',
      { unit: 'l', ...lpg, densityKgPerLitre: '0.51' },
      'meters[0].densityKgPerLitre: expected a number above 0, got "0.51"',
    ],
    [
      'a density that nothing needs',
      { unit: 'm3', ...heat(39.5, 'MJ/m3'), densityKgPerM3: 0.8 },
      'meters[0].densityKgPerM3: expected nothing with a unit of "m3", for MJ/m3 needs none, got 0.8',
    ],
    [
      'a volume correction of kilograms',
      { unit: 'kg', ...lpg, volumeCorrection: 1.02 },
      'meters[0].volumeCorrection: expected nothing with a unit of "kg", for it is no volume, got 1.02',
    ],
    [
      'a volume correction of 0',
      { unit: 'm3', ...heat(39.5, 'MJ/m3'), volumeCorrection: 0 },
      'meters[0].volumeCorrection: expected a number above 0, got 0',
    ],
    [
      'a flow for a counter',
      { unit: 'm3/h', ...heat(39.5, 'MJ/m3') },
      'meters[0].unit: expected a unit of energy such as kWh, or of amount such as m3, got "m3/h"',
    ],
    [
      'an amount for a power meter',
      { reading: 'power', unit: 'm3', ...heat(39.5, 'MJ/m3') },
      'meters[0].unit: expected a unit of power such as kW, or of flow such as m3/h, got "m3"',
    ],
  ]
  const faultsOf = (meter: Record<string, unknown>): string[] => {
    const site = { enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', lines: [{ id: 'L1' }] }
    const read = readPlant({ ...site, meters: [{ ...meterOf(), ...meter }] })
    return 'faults' in read ? read.faults.map((f) => `${f.path}: expected ${f.expected}, got ${f.got}`) : []
  }
  for (const [title, meter, ...faults] of cases) it(title, () => assert.deepEqual(faultsOf(meter), faults))

  it('no meter that says what is needed', () => {
    const meters = [
      { unit: 'm3', ...heat(39.5, 'MJ/m3'), volumeCorrection: 1.02264 },
      { unit: 'l', ...heat(42.6, 'MJ/kg', 'net'), densityKgPerLitre: 0.832 },
      { unit: 'kg/h', reading: 'power', ...lpg },
      { unit: 't', reading: 'interval', ...heat(17, 'GJ/t', 'net') },
    ]
    for (const meter of meters) assert.deepEqual(faultsOf(meter), [])
  })
})
