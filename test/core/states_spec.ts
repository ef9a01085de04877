import assert from 'node:assert/strict'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { StateWords } from '../../nodes/core/context/states.ts'
import type { PlantSignal } from '../../nodes/core/plant/plant.ts'
import type { StateBucket } from '../../nodes/core/records.ts'
import { HOUR, Pipeline, plantOf } from './pipeline.ts'

type Map = NonNullable<PlantSignal['map']>
const bucketOf = (state: string, map?: Map, stateMap: Record<string, StateBucket> = {}): StateBucket | undefined => {
  const signal: PlantSignal = { source: 's', line: 'L1', role: 'state', ...(map && { map }) }
  return new StateWords({ stateMap, signals: [signal] }, 'L1').bucketOf(state)
}

describe('A machine state', () => {
  const words: [state: string, bucket: StateBucket | undefined][] = [
    ['Execute', 'productive'],
    ['EXECUTE', 'productive'],
    ['Execute \0\0', 'productive'],
    ['6', 'productive'],
    ['6.0', 'productive'],
    ['6.5', undefined],
    ['Executing', 'productive'],
    ['NotExecuting', 'idle'],
    ['Not executing', 'idle'],
    ['Out_Of_Service', 'stopped'],
    ['Operating', 'productive'],
    ['Tailback', 'idle'],
    ['Lack branch line', 'idle'],
    ['ProducingAtFullSpeedState', 'productive'],
    ['ChangeoverState', 'changeover'],
    ['10000', 'productive'],
    ['10556', 'productive'],
    ['40100', 'idle'],
    ['180003', 'stopped'],
    ['160000', 'off-shift'],
    ['230000', undefined],
    ['off-shift', 'off-shift'],
    ['Unknown', 'unknown'],
    ['Dancing', undefined],
    ['', undefined],
    ['99', undefined],
  ]
  for (const [state, bucket] of words)
    it(`${JSON.stringify(state)} is ${bucket ?? 'not explained'}`, () => assert.equal(bucketOf(state), bucket))

  const numbers: [state: string, map: Map, bucket: StateBucket | undefined][] = [
    ['4', 'packml', 'idle'],
    ['10000', 'packml', undefined],
    ['0', 'opc-40001', 'stopped'],
    ['3', 'opc-40001', 'productive'],
    ['4', 'opc-40001', undefined],
    ['1', 'weihenstephan', 'stopped'],
    ['128', 'weihenstephan', 'productive'],
    ['1024', 'weihenstephan', 'stopped'],
    ['6', 'weihenstephan', undefined],
    ['20000', 'umh', 'productive'],
    ['6', 'umh', undefined],
  ]
  for (const [state, map, bucket] of numbers)
    it(`${state} of ${map} is ${bucket ?? 'not explained'}`, () => assert.equal(bucketOf(state, map), bucket))

  it('of the plant’s own map comes first, padded or not', () => {
    const own = { Execute: 'idle', Rüsten: 'changeover', '6': 'stopped' } as const
    assert.deepEqual(
      ['Execute', 'Rüsten  ', '6'].map((state) => bucketOf(state, 'packml', own)),
      ['idle', 'changeover', 'stopped'],
    )
  })

  it('of a machine is of the vocabulary of its own signal', () => {
    const signals: PlantSignal[] = [
      { source: 'a', line: 'L1', role: 'state' },
      { source: 'b', line: 'L1', machine: 'filler', role: 'state', map: 'weihenstephan' },
    ]
    const words = new StateWords({ stateMap: {}, signals }, 'L1')
    assert.deepEqual([words.bucketOf('16'), words.bucketOf('16', 'filler')], ['productive', 'idle'])
  })
})

describe('An hour of a line at 60 kW', () => {
  const T0 = Date.UTC(2026, 2, 2, 9)
  const model = plantOf({
    lines: [{ id: 'L1' }],
    meters: [{ id: 'm', source: 'm', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
  })
  const step = (minute: number, role: 'state' | 'order', value: string | null): ContextFact =>
    ({ type: 'step', line: 'L1', role, value, at: T0 + minute * 60_000, revision: 0 }) as ContextFact
  const kWhBy = (key: 'state' | 'order', facts: ContextFact[]): Record<string, number> => {
    const line = new Pipeline(model, { views: ['order'] })
    facts.forEach((context) => line.take({ context }))
    for (const [at, value] of [
      [T0, 0],
      [T0 + HOUR, 60],
    ] as const)
      line.take({ meter: 'm', reading: { at, value } })
    return Object.fromEntries(line.totals([key]).map((r) => [r[key] ?? 'none', r.kWh]))
  }

  it('with a word that nobody knows after 30 min: productive 30, unknown 30', () =>
    assert.deepEqual(
      kWhBy('state', [step(0, 'order', 'O1'), step(0, 'state', 'Execute'), step(30, 'state', 'Dancing')]),
      {
        productive: 30,
        unknown: 30,
      },
    ))
  it('with no order from minute 30 on: O1 has 30', () =>
    assert.deepEqual(kWhBy('order', [step(0, 'order', 'O1'), step(0, 'state', 'Execute'), step(30, 'order', null)]), {
      O1: 30,
      none: 30,
    }))
})
