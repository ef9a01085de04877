import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FactorTimeline, type FactorPiece } from '../../nodes/core/factor/factor.ts'
import { EVER } from '../../nodes/core/factor/factor-order.ts'
import { factorId } from '../../nodes/core/factor/factor-row.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { withFactors } from '../../nodes/core/segments.ts'

const HALF_HOUR = 1_800_000
const T = Date.UTC(2026, 2, 2, 9, 30)
const at = (halfHours: number): number => T + halfHours * HALF_HOUR

type Terms = Partial<Omit<EmissionFactor, 'source'>> & { provider?: string }

/** A row over half-hours `[from, to)` counted from 09:30. */
function row(
  from: number,
  to: number,
  kgPerKWh: number,
  { provider = 'meter-man', ...terms }: Terms = {},
): EmissionFactor {
  const whole: Omit<EmissionFactor, 'id'> = {
    revision: 0,
    kgPerKWh,
    carrier: 'electricity',
    zone: 'GB',
    from: from === -Infinity ? EVER.from : at(from),
    to: to === Infinity ? EVER.to : at(to),
    method: 'location',
    boundary: 'direct',
    gas: 'CO2e',
    quality: 'manual',
    source: { provider, licence: 'CC0', attribution: 'me' },
    retrievedAt: 0,
    rank: 0,
    ...terms,
  }
  return { id: factorId(whole), ...whole }
}

function lineOf(...rows: EmissionFactor[]): FactorTimeline {
  const line = new FactorTimeline()
  rows.forEach((r) => line.add(r))
  return line
}

/** Pieces as `[from, to, value, quality]`, in half-hours. */
function shape(pieces: readonly FactorPiece[]): [number, number, number | null, string?][] {
  return pieces.map((p) => {
    const place: [number, number] = [(p.from - T) / HALF_HOUR, (p.to - T) / HALF_HOUR]
    return p.location ? [...place, p.location.kgPerKWh, p.location.quality] : [...place, null]
  })
}
const gb = (line: FactorTimeline, from: number, to: number) => line.pieces('electricity', 'GB', at(from), at(to))

describe('The factor that holds', () => {
  it('is laid over the energy of the worked example: 1.2 kg, 2.25 kg and 1.20 + 1.68 kg', () => {
    const line = lineOf(row(0, 1, 0.12), row(1, 2, 0.15), row(2, 3, 0.21))
    const minute = 60_000
    const first = { from: T + 20 * minute, to: T + 50 * minute, kWh: 30 }
    const second = { from: T + 50 * minute, to: T + 80 * minute, kWh: 24 }
    const kg = [first, second].map((e) =>
      withFactors(e, line.pieces('electricity', 'GB', e.from, e.to)).map((s) => s.kgCO2e?.location?.toFixed(12)),
    )
    assert.deepEqual(kg, [
      ['1.200000000000', '3.000000000000'],
      ['1.200000000000', '3.360000000000'],
    ])
  })

  const table: [title: string, rows: EmissionFactor[], from: number, to: number, expected: ReturnType<typeof shape>][] = [
    ['names the time that no row covers', [row(1, 2, 0.15)], 0, 3, [[0, 1, null], [1, 2, 0.15, 'manual'], [2, 3, null]]],
    ['is that of the earlier source in the chain', [row(0, 2, 0.1, { rank: 1 }), row(1, 2, 0.2)], 0, 2, [[0, 1, 0.1, 'manual'], [1, 2, 0.2, 'manual']]],
    ['is the shorter slot of one source', [row(0, 4, 0.1), row(1, 2, 0.2)], 0, 4, [[0, 1, 0.1, 'manual'], [1, 2, 0.2, 'manual'], [2, 4, 0.1, 'manual']]],
    ['is an open row only where its source has no slot', [row(-Infinity, Infinity, 0.3), row(1, 2, 0.2)], 0, 3, [[0, 1, 0.3, 'manual'], [1, 2, 0.2, 'manual'], [2, 3, 0.3, 'manual']]],
    ['is an open row before the slots of a later source', [row(-Infinity, Infinity, 0.3), row(1, 2, 0.2, { rank: 1 })], 0, 3, [[0, 3, 0.3, 'manual']]],
    ['is the higher revision', [row(0, 1, 0.1, { revision: 1 }), row(0, 1, 0.2, { revision: 0, retrievedAt: 9 })], 0, 1, [[0, 1, 0.1, 'manual']]],
    ['is the better quality of one revision', [row(0, 1, 0.1, { quality: 'estimated' }), row(0, 1, 0.2, { quality: 'forecast', retrievedAt: 9 })], 0, 1, [[0, 1, 0.1, 'estimated']]],
    ['is what was retrieved later', [row(0, 1, 0.1, { retrievedAt: 9 }), row(0, 1, 0.2, { retrievedAt: 8 })], 0, 1, [[0, 1, 0.1, 'manual']]],
    ['is the larger value where nothing else tells', [row(0, 1, 0.1), row(0, 1, 0.2)], 0, 1, [[0, 1, 0.2, 'manual']]],
    ['is never a marginal one', [row(0, 1, 0.1, { method: 'marginal' })], 0, 1, [[0, 1, null]]],
    ['is held after the newest slot, for as long as its source says', [row(0, 1, 0.1, { holdMinutes: 60 })], 0, 4, [[0, 1, 0.1, 'manual'], [1, 3, 0.1, 'held'], [3, 4, null]]],
    ['is held from the newer of two slots', [row(0, 1, 0.1, { holdMinutes: 60 }), row(1, 2, 0.2, { holdMinutes: 60 })], 0, 5, [[0, 1, 0.1, 'manual'], [1, 2, 0.2, 'manual'], [2, 4, 0.2, 'held'], [4, 5, null]]],
    ['is the slot once it comes, however long it is', [row(0, 1, 0.1, { holdMinutes: 60 }), row(1, 9, 0.2)], 0, 4, [[0, 1, 0.1, 'manual'], [1, 4, 0.2, 'manual']]],
    ['is a held value before an open row and before the next source', [row(0, 1, 0.1, { holdMinutes: 30 }), row(-Infinity, Infinity, 0.3), row(0, 9, 0.4, { rank: 1 })], 0, 3, [[0, 1, 0.1, 'manual'], [1, 2, 0.1, 'held'], [2, 3, 0.3, 'manual']]],
    ['is what had lost, once a row is taken back', [row(0, 2, 0.1), row(0, 1, 0.2), row(0, 1, 0.2, { revision: 1, withdrawn: true })], 0, 2, [[0, 2, 0.1, 'manual']]],
    ['is what had lost, once a settlement comes from further down the chain', [row(0, 2, 0.1), row(0, 1, 0.2), row(0, 1, 0.3, { revision: 1, rank: 1 })], 0, 2, [[0, 2, 0.1, 'manual']]],
  ] // prettier-ignore
  for (const [title, rows, from, to, expected] of table) {
    it(title, () => {
      assert.deepEqual(shape(gb(lineOf(...rows), from, to)), expected)
      assert.deepEqual(shape(gb(lineOf(...rows.toReversed(), ...rows), from, to)), expected)
    })
  }

  it('is looked for in its own carrier and zone only', () => {
    const line = lineOf(row(0, 1, 0.1), row(0, 1, 0.2, { carrier: 'natural-gas' }), row(0, 1, 0.3, { zone: 'DE' }))
    assert.deepEqual(shape(gb(line, 0, 1)), [[0, 1, 0.1, 'manual']])
    assert.equal(line.pieces('heat', 'GB', at(0), at(1))[0]!.missing, 'no factor row covers this time (heat, GB)')
  })

  it('has a winner of its own for market, well-to-tank and losses', () => {
    const line = lineOf(
      row(0, 2, 0.1),
      row(0, 2, 0.0, { method: 'market' }),
      row(0, 2, 0.02, { boundary: 'td' }),
      row(0, 2, 0.04, { boundary: 'wtt' }),
      row(1, 2, 0.05, { boundary: 'wtt' }),
    )
    const figures = gb(line, 0, 2).map((p) => [
      p.market?.kgPerKWh,
      ...p.upstream.map((u) => `${u.boundary} ${u.kgPerKWh}`),
    ])
    assert.deepEqual(figures, [
      [0, 'td 0.02', 'wtt 0.04'],
      [0, 'td 0.02', 'wtt 0.05'],
    ])
  })

  it('never adds well-to-tank to a life-cycle factor', () => {
    const rows = [
      row(0, 2, 0.1),
      row(1, 2, 0.2, { boundary: 'lifecycle', rank: -1 }),
      row(0, 2, 0.04, { boundary: 'wtt' }),
    ]
    for (const line of [lineOf(...rows), lineOf(...rows.toReversed())]) {
      assert.deepEqual(
        gb(line, 0, 2).map((p) => p.upstream.length),
        [1, 0],
      )
    }
  })
})

describe('Taking a factor row', () => {
  const span = (from: number, to: number) => ({ from: at(from), to: at(to) })

  it('tells the time whose winner changed', () => {
    const line = lineOf(row(0, 1, 0.1), row(1, 2, 0.2, { rank: -1 }))
    assert.deepEqual(line.add(row(0, 4, 0.3)), span(2, 4))
    assert.deepEqual(line.add(row(0, 1, 0.12, { retrievedAt: 5 })), span(0, 1))
    assert.deepEqual(line.add(row(9, 10, 0.12, { holdMinutes: 30 })), span(9, 11))
    assert.deepEqual(line.add(row(10, 11, 0.12, { holdMinutes: 30 })), span(10, 12))
  })

  it('tells nothing for a duplicate, a worse version, or a row that wins nowhere', () => {
    const line = lineOf(row(0, 1, 0.1, { revision: 1 }))
    assert.equal(line.add(row(0, 1, 0.1, { revision: 1 })), null)
    assert.equal(line.add(row(0, 1, 0.2)), null)
    assert.equal(line.add(row(0, 1, 0.3, { rank: 4, provider: 'other' })), null)
    assert.equal(line.add(row(0, 1, 0.3, { method: 'marginal' })), null)
    assert.equal(line.versions(row(0, 1, 0)).length, 2)
  })

  it('forgets what ended before the horizon', () => {
    const line = lineOf(row(0, 1, 0.1), row(1, 2, 0.2, { holdMinutes: 30 }), row(2, 3, 0.3))
    line.prune(at(2.5))
    assert.deepEqual(shape(gb(line, 1, 3)), [
      [1, 2, null],
      [2, 3, 0.3, 'manual'],
    ])
    assert.equal(line.versions(row(1, 2, 0)).length, 1)
    line.prune(at(3))
    assert.equal(line.versions(row(1, 2, 0)).length, 0)
  })
})

describe('The winners of a factor time line', () => {
  const terms = fc.record({
    from: fc.integer({ min: 0, max: 8 }),
    length: fc.integer({ min: 1, max: 4 }),
    open: fc.integer({ min: 0, max: 9 }),
    kg: fc.integer({ min: 1, max: 3 }),
    revision: fc.integer({ min: 0, max: 1 }),
    retrievedAt: fc.integer({ min: 0, max: 2 }),
    rank: fc.integer({ min: 0, max: 1 }),
    provider: fc.constantFrom('a', 'b'),
    quality: fc.constantFrom('measured', 'forecast', 'annual', 'held'),
    method: fc.constantFrom('location', 'market', 'marginal'),
    boundary: fc.constantFrom('direct', 'lifecycle', 'wtt', 'td'),
    holdMinutes: fc.constantFrom(0, 30, 60),
    withdrawn: fc.integer({ min: 0, max: 5 }),
  })
  const rows = fc.array(
    terms.map(({ from, length, open, kg, withdrawn, ...rest }) => {
      const flag = withdrawn === 0 ? { withdrawn: true as const } : {}
      const whole = { ...rest, ...flag } as Terms
      return row(open === 0 ? -Infinity : from, open <= 1 ? Infinity : from + length, kg / 10, whole)
    }),
    { maxLength: 14 },
  )
  const plain = (line: FactorTimeline): string => JSON.stringify(gb(line, -1, 16))

  it('are a function of the set of rows: neither order nor duplicates change a byte', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat()), (set, keys) => {
        const shuffled = set
          .map((r, i) => ({ r: structuredClone(r), k: keys[i % (keys.length || 1)] ?? i }))
          .toSorted((a, b) => a.k - b.k)
          .map((x) => x.r)
        assert.equal(plain(lineOf(...shuffled, ...set)), plain(lineOf(...set)))
      }),
      { numRuns: 2000 },
    )
  })

  it('bring a fresh time line to the same pieces', () => {
    fc.assert(
      fc.property(rows, (set) => {
        const line = lineOf(...set)
        const winners = line.winners('electricity', 'GB', at(-1), at(16))
        assert.equal(plain(lineOf(...structuredClone(winners))), plain(line))
      }),
      { numRuns: 2000 },
    )
  })

  it('change only inside the time that is told', () => {
    fc.assert(
      fc.property(rows, (set) => {
        const line = new FactorTimeline()
        for (const r of set) {
          const before = gb(line, -1, 16)
          const told = line.add(r) ?? { from: 0, to: 0 }
          const after = gb(line, -1, 16)
          for (let h = -1; h < 16; h += 0.5) {
            const [a, b] = [before, after].map((ps) => JSON.stringify(rowsAt(ps, at(h))))
            assert.ok(a === b || (told.from <= at(h) && at(h) < told.to), `${h}: ${a} became ${b}`)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are a partition of the time asked for', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -1, max: 10 }), fc.integer({ min: 1, max: 5 }), (set, from, length) => {
        const pieces = gb(lineOf(...set), from, from + length)
        assert.equal(pieces[0]!.from, at(from))
        assert.equal(pieces.at(-1)!.to, at(from + length))
        pieces.slice(1).forEach((p, i) => assert.equal(p.from, pieces[i]!.to))
      }),
    )
  })
})

function rowsAt(pieces: readonly FactorPiece[], ms: number): object {
  const { location, market } = pieces.find((p) => p.from <= ms && ms < p.to)!
  return { location, market }
}
