import assert from 'node:assert/strict'
import { Carried } from '../../nodes/stores/carried.ts'
import type { ChainRow } from '../../nodes/stores/chain.ts'
import type { FactKind } from '../../nodes/stores/ledger.ts'

const DAY = 86_400_000
/** The time that stays begins on day 100: the context of the 31 days before it goes along. */
const SINCE = 100 * DAY

type Row = [kind: FactKind, day: number, body: object]

function carried(rows: Row[]): number[] {
  const finder = new Carried(SINCE)
  rows.forEach(([kind, day, body], seq) => {
    const at = day * DAY
    const row: ChainRow = { kind, seq, id: `${seq}`, revision: 0, line: 'L1', from: at, to: at, hash: '', body: '' }
    finder.see({ ...row, body: JSON.stringify(body) })
  })
  return finder.rows().map((row) => row.seq)
}

const energy = (meter: string): object => ({ type: 'energy', meter })
const start = (over: object = {}): object => ({ type: 'job', line: 'L1', action: 'start', order: 'O', ...over })
const step = (role: string): object => ({ type: 'step', line: 'L1', role, value: 'x' })
const count = { type: 'count', line: 'L1', role: 'good' }

describe('what still matters of facts that leave a ledger', () => {
  const table: [what: string, rows: Row[], kept: number[]][] = [
    [
      'each version of the plant',
      [
        ['plant', 0, {}],
        ['plant', 0, {}],
      ],
      [0, 1],
    ],
    [
      'factor rows that reach into the time that stays',
      [
        ['factor', 100, {}],
        ['factor', 101, {}],
      ],
      [1],
    ],
    [
      'all context of the month before',
      [
        ['context', 69, step('state')],
        ['context', 70, step('state')],
        ['context', 71, step('state')],
      ],
      [0, 1, 2],
    ],
    [
      'of older context the newest of each role',
      [
        ['context', 1, step('state')],
        ['context', 3, step('state')],
        ['context', 2, step('state')],
        ['context', 1, step('sku')],
      ],
      [1, 3],
    ],
    [
      'the job that may still run in each lane, and the end that says that it does not',
      [
        ['context', 1, start()],
        ['context', 2, start({ lane: 'b' })],
        ['context', 3, start({ action: 'end' })],
        ['context', 4, start()],
      ],
      [1, 2, 3],
    ],
    [
      'what corrects the newest, though it is older itself',
      [
        ['context', 5, start()],
        ['context', 4, start({ corrects: 5 * DAY })],
        ['context', 3, start({ corrects: 2 * DAY })],
      ],
      [0, 1],
    ],
    [
      'the newest interval of each meter',
      [
        ['energy', 9, energy('a')],
        ['energy', 9, energy('a')],
        ['energy', 1, energy('b')],
      ],
      [1, 2],
    ],
    [
      'the newest count',
      [
        ['production', 1, count],
        ['production', 2, count],
      ],
      [1],
    ],
  ]
  for (const [what, rows, kept] of table) it(`is ${what}`, () => assert.deepEqual(carried(rows), kept))
})
