import assert from 'node:assert/strict'
import fc from 'fast-check'
import { plain, shown } from '../../nodes/core/shown.ts'

describe('What comes from outside, as it is shown', () => {
  const cases: [value: unknown, text: string][] = [
    [undefined, 'nothing'],
    [null, 'nothing'],
    [NaN, 'NaN'],
    [-1, '-1'],
    [12n, '12'],
    [true, 'true'],
    ['O1', '"O1"'],
    ['two\nlines\u001b[2J', '"two\\nlines\\u001b[2J"'],
    ['a\u202eb', '"a\\u202eb"'],
    ['x'.repeat(70), `"${'x'.repeat(59)}…" (70 characters)`],
    [[1, 2, 3], '[1,2,3]'],
    [Array(6).fill(0), 'a list of 6'],
    [{ count: 5 }, '{"count":5}'],
    [{ a: {}, b: 1 }, 'an object with a, b'],
    [{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, 'an object with a, b, c, d, e, …'],
    [{}, '{}'],
    [new Uint8Array(3), '3 bytes'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'a date that is none'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
  ]
  for (const [value, text] of cases) it(text, () => assert.equal(shown(value), text))

  it('is a short text on one line for any value, without control characters', () =>
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
        const text = shown(value)
        assert.ok(text.length <= 1_300, `${text.length}`)
        assert.doesNotMatch(text, /\p{Cc}/u)
      }),
      { numRuns: 2_000 },
    ))

  it('is cut where a text is longer', () => {
    assert.equal(plain('abcdef', 4), 'abc…')
    assert.equal(plain('a\nb', 4), 'a\\nb')
  })
})
