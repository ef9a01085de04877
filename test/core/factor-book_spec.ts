import assert from 'node:assert/strict'
import { FactorBook } from '../../nodes/core/factor/factor-book.ts'
import { readRows } from '../../nodes/core/factor/factor-row.ts'
import type { EmissionFactor } from '../../nodes/core/records.ts'

const HALF_HOUR = 1_800_000
const T = Date.UTC(2026, 2, 2, 10)
const DAY = 86_400_000
const at = (halfHours: number): number => T + halfHours * HALF_HOUR

function row(from: number, to: number, gPerKWh: number, more: object = {}): EmissionFactor {
  const { holdMinutes, rank = 0, ...fields } = more as { holdMinutes?: number; rank?: number }
  const terms = { carrier: 'electricity', zone: 'GB', boundary: 'direct', provider: 'p', retrievedAt: 0, rank } as const
  const { rows, refused } = readRows([{ from: at(from), to: at(to), gPerKWh, ...fields }], terms)
  assert.deepEqual(refused, [])
  return { ...rows[0]!, ...(holdMinutes && { holdMinutes }) }
}
const energy = (from: number, to: number) => ({ carrier: 'electricity', from: at(from), to: at(to) })
const grams = (rows: readonly EmissionFactor[]): number[] => rows.map((r) => Math.round(r.kgPerKWh * 1000))

describe('A new factor row', () => {
  it('brings no revision where no energy has passed', () => {
    const book = new FactorBook(DAY)
    assert.deepEqual(book.take([row(0, 1, 150)], 'settle').revisions, [])
  })

  it('brings a revision clipped to the energy that has passed, with the winners of that time', () => {
    const book = new FactorBook(DAY)
    book.take([row(0, 1, 150), row(1, 2, 210)], 'settle')
    book.lay(energy(0.5, 1.5), 'GB')
    const { revisions } = book.take([row(1, 2, 240, { revision: 1 })], 'settle')
    assert.deepEqual(
      revisions.map(({ type, carrier, zone, from, to }) => ({ type, carrier, zone, from, to })),
      [{ type: 'factor-revision', carrier: 'electricity', zone: 'GB', from: at(1), to: at(1.5) }],
    )
    assert.deepEqual(grams(revisions[0]!.factors), [240])
  })

  it('brings one revision for a time without a break, and none for another zone', () => {
    const book = new FactorBook(DAY)
    book.lay(energy(0, 6), 'GB')
    const rows = [row(0, 1, 100), row(1, 2, 110), row(4, 5, 120), row(0, 1, 300, { zone: 'DE' })]
    const { revisions } = book.take(rows, 'settle')
    assert.deepEqual(
      revisions.map(({ zone, from, to }) => [zone, from, to]),
      [
        ['GB', at(0), at(2)],
        ['GB', at(4), at(5)],
      ],
    )
  })

  it('brings no revision for what lies behind the horizon', () => {
    const book = new FactorBook(DAY)
    book.lay(energy(0, 1), 'GB')
    book.lay(energy(60, 61), 'GB')
    assert.deepEqual(book.take([row(0, 1, 150)], 'settle').revisions, [])
    assert.equal(book.take([row(20, 21, 150)], 'settle').revisions.length, 1)
  })

  it('withdraws a held value when the slot itself comes', () => {
    const book = new FactorBook(DAY)
    book.take([row(0, 1, 150, { holdMinutes: 60 })], 'settle')
    const { pieces } = book.lay(energy(0, 2), 'GB')
    assert.deepEqual(
      pieces.map((p) => p.location?.quality),
      ['manual', 'held'],
    )
    const { revisions } = book.take([row(1, 2, 210, { holdMinutes: 60 })], 'settle')
    assert.deepEqual([revisions[0]?.from, revisions[0]?.to], [at(1), at(2)])
    assert.deepEqual(grams(revisions[0]!.factors), [210])
  })
})

describe('A row that was taken before', () => {
  const stamped = (value: number, retrievedAt: number): EmissionFactor => ({ ...row(0, 1, value), retrievedAt })

  it('is a duplicate in a message, even after a settlement', () => {
    const book = new FactorBook(DAY)
    assert.equal(book.take([stamped(150, 1)], 'settle', 1).rows.length, 1)
    assert.equal(book.take([stamped(180, 2)], 'settle', 2).rows.length, 1)
    assert.equal(book.take([stamped(150, 3)], 'settle', 3).rows.length, 0)
    assert.deepEqual(grams(book.lay(energy(0, 1), 'GB').pieces.map((p) => p.location!)), [180])
  })

  it('counts again in an answer of a provider, whose newest word holds', () => {
    const book = new FactorBook(DAY)
    for (const [i, value] of [150, 180, 180, 150].entries()) book.take([stamped(value, i)], 'poll')
    assert.deepEqual(grams(book.lay(energy(0, 1), 'GB').pieces.map((p) => p.location!)), [150])
  })

  it('of better quality stays against a later, worse one', () => {
    const book = new FactorBook(DAY)
    book.take([{ ...stamped(150, 1), quality: 'measured' }], 'poll')
    book.take([{ ...stamped(180, 2), quality: 'forecast' }], 'poll')
    assert.deepEqual(grams(book.lay(energy(0, 1), 'GB').pieces.map((p) => p.location!)), [150])
  })

  it('gets a higher revision when its table says something else, also where it returns to an older value', () => {
    const book = new FactorBook(DAY)
    const revisions = [150, 150, 180, 150].map((value) =>
      book.take([row(0, 1, value)], 'state').rows.map((r) => r.revision),
    )
    assert.deepEqual(revisions, [[0], [], [1], [2]])
    assert.equal(book.take([{ ...row(0, 1, 150), rank: 1 }], 'state').rows[0]?.revision, 3)
    assert.equal(book.take([{ ...row(0, 1, 150), rank: 1, withdrawn: true }], 'state').rows[0]?.revision, 4)
    assert.equal(book.lay(energy(0, 1), 'GB').pieces[0]?.location, undefined)
    assert.equal(book.take([{ ...row(0, 1, 150), rank: 1 }], 'state').rows[0]?.revision, 5)
  })
})

describe('A polled row', () => {
  it('becomes a fact when energy first uses it, with its newest value only', () => {
    const book = new FactorBook(DAY)
    assert.deepEqual(book.take([row(0, 1, 150), row(1, 2, 160)], 'poll').facts, [])
    book.take([{ ...row(0, 1, 155), retrievedAt: 5 }], 'poll')
    assert.deepEqual(grams(book.lay(energy(0, 0.5), 'GB').facts), [155])
    assert.deepEqual(grams(book.lay(energy(0.5, 1), 'GB').facts), [])
  })

  it('becomes a fact when only what is held from it is used', () => {
    const book = new FactorBook(DAY)
    book.take([row(0, 1, 150, { holdMinutes: 60 })], 'poll')
    assert.deepEqual(grams(book.lay(energy(1, 2), 'GB').facts), [150])
  })

  it('becomes a fact at once where it changes energy that has passed', () => {
    const book = new FactorBook(DAY)
    book.lay(energy(0, 1), 'GB')
    const { facts, revisions } = book.take([row(0, 1, 150), row(1, 2, 160)], 'poll')
    assert.deepEqual([grams(facts), revisions.length], [[150], 1])
  })
})

describe('A well-to-tank row', () => {
  it('is told as kept out only where a life-cycle factor holds over all of its time', () => {
    const book = new FactorBook(DAY)
    const wtt = row(0, 2, 40, { boundary: 'wtt' })
    book.take([wtt, row(0, 1, 200, { boundary: 'lifecycle' })], 'settle')
    assert.deepEqual(book.shadowed([wtt]), [])
    book.take([row(1, 2, 200, { boundary: 'lifecycle' })], 'settle')
    assert.deepEqual(book.shadowed([wtt]), [wtt])
  })
})
