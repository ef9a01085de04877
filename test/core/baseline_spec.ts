import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Baseline, quantity } from '../../nodes/core/anomaly/baseline.ts'
import { intensityOf, pooled, windowOf } from '../../nodes/core/anomaly/features.ts'
import { location, quantile, scaleOf } from '../../nodes/core/anomaly/robust.ts'
import { compare, splitOf, sumOf } from '../../nodes/core/anomaly/split.ts'
import { lessonsOf } from '../../nodes/core/anomaly/watched.ts'
import { at, WindowPlant, type Conditions } from './window-plant.ts'

const near = (actual: number | undefined, expected: number, within: number): void =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `expected ${expected}, got ${actual}`)

/** A baseline of windows under the same conditions. */
function learned(count: number, conditions: Conditions = {}): Baseline {
  const plant = new WindowPlant(1)
  const baseline = new Baseline()
  for (let n = 0; n < count; n++) {
    for (const [key, sample] of lessonsOf(windowOf(plant.window(n, conditions)), true)) baseline.learn(key, sample)
  }
  return baseline
}

describe('Statistics that a few wild values do not move', () => {
  it('have quantiles with linear interpolation', () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5)
    assert.equal(quantile([1, 2, 3, 4, 5], 0.9), 4.6)
  })

  it('give a cycling load its mean, not one of its two levels', () => {
    assert.equal(location([8, 8, 8, 30, 30, 8, 8, 8, 30, 30]), 16.8)
  })

  it('do not follow one wild value', () => {
    near(location([10, 10.1, 9.9, 10, 10.2, 9.8, 10, 1000]), 10.04, 0.02)
  })

  it('have a scale of at least the floor, and count the upper tail', () => {
    assert.equal(scaleOf([0, 0, 0, 0], 0.02), 0.02)
    near(scaleOf([0, 0, 0, 0, 0, 0, 0, 0.3, 0.3, 0.3], 0.02), 0.3 / 1.2816, 1e-9)
  })
})

describe('What is usual', () => {
  it('is 0.68 kg per good unit in the article’s case', () => {
    const baseline = learned(60)
    const now = intensityOf(windowOf(new WindowPlant(2).window(60)))!
    near(compare(now, baseline.expected(at(60), now)!).expected, 0.68, 0.005)
  })

  it('is not known before enough windows were seen', () => {
    const now = intensityOf(windowOf(new WindowPlant(2).window(3)))!
    assert.equal(learned(3).expected(at(3), now), null)
  })

  it('keeps the newest 100 windows and takes a restated one in place of what it was', () => {
    const baseline = new Baseline()
    for (let n = 0; n < 120; n++) baseline.learn('pace', [n, n])
    baseline.learn('pace', [119, 7])
    assert.deepEqual(
      [baseline.windows, baseline.samples('pace')[0], baseline.samples('pace').at(-1)],
      [100, [20, 20], [119, 7]],
    )
  })

  it('has the same contents whatever order the windows came in', () => {
    const samples = [5, 1, 4, 2, 3].map((n): [number, number] => [n, 10 * n])
    const one = new Baseline()
    const other = new Baseline()
    samples.forEach((s) => one.learn('pace', s))
    samples.toReversed().forEach((s) => other.learn('pace', s))
    assert.deepEqual(one.memory, other.memory)
  })

  it('compares the grid with the same time of day only, and is silent where it has too little', () => {
    const baseline = new Baseline()
    const DAY = 86_400_000
    for (let n = 0; n < 6; n++) baseline.learn(quantity('grid', 'electricity'), [n * DAY + 3 * 3_600_000, 0.2])
    near(baseline.gridFactor('electricity', 7 * DAY + 3.5 * 3_600_000), 0.2, 1e-12)
    assert.equal(baseline.gridFactor('electricity', 7 * DAY + 12 * 3_600_000), undefined)
  })

  it('takes power that was seen at another pace as it would be at the usual one', () => {
    const baseline = new Baseline()
    for (let n = 0; n < 8; n++) {
      baseline.learn('pace', [n, 100])
      baseline.learn('yield', [n, 1])
      // Half of 40 kW follows the pace: at half the pace 30 kW.
      baseline.learn(quantity('use', 'm', 'electricity'), n < 4 ? [n, 40, 100] : [n, 30, 50])
    }
    const now = { unitsPerHour: 100, madePerGood: 1, uses: [] }
    near(baseline.expected(0, now)!.uses[0]!.runKW, 40, 1e-9)
  })

  it('learns from the power at rest how much of it follows the pace', () => {
    const baseline = learned(20, { idleShare: 0.55 })
    const now = intensityOf(windowOf(new WindowPlant(2).window(20)))!
    const shares = baseline.expected(at(20), now)!.uses.map((u) => u.variableShare)
    const expected = [0.7, 0.5, 0.6, 0.6]
    shares.forEach((share, i) => near(share, expected[i]!, 0.03))
  })
})

describe('A window against what is usual', () => {
  const baseline = learned(60, { noise: 0 })
  const against = (conditions: Conditions) => {
    const now = intensityOf(windowOf(new WindowPlant(3).window(60, { noise: 0, ...conditions })))!
    return compare(now, baseline.expected(at(60), now)!)
  }
  const cases: [title: string, conditions: Conditions, effect: string, kg: number][] = [
    ['the compressor’s fault is its specific energy: 0.19 kg', { compKW: 0.925 * 882 }, 'specific-energy', 0.19],
    [
      'a factor of 0.5 instead of 0.4 is the grid: a quarter of 0.5713 kg',
      { gridKgPerKWh: 0.5 },
      'grid-factor',
      0.1428,
    ],
    ['16 % scrap instead of 2 % is yield: one sixth of 0.68 kg', { scrapShare: 0.16 }, 'yield', 0.1133],
    ['an hour with a quarter idle is idling', { idleShare: 0.25 }, 'idle', 0.0928],
  ]
  for (const [title, conditions, effect, kg] of cases) {
    it(title, () => {
      const { terms, actual, expected } = against(conditions)
      near(expected, 0.68, 1e-4)
      near(actual - expected, kg, 2e-3)
      near(
        sumOf(terms, (t) => t.effect === effect),
        kg,
        2e-3,
      )
    })
  }

  it('tells the slow pace from the machines: half the pace makes 0.27 kg, all of it throughput by half', () => {
    const { terms, actual, expected } = against({ pace: 450 })
    near(sumOf(terms, (t) => t.effect === 'throughput') / (actual - expected), 1, 0.2)
  })

  it('is a change of fuel where one carrier of a machine gains what the other loses', () => {
    const { terms, actual, expected } = against({ ovenKW: 0.4 * 882, gasKW: 0.8 * 882 })
    const mix = sumOf(terms, (t) => t.effect === 'carrier-mix')
    assert.ok(mix < -0.04, `carrier-mix ${mix}`)
    near(
      terms.reduce((sum, t) => sum + t.kg, 0),
      actual - expected,
      1e-12,
    )
  })

  it('is a fault of the machine where only one of its carriers rises', () => {
    const { terms } = against({ gasKW: 0.75 * 882 })
    near(
      sumOf(terms, (t) => t.effect === 'carrier-mix'),
      0,
      1e-12,
    )
    near(
      sumOf(terms, (t) => t.machine === 'oven' && t.effect === 'specific-energy'),
      0.15 * 0.181234,
      1e-4,
    )
  })

  it('puts a machine that was never seen, or is gone, into specific energy as a whole', () => {
    const now = intensityOf(windowOf(new WindowPlant(3).window(60, { noise: 0, silent: 'filler-e' })))!
    const { terms, actual, expected } = compare(now, baseline.expected(at(60), now)!)
    near(actual - expected, -0.144, 1e-3)
    near(
      sumOf(terms, (t) => t.machine === 'filler' && t.effect === 'specific-energy'),
      -0.144,
      1e-3,
    )
  })

  it('is published largest first, adding up exactly', () => {
    const { terms, actual, expected } = against({ compKW: 600, scrapShare: 0.05, gridKgPerKWh: 0.41 })
    const split = splitOf(terms, actual, expected)
    assert.equal(
      split.reduce((sum, s) => sum + s.kgCO2ePerUnit, 0),
      actual - expected,
    )
    const sizes = split.map((s) => Math.abs(s.kgCO2ePerUnit))
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    )
  })
})

describe('The published split', () => {
  const effects = ['grid-factor', 'carrier-mix', 'specific-energy', 'throughput', 'idle', 'yield'] as const
  const sum = (split: ReturnType<typeof splitOf>): number => split.reduce((total, s) => total + s.kgCO2ePerUnit, 0)

  it('gives what is less than 1e-12 of the expected to the largest effect', () => {
    const terms = [0.19, 3e-13, -2e-16, 0.05, 0, 1e-14].map((kg, i) => ({ effect: effects[i]!, kg }))
    const split = splitOf(terms, 0.92, 0.68)
    assert.deepEqual(
      split.map((s) => s.effect),
      ['grid-factor', 'throughput'],
    )
    assert.equal(sum(split), 0.92 - 0.68)
    near(split[0]!.kgCO2ePerUnit, 0.19, 1e-12)
  })

  it('adds up to the bit, whatever the effects, and has dust only where large effects cancel', () => {
    const value = fc.double({ min: 0.001, max: 5, noNaN: true })
    const term = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -1e-13, max: 1e-13, noNaN: true }),
    )
    fc.assert(
      fc.property(value, value, fc.array(term, { maxLength: 5 }), (actual, expected, some) => {
        const kgs = [...some, actual - expected - some.reduce((total, x) => total + x, 0)]
        const split = splitOf(
          kgs.map((kg, i) => ({ effect: effects[i]!, kg })),
          actual,
          expected,
        )
        assert.equal(sum(split), actual - expected)
        const largest = Math.max(0, ...split.map((s) => Math.abs(s.kgCO2ePerUnit)))
        const dust = split.filter((s) => Math.abs(s.kgCO2ePerUnit) < 1e-12 * expected)
        assert.ok(dust.length <= (largest > Math.min(actual, expected) / 4 ? 1 : 0) || split.length === 1)
      }),
      { numRuns: 5000 },
    )
  })

  it('of no difference is empty', () => assert.deepEqual(splitOf([], 0.68, 0.68), []))
})

describe('Windows as one', () => {
  it('sum what is summed and divide last', () => {
    const plant = new WindowPlant(4)
    const parts = [windowOf(plant.window(0)), windowOf(plant.window(1, { idleShare: 0.5 }))]
    const whole = pooled(parts)
    near(whole.kg, parts[0]!.kg + parts[1]!.kg, 1e-12)
    near(whole.runHours, 0.025, 1e-12)
    near(intensityOf(whole)!.unitsPerHour, (parts[0]!.produced + parts[1]!.produced) / 0.025, 1e-9)
  })
})
