import assert from 'node:assert/strict'
import { readRows, type RowTerms } from '../../nodes/core/factor/factor-row.ts'
import { timeFrom } from '../../nodes/core/time.ts'

const TERMS: RowTerms = {
  carrier: 'electricity',
  zone: 'GB',
  boundary: 'direct',
  provider: 'my table',
  retrievedAt: 1_772_445_600_000,
  rank: 2,
  via: 'node-1',
}
const TEN = Date.UTC(2026, 2, 2, 10)

describe('A factor row', () => {
  it('takes from its source what it does not say itself', () => {
    const { rows, refused } = readRows([{ from: TEN, to: '2026-03-02T11:30:00+01:00', kgPerKWh: 0.15 }], TERMS)
    assert.deepEqual(refused, [])
    assert.deepEqual(rows, [
      {
        id: 'my table|electricity|GB|location|direct|2026-03-02T10:00:00.000Z|2026-03-02T10:30:00.000Z',
        revision: 0,
        kgPerKWh: 0.15,
        carrier: 'electricity',
        zone: 'GB',
        from: TEN,
        to: TEN + 1_800_000,
        method: 'location',
        boundary: 'direct',
        source: { provider: 'my table', licence: 'as stated by the provider', attribution: 'my table' },
        gas: 'CO2e',
        quality: 'manual',
        retrievedAt: 1_772_445_600_000,
        rank: 2,
        via: 'node-1',
      },
    ])
  })

  it('in grams becomes kilograms and keeps what was said', () => {
    const [row] = readRows([{ gPerKWh: 152 }], TERMS).rows
    assert.equal(row?.kgPerKWh, 0.152)
    assert.deepEqual(row.original, { value: 152, unit: 'g/kWh' })
  })

  it('without from and to holds for all time that JSON can hold', () => {
    const [row] = readRows([{ kgPerKWh: 0.2 }], TERMS).rows
    assert.deepEqual([row?.from, row?.to], [0, 8.64e15])
    assert.equal(readRows(JSON.parse(JSON.stringify([row])), TERMS).rows[0]?.id, row?.id)
  })

  it('may be a true zero where it says so itself', () => {
    const zero = { method: 'market', kgPerKWh: 0, quality: 'manual', boundary: 'generation' }
    assert.equal(readRows([zero], TERMS).rows.length, 1)
  })

  it('names its origin as text or in full', () => {
    const full = { provider: 'DESNZ', version: '2026', licence: 'OGL 3.0' }
    const { rows } = readRows(
      [
        { kgPerKWh: 0.2, source: 'EM' },
        { kgPerKWh: 0.2, source: full },
      ],
      TERMS,
    )
    assert.deepEqual(rows[0]?.source, { provider: 'EM', licence: 'as stated by the provider', attribution: 'EM' })
    assert.deepEqual(rows[1]?.source, { ...full, attribution: 'DESNZ' })
  })

  const wrong: [title: string, row: unknown, reason: RegExp][] = [
    ['that is none', 7, /^row: expected an object, got 7$/],
    ['without a value', {}, /^kgPerKWh: expected a number above 0 and up to 1.5 kg\/kWh, got nothing$/],
    ['with text for a value', { kgPerKWh: '0.15' }, /^kgPerKWh: .* kg\/kWh, got "0.15"$/],
    ['that is not finite', { kgPerKWh: NaN }, /^kgPerKWh: .*, got NaN$/],
    ['below zero', { kgPerKWh: -0.1 }, /^kgPerKWh: .*, got -0.1$/],
    ['of an unstated zero', { gPerKWh: 0 }, /^gPerKWh: .* g\/kWh, got 0; a true zero states "quality": "manual"/],
    ['in grams called kilograms', { kgPerKWh: 152 }, /^kgPerKWh: .* up to 1.5 kg\/kWh, got 152$/],
    ['of gas in grams called kilograms', { carrier: 'natural-gas', kgPerKWh: 182 }, /up to 10 kg\/kWh, got 182$/],
    ['in more than 1500 g', { gPerKWh: 1501 }, /^gPerKWh: expected .* up to 1500 g\/kWh, got 1501$/],
    ['in two units', { kgPerKWh: 0.1, gPerKWh: 100 }, /^gPerKWh: expected either kgPerKWh .* got "both"$/],
    ['in an unknown unit', { kgPerMWh: 150 }, /^kgPerKWh: .*, got nothing$/],
    ['that ends where it begins', { from: TEN, to: TEN, kgPerKWh: 0.1 }, /^from: expected a time before to \(2026-03-02T10/],
    ['in local time', { from: '2026-03-02T10:00', kgPerKWh: 0.1 }, /^from: expected epoch milliseconds, or ISO 8601 with Z/],
    ['in seconds', { from: 1772445600, kgPerKWh: 0.1 }, /^from: expected epoch milliseconds.*, got 1772445600$/],
    ['on a day that is none', { to: '2026-02-30', kgPerKWh: 0.1 }, /^to: expected .*, got "2026-02-30"$/],
    ['that is marginal', { method: 'marginal', kgPerKWh: 0.5 }, /^method: .* a marginal factor never enters an inventory$/],
    ['of an unknown method', { method: 'average', kgPerKWh: 0.5 }, /^method: expected one of location, market, got "average"$/],
    ['of an unknown boundary', { boundary: 'scope2', kgPerKWh: 0.5 }, /^boundary: expected one of direct, generation/],
    ['of an unknown quality', { quality: 'good', kgPerKWh: 0.5 }, /^quality: expected one of measured, estimated/],
    ['with a revision that is none', { revision: -1, kgPerKWh: 0.5 }, /^revision: expected a whole number from 0 to \d+, got -1$/],
    ['with a zone of two lines', { zone: 'GB\nDE', kgPerKWh: 0.5 }, /^zone: expected a text of up to 200 characters/],
    ['with a source that is none', { source: 7, kgPerKWh: 0.5 }, /^source: expected a text or an object, got 7$/],
  ] // prettier-ignore
  for (const [title, row, reason] of wrong) {
    it(`${title} is refused, and the rows around it count`, () => {
      const { rows, refused } = readRows([{ kgPerKWh: 0.3 }, row, { zone: 'DE', kgPerKWh: 0.4 }], TERMS)
      assert.equal(rows.length, 2)
      assert.equal(refused.length, 1)
      assert.equal(refused[0]?.index, 1)
      assert.match(refused[0]?.reason, reason)
    })
  }

  it('of well-to-tank is refused beside a life-cycle row of its carrier, zone and time, in either order', () => {
    const rows = [
      { boundary: 'wtt', kgPerKWh: 0.04, from: '2026-01-01', to: '2026-02-01' },
      { boundary: 'lifecycle', kgPerKWh: 0.2, from: '2026-01-31', to: '2026-03-01' },
      { boundary: 'wtt', kgPerKWh: 0.04, from: '2026-03-01', to: '2026-04-01' },
      { boundary: 'wtt', kgPerKWh: 0.02, carrier: 'natural-gas' },
    ]
    const read = readRows(rows, TERMS)
    assert.deepEqual([read.rows.length, read.refused.map((r) => r.index)], [3, [0]])
    assert.match(read.refused[0]!.reason, /would count it twice/)
    assert.equal(readRows(rows.toReversed(), TERMS).refused[0]?.index, 3)
  })

  it('in a list that is none is one refused row', () => {
    assert.deepEqual(readRows({ kgPerKWh: 1 }, TERMS), {
      rows: [],
      refused: [{ index: 0, reason: 'factors: expected a list of rows, got {"kgPerKWh":1}' }],
      doubted: [],
    })
  })

  it('that is a thousand too small is taken, and doubted', () => {
    const rows = [{ gPerKWh: 338 }, { gPerKWh: 0.338, zone: 'DE' }, { kgPerKWh: 0, zone: 'FR', quality: 'manual' }]
    const { refused, doubted } = readRows(rows, TERMS)
    const reason = 'gPerKWh: 0.338 g/kWh is taken, but a slip by 1,000 is likely'
    assert.deepEqual([refused, doubted], [[], [{ index: 1, reason }]])
  })
})

describe('A time in a factor row', () => {
  const table: [given: unknown, ms: number | undefined][] = [
    [undefined, undefined],
    [null, undefined],
    [TEN, TEN],
    ['2026-03-02T10:00Z', TEN],
    ['2026-03-02T10:00:00.000Z', TEN],
    ['2026-03-02T11:00:00+01:00', TEN],
    ['2026-03-02', TEN - 36_000_000],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    [0, 0],
    [8.64e15, 8.64e15],
  ]
  for (const [given, ms] of table)
    it(`${JSON.stringify(given)} is ${ms}`, () => assert.equal(timeFrom(given, 'from'), ms))

  for (const given of ['yesterday', '2026-03-02 10:00Z', '2026-13-01', 1.5e12 + 0.5, Infinity, 1e10, true, {}]) {
    it(`${JSON.stringify(given)} is none`, () =>
      assert.throws(() => timeFrom(given, 'from'), /^Error: from: expected epoch/))
  }
})
