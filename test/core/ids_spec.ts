import assert from 'node:assert/strict'
import fc from 'fast-check'
import { joinedId, partsOf } from '../../nodes/core/ids.ts'

describe('An id made of names', () => {
  const cases: [parts: string[], id: string][] = [
    [['order', 'L1', 'O1'], 'order|L1|O1'],
    [['order', 'L1', 'A|X'], 'order|L1|A|X'],
    [['order', 'L1|A', 'X'], 'order|L1%7CA|X'],
    [['order', 'L1 100%', 'X'], 'order|L1 100%|X'],
    [['order', 'L1%7CA', 'X'], 'order|L1%257CA|X'],
    [['window', 'L1', '', ''], 'window|L1||'],
  ]
  for (const [parts, id] of cases) it(`${JSON.stringify(parts)} is ${id}`, () => assert.equal(joinedId(parts), id))

  const name = fc.string({ unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', 'a'), maxLength: 8 })

  it('is never that of other names, as many as they are', () =>
    fc.assert(
      fc.property(fc.tuple(name, name, name), fc.tuple(name, name, name), (a, b) => {
        assert.equal(joinedId(a) === joinedId(b), JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 5_000 },
    ))

  it('gives all names but the last back', () =>
    fc.assert(
      fc.property(fc.tuple(name, name, name), (parts) => {
        assert.deepEqual(partsOf(joinedId(parts)).slice(0, 2), parts.slice(0, 2))
      }),
    ))
})
