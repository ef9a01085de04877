import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import {
  isMissing,
  type ContextRevision,
  type EmissionFactor,
  type Energy,
  type FactorRevision,
  type Production,
  type Segment,
} from '../../nodes/core/records.ts'
import { at } from '../core/worked-example.ts'
import { Example, near, sum } from './example.ts'

interface Rejected {
  reason: string
}

describe('the example flows of single stations', () => {
  let example: Example

  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(async () => {
    await helper.unload()
    assert.deepEqual(example.faults, [])
  })

  it('01: readings become energy, with a roll-over, a late reading, the same one twice, and two rejected', async () => {
    example = await Example.deploy('01 - Energy meter')
    example.press('09:50 · 99,980', '10:05 · 99,995', '10:20 · 10 (rolled over)', '10:20 · 10 once more')
    example.press('10:10 · 99,999 comes late', '10:35 · no number')
    example.press('09:50 · 20 kW', '10:00 · 40 kW', '10:10 · 40 kW', '10:20 · bad quality')
    await example.seen<Rejected>('Rejected readings', ({ reason }) => reason === 'quality is bad (BadSensorFailure)')
    assert.equal(example.heard<Rejected>('Rejected readings')[0]!.reason, 'value: expected a number in kWh, got "n/a"')
    const energies = example.heard<Energy>('Energy of intervals')
    const [, rolled, early, late] = energies
    assert.deepEqual(
      energies.map(({ meter, from, to, kWh, flags }) => [meter, from, to, Number(kWh!.toPrecision(12)), flags]),
      [
        ['oven-e', at('09:50'), at('10:05'), 15, []],
        ['oven-e', at('10:05'), at('10:20'), 15, ['rollover']],
        ['oven-e', at('10:05'), at('10:10'), 4, ['late']],
        ['oven-e', at('10:10'), at('10:20'), 11, ['rollover', 'late']],
        ['comp3-e', at('09:50'), at('10:00'), 5, []],
        ['comp3-e', at('10:00'), at('10:10'), 6.66666666667, []],
      ],
    )
    assert.deepEqual([early!.replaces, late!.replaces], [[rolled!.id], [rolled!.id]])
  })

  it('02: energy gets the factors of its time, the yearly mean after them, and a settlement corrects them', async () => {
    example = await Example.deploy('02 - Emission factor')
    const kg = ({ segments }: Energy): number => sum(segments!.map((s) => s.kgCO2e!.location!))
    example.press('Oven 09:50 · 1000 kWh', 'Oven 10:20 · 1030 kWh', 'Gas 09:00 to 10:00 · 50 kWh')
    near(kg(await example.seen<Energy>('Energy with factors', ({ meter }) => meter === 'oven-e')), 4.2)
    near(kg(await example.seen<Energy>('Energy with factors', ({ meter }) => meter === 'oven-gas')), 9.1155)
    example.press('Oven 10:50 · 1054 kWh')
    const { segments } = await example.seen<Energy>('Energy with factors', ({ to }) => to === at('10:50'))
    assert.deepEqual(
      segments!.map((s) => [s.to, s.kWh, (s.factor as EmissionFactor).quality]),
      [
        [at('10:30'), 8, 'measured'],
        [at('10:50'), 16, 'annual'],
      ],
    )
    example.press('Published: 0.21 kg/kWh', 'Settled: 0.24 kg/kWh')
    await example.seen<FactorRevision>('Factor revisions', ({ factors }) => factors[0]!.revision === 1)
    assert.deepEqual(
      example
        .heard<FactorRevision>('Factor revisions')
        .map(({ from, to, factors }) => [from, to, factors.map((row) => row.kgPerKWh)]),
      [
        [at('10:30'), at('10:50'), [0.21]],
        [at('10:30'), at('10:50'), [0.24]],
      ],
    )
    const slots = example.heard<EmissionFactor>('Factor slots').map((row) => row.kgPerKWh)
    assert.ok(
      [0.12, 0.15, 0.18231, 0.21, 0.24].every((value) => slots.includes(value)),
      String(slots),
    )
  })

  it('03: energy and units are cut by order and state, and a correction moves both', async () => {
    example = await Example.deploy('03 - Production context')
    const told = ({ context }: Segment | Production): string[] =>
      isMissing(context) ? ['missing'] : [context!.order!, context!.sku!, context!.state, context!.shift!.name]
    example.press('09:50 · state 6 (Execute)', '09:50 · good units 5000', '09:50 · start O1, SKU A')
    example.press('10:05 · start O2, SKU B', '10:20 · good units 5300', '09:50 to 10:20 · 6 scrapped')
    example.press('10:20 · Cleaning', '09:50 · 1000 kWh', '10:20 · 1030 kWh', '10:35 · 1034 kWh')
    await example.seen<Energy>('Energy with context', ({ to }) => to === at('10:35'))
    assert.deepEqual(
      example.heard<Energy>('Energy with context').flatMap((e) => e.segments!.map((s) => [s.kWh, ...told(s)])),
      [
        [15, 'O1', 'A', 'productive', 'early'],
        [15, 'O2', 'B', 'productive', 'early'],
        [4, 'O2', 'B', 'changeover', 'early'],
      ],
    )
    assert.deepEqual(
      example.heard<Production>('Units, cut like energy').map((p) => [p.good, p.scrap, ...told(p)]),
      [
        [150, null, 'O1', 'A', 'productive', 'early'],
        [150, null, 'O2', 'B', 'productive', 'early'],
        [null, 3, 'O1', 'A', 'productive', 'early'],
        [null, 3, 'O2', 'B', 'productive', 'early'],
      ],
    )
    example.press('Correction: O2 began at 10:10', 'A count that is no number')
    const { spans, production } = await example.seen<ContextRevision>('What a late fact changes', ({ spans }) =>
      spans.some(({ order, from }) => order === 'O2' && from === at('10:10')),
    )
    assert.deepEqual(
      spans.map(({ order, state, to }) => [order, state, to]),
      [
        ['O1', 'productive', at('10:10')],
        ['O2', 'productive', at('10:20')],
        ['O2', 'changeover', at('10:35')],
      ],
    )
    assert.deepEqual(
      production!.map(({ good, scrap }) => [good, scrap]).filter(([good]) => good !== null),
      [
        [200, null],
        [100, null],
      ],
    )
    const { reason } = await example.seen<Rejected>('Rejected signals')
    assert.equal(reason, 'good of L1: expected a count of 0 or more, got "n/a"')
  })
})
