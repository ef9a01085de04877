import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { faultText, readPlant, warningText } from '../../nodes/core/plant/plant-check.ts'
import type { PlantModel } from '../../nodes/core/plant/plant.ts'

const METER = { id: 'a', source: 's/a', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }
const SIGNAL = { source: 's/good', line: 'L1', role: 'good' }
const site = (parts: object): object => ({
  ...{ enterprise: 'Acme', site: 'Leeds', timeZone: 'Europe/London', gridZone: 'GB', lines: [{ id: 'L1' }] },
  ...parts,
})
const meter = (parts: object): object => site({ meters: [{ ...METER, ...parts }] })
const signal = (parts: object): object => site({ signals: [{ ...SIGNAL, ...parts }] })

const faultsOf = (model: object): string => {
  const read = readPlant(model)
  return 'faults' in read ? read.faults.map(faultText).join('\n') : ''
}
const warningsOf = (model: object): string => {
  const read = readPlant(model)
  return 'faults' in read
    ? `refused: ${read.faults.map(faultText).join('\n')}`
    : read.warnings.map(warningText).join('\n')
}
const modelOf = (model: object): PlantModel => {
  const read = readPlant(model)
  if ('faults' in read) throw new Error(read.faults.map(faultText).join('\n'))
  return read.model
}

describe('A name in the plant model that nobody reads is refused with the nearest known one', () => {
  const cases: [object, string][] = [
    [meter({ ratedKw: 75 }), 'meters[0].ratedKw: expected a known name (did you mean ratedKW?), got ratedKw'],
    [
      meter({ rollOverAt: 1e6 }),
      'meters[0].rollOverAt: expected a known name (did you mean rolloverAt?), got rollOverAt',
    ],
    [
      meter({ rolloverat: 1e6 }),
      'meters[0].rolloverat: expected a known name (did you mean rolloverAt?), got rolloverat',
    ],
    [
      meter({ redundantto: 'b' }),
      'meters[0].redundantto: expected a known name (did you mean redundantTo?), got redundantto',
    ],
    [site({ statemap: {} }), 'statemap: expected a known name (did you mean stateMap?), got statemap'],
    [site({ holidys: [] }), 'holidys: expected a known name (did you mean holidays?), got holidys'],
    [signal({ rol: 'good' }), 'signals[0].rol: expected a known name (did you mean role?), got rol'],
  ]
  for (const [model, fault] of cases) it(fault, () => assert.equal(faultsOf(model), fault))

  it('or with all that are known, where none is near', () =>
    assert.match(
      faultsOf(meter({ multiplier: 40 })),
      /^meters\[0\]\.multiplier: expected one of id, source, .*, got multiplier$/,
    ))
  it('but for the names that editors use', () =>
    assert.equal(warningsOf(site({ $schema: './plant-model.schema.json', $comment: 'ours' })), ''))
})

describe('Two things of one value are refused', () => {
  const two = (a: object, b: object): object =>
    site({ meters: [METER, { ...METER, id: 'b', ...a }], signals: [{ ...SIGNAL, ...b }] })
  it('two meters on one source', () =>
    assert.equal(
      faultsOf(two({}, {})),
      'meters[1].source: expected another source than meters[0].source, or a path of its own, got "s/a"',
    ))
  it('a meter and a signal on one source', () =>
    assert.equal(
      faultsOf(two({ source: 's/b' }, { source: 's/a' })),
      'signals[0].source: expected another source than meters[0].source, or a path of its own, got "s/a"',
    ))
  it('unless their paths differ', () =>
    assert.equal(warningsOf(two({ path: 'b.total' }, { source: 's/a', path: 'n' })), ''))
})

describe('A field of the plant model that is wrong is refused', () => {
  const cases: [string, object, RegExp][] = [
    [
      'a carrier that is none',
      meter({ carrier: 'electrcity' }),
      /^meters\[0\]\.carrier: expected a known carrier \(did you mean electricity\?\), or one declared under carriers, got "electrcity"$/,
    ],
    [
      'a path that leads nowhere',
      meter({ path: 'ENERGY..Total' }),
      /meters\[0\]\.path: expected a path such as ENERGY\.Total/,
    ],
    ['a path whose bracket stays open', meter({ path: 'values[0' }), /path: expected a path/],
    ['a scale of nothing', meter({ scale: 0 }), /scale: expected a number other than 0, got 0/],
    [
      'a counter that is turned round by its scale',
      meter({ scale: -1 }),
      /scale: expected a number above 0 for a counter, got -1/,
    ],
    ['words that are none', meter({ words: 'uint24' }), /words: expected one of uint16be,/],
    ['a role that is none', signal({ role: 'goods' }), /signals\[0\]\.role: expected one of order,/],
    [
      'a map that is none',
      signal({ role: 'state', map: 'pack' }),
      /map: expected one of packml, opc-40001, weihenstephan, umh, got "pack"/,
    ],
    [
      'a signal of a stranger',
      signal({ line: 'L11' }),
      /signals\[0\]\.line: expected one of L1 \(did you mean L1\?\), got "L11"/,
    ],
    [
      'a limit of a stranger',
      site({ limits: [{ line: 'X', kgCO2ePerUnit: 1 }] }),
      /limits\[0\]\.line: expected one of L1, got "X"/,
    ],
    [
      'an exception of no date',
      site({ exceptions: { christmas: [] } }),
      /exceptions\.christmas: expected a day YYYY-MM-DD/,
    ],
    [
      'an own carrier without a scope',
      site({ carriers: { syngas: {} } }),
      /carriers\.syngas\.scope: expected 1 or 2, got nothing/,
    ],
    [
      'a text that is no JSON',
      'oh {' as unknown as object,
      /^model: expected a JSON object, got text that is not JSON/,
    ],
  ]
  for (const [what, model, fault] of cases) it(what, () => assert.match(faultsOf(model), fault))
})

describe('What is odd but possible is a warning', () => {
  const shift = (name: string, from: string, to: string, days: string[], more: object = {}): object => ({
    name,
    from,
    to,
    days,
    ...more,
  })
  const cases: [string, object, string][] = [
    ['the United Kingdom as UK', site({ gridZone: 'UK' }), 'gridZone: is "UK"; the code of the United Kingdom is GB'],
    ['a blank before a topic', meter({ source: ' s/a' }), 'meters[0].source: begins or ends with a blank: " s/a"'],
    [
      'a modulus of power samples',
      meter({ reading: 'power', unit: 'kW', rolloverAt: 9 }),
      'meters[0].rolloverAt: has no effect with reading power',
    ],
    [
      'a modulus of deltas',
      signal({ kind: 'delta', rolloverAt: 65536 }),
      'signals[0].rolloverAt: has no effect with kind delta',
    ],
    ['a vocabulary of a count', signal({ map: 'packml' }), 'signals[0].map: has no effect with role good'],
    [
      'two signals that say the same',
      site({ signals: [SIGNAL, SIGNAL] }),
      'signals[1].source: says the same as signals[0].source',
    ],
    [
      'a machine that its line does not list',
      site({ lines: [{ id: 'L1', machines: [{ id: 'oven' }] }], meters: [{ ...METER, machine: 'ovn' }] }),
      'meters[0].machine: "ovn" is none of the machines of L1',
    ],
    [
      'two running totals of one line',
      site({ signals: [SIGNAL, { ...SIGNAL, source: 's/more' }] }),
      'signals[1].source: is taken for the same running total as signals[0].source',
    ],
    [
      'shifts that overlap over the end of the week',
      site({ shifts: [shift('early', '06:00', '14:00', ['mon']), shift('night', '22:00', '06:30', ['sun'])] }),
      'shifts[1]: overlaps shifts[0] (early): the one that begins later counts',
    ],
    [
      'not those that follow one another',
      site({ shifts: [shift('early', '06:00', '14:00', ['mon']), shift('late', '14:00', '22:00', ['mon'])] }),
      '',
    ],
    [
      'a later plan of the same shift',
      site({
        shifts: [
          shift('early', '06:00', '14:00', ['mon'], { validTo: '2026-03-31' }),
          shift('early', '05:00', '13:00', ['mon'], { validFrom: '2026-04-01' }),
        ],
      }),
      'shifts[0].validTo: has no effect yet\nshifts[1].validFrom: has no effect yet',
    ],
  ]
  for (const [what, model, warnings] of cases) it(what, () => assert.equal(warningsOf(model), warnings))

  const IDLE: [string, unknown][] = [
    ['dayStart', '06:00'],
    ['exceptions', { '2026-12-24': [{ name: 'early', from: '06:00', to: '12:00' }] }],
    ['budgets', [{ line: 'L1', period: 'month', kgCO2e: 900 }]],
    ['limits', [{ line: 'L1', kgCO2ePerUnit: 0.02 }]],
    ['prices', [{ carrier: 'gas', from: '2026-01-01', to: '2027-01-01', price: 0.06, currency: 'EUR' }]],
    [
      'organisation',
      {
        name: 'Acme plc',
        lei: '5299000J2N45DDNE4Y28',
        siteLocode: 'GBLDS',
        country: 'GB',
        consolidation: 'operational-control',
      },
    ],
  ]
  for (const [key, value] of IDLE)
    it(`${key}, which has no effect yet`, () =>
      assert.equal(warningsOf(site({ [key]: value })), `${key}: has no effect yet`))
})

describe('The plant model takes', () => {
  it('every key of a meter', () => {
    const shelly = {
      path: 'emeters[0].total',
      timePath: 'ts',
      qualityPath: 'is_valid',
      qualityKind: 'boolean',
      timeZone: 'UTC',
    }
    const modbus = { words: 'uint32be', scale: 0.1, renewMinutes: 60, sampling: 'on-change', maxGapSeconds: 600 }
    assert.equal(warningsOf(meter({ ...shelly, ...modbus })), '')
    assert.equal(warningsOf(meter({ reading: 'interval', periodMinutes: 15, path: 'values[id=L1.kWh].v' })), '')
    assert.equal(warningsOf(meter({ reading: 'power', unit: 'kW', direction: 'export', path: 'ENERGY.Power' })), '')
  })
  it('sensors, alarms and reasons of a stop, which have no effect yet', () =>
    assert.equal(
      warningsOf(signal({ role: 'sensor', quantity: 'pressure', unit: 'bar' })),
      'signals[0].quantity: has no effect yet\nsignals[0].unit: has no effect yet\nsignals[0].role: has no effect yet',
    ))
  it('carriers of the plant’s own, with their scope', () => {
    const model = modelOf(
      site({ meters: [{ ...METER, carrier: 'chilled-water' }], carriers: { 'chilled-water': { scope: 2 } } }),
    )
    assert.deepEqual([model.meters[0]!.carrier, model.carriers], ['chilled-water', { 'chilled-water': { scope: 2 } }])
  })

  const spellings: [given: object, unit: string, carrier: string][] = [
    [{ unit: 'KWH' }, 'kWh', 'electricity'],
    [{ unit: 'kwh', carrier: 'Electricity' }, 'kWh', 'electricity'],
    [{ unit: 'm³', carrier: 'gas' }, 'm3', 'natural-gas'],
    [{ unit: 'Nm3', carrier: 'natural gas' }, 'm3', 'natural-gas'],
    [{ unit: 'L', carrier: 'Diesel' }, 'l', 'diesel'],
    [{ unit: 'Nm³/hour', carrier: 'natural_gas', reading: 'power' }, 'm3/h', 'natural-gas'],
  ]
  for (const [given, unit, carrier] of spellings)
    it(`${JSON.stringify(given)} as ${unit} of ${carrier}`, () => {
      const heatingValue = { value: 39.5, unit: unit === 'l' ? 'MJ/L' : 'mj/m³', basis: 'gross' }
      const read = modelOf(meter({ ...given, ...(unit !== 'kWh' && { heatingValue }) })).meters[0]!
      assert.deepEqual([read.unit, read.carrier], [unit, carrier])
      if (unit !== 'kWh') assert.equal(read.heatingValue!.unit, unit === 'l' ? 'MJ/l' : 'MJ/m3')
    })

  for (const file of globSync('examples/*.json').sort())
    it(`the model of ${file}`, () => {
      const flow = JSON.parse(readFileSync(file, 'utf8')) as { type: string; model?: string }[]
      for (const { model } of flow.filter((n) => n.type === 'carbon-plant'))
        assert.equal(warningsOf(JSON.parse(model!) as object), '')
    })
})
