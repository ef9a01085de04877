import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Calendar } from '../../nodes/core/calendar.ts'
import type { ContextFact } from '../../nodes/core/context/context-fact.ts'
import { readEvent } from '../../nodes/door/events.ts'
import { readSignal } from '../../nodes/door/signals.ts'
import { LineContext, type StepEvent } from '../../nodes/core/context/context.ts'
import { StateWords } from '../../nodes/core/context/states.ts'
import { readPlant } from '../../nodes/core/plant/plant-check.ts'
import { isMissing, type JobEvent } from '../../nodes/core/records.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const day = (hm: string): number => Date.parse(`2026-03-02T${hm}:00Z`)
const calendar = (shifts = true): Calendar =>
  new Calendar(
    { shifts: shifts ? [{ name: 'early', from: '06:00', to: '14:00', days: EVERY_DAY }] : [], holidays: [] },
    zonedTime('UTC'),
  )

const job = (at: string, order: string, more: Partial<JobEvent> = {}): JobEvent => ({
  type: 'job',
  line: 'L1',
  at: day(at),
  action: 'start',
  order,
  ...more,
})
const step = (at: string, role: StepEvent['role'], value: string | null, more: Partial<StepEvent> = {}): StepEvent => ({
  at: day(at),
  role,
  value,
  revision: 0,
  ...more,
})
type Given = JobEvent | StepEvent
const lineWith = (events: Given[], shifts = true): LineContext => {
  const words = new StateWords({ stateMap: { Rinse: 'changeover' }, signals: [] }, 'L1')
  const line = new LineContext('L1', calendar(shifts), words)
  for (const e of events) {
    if ('type' in e) line.job(e)
    else line.step(e)
  }
  return line
}
/** `HH:MM order/sku state` of every span. */
const tell = (line: LineContext, from: string, to: string, machine?: string): string[] =>
  line.spans(day(from), day(to), machine).map(({ from, context }) => {
    const at = new Date(from).toISOString().slice(11, 16)
    return isMissing(context) ? `${at} –` : `${at} ${context.order ?? '-'}/${context.sku ?? '-'} ${context.state}`
  })

describe('production context', () => {
  const cases: [string, Given[], string[], string?][] = [
    [
      'a start ends the job before it',
      [job('09:00', 'O1', { sku: 'A' }), job('10:05', 'O2', { sku: 'B' })],
      ['09:50 O1/A unknown', '10:05 O2/B unknown'],
    ],
    [
      'an end leaves no order',
      [job('09:00', 'O1'), job('10:30', 'O1', { action: 'end' })],
      ['09:50 O1/- unknown', '10:30 -/- unknown'],
    ],
    [
      'the end of another order ends nothing',
      [job('09:00', 'O1'), job('10:30', 'O9', { action: 'end' })],
      ['09:50 O1/- unknown'],
    ],
    [
      'a correction moves the changeover',
      [job('09:00', 'O1'), job('10:05', 'O2'), job('10:10', 'O2', { corrects: day('10:05') })],
      ['09:50 O1/- unknown', '10:10 O2/- unknown'],
    ],
    [
      'jobs of two lanes are named together',
      [job('09:00', 'O1'), job('10:00', 'O2', { lane: 'b' })],
      ['09:50 O1/- unknown', '10:00 O1+O2/- unknown'],
    ],
    [
      'signals are context as well, each from its own time',
      [
        step('09:00', 'order', 'O1'),
        step('10:05', 'order', 'O2'),
        step('10:06', 'sku', 'B'),
        step('09:00', 'state', '6'),
      ],
      ['09:50 O1/- productive', '10:05 O2/- productive', '10:06 O2/B productive'],
    ],
    ['a state of the plant’s own map', [step('09:00', 'state', 'Rinse')], ['09:50 -/- changeover']],
    [
      'of two states at one instant the higher revision holds',
      [step('09:00', 'state', 'Execute', { revision: 1 }), step('09:00', 'state', 'Stopped')],
      ['09:50 -/- productive'],
    ],
    [
      'a state that nobody has explained ends what stood',
      [step('09:00', 'order', 'O1'), step('09:00', 'state', 'Execute'), step('10:20', 'state', 'Dancing')],
      ['09:50 O1/- productive', '10:20 O1/- unknown'],
    ],
    [
      'a bad state ends what stood, until the next one',
      [step('09:00', 'state', 'Execute'), step('10:20', 'state', null), step('10:30', 'state', 'Idle')],
      ['09:50 -/- productive', '10:20 -/- unknown', '10:30 -/- idle'],
    ],
    [
      'no order is none from then on, and so is an empty one',
      [
        ...[step('09:00', 'order', 'O1'), step('09:00', 'sku', 'A')],
        ...[step('10:20', 'order', null), step('10:30', 'sku', ''), step('10:40', 'order', 'O2')],
      ],
      ['09:50 O1/A unknown', '10:20 -/A unknown', '10:30 -/- unknown', '10:40 O2/- unknown'],
    ],
    [
      'of an order and none at one instant the order holds',
      [step('10:00', 'order', 'O1'), step('10:00', 'order', null)],
      ['09:50 -/- unknown', '10:00 O1/- unknown'],
    ],
    [
      'a corrected state never was',
      [
        step('09:00', 'state', 'Execute'),
        step('10:00', 'state', 'Stopped'),
        step('10:20', 'state', 'Stopped', { corrects: day('10:00') }),
      ],
      ['09:50 -/- productive', '10:20 -/- stopped'],
    ],
  ]
  for (const [title, events, expected] of cases) {
    it(title, () => assert.deepEqual(tell(lineWith(events), '09:50', '10:50'), expected))
    it(`${title}, whatever came first, and twice`, () => {
      fc.assert(
        fc.property(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), (shuffled) => {
          assert.deepEqual(tell(lineWith(shuffled), '09:50', '10:50'), expected)
        }),
        { numRuns: 50 },
      )
    })
  }

  it('is off-shift where no shift runs, and a reported state wins over the calendar', () => {
    const line = lineWith([step('15:00', 'state', 'Execute'), step('16:00', 'state', 'Stopped')])
    assert.deepEqual(tell(line, '13:00', '17:00'), [
      '13:00 -/- unknown',
      '14:00 -/- off-shift',
      '15:00 -/- productive',
      '16:00 -/- stopped',
    ])
  })

  it('says that it knows nothing where there is neither a fact nor a shift', () => {
    assert.deepEqual(tell(lineWith([job('10:00', 'O1')], false), '09:50', '10:50'), ['09:50 –', '10:00 O1/- unknown'])
    const states = [step('09:00', 'state', 'Execute'), step('10:20', 'state', 'Dancing')]
    assert.deepEqual(tell(lineWith(states, false), '09:50', '10:50'), ['09:50 -/- productive', '10:20 –'])
  })

  it('is not off-shift where a state was reported that cannot be read', () =>
    assert.deepEqual(tell(lineWith([step('15:00', 'state', null)]), '13:00', '17:00'), [
      '13:00 -/- unknown',
      '14:00 -/- off-shift',
      '15:00 -/- unknown',
    ]))

  it('a machine with states of its own has its own spans', () => {
    const line = lineWith([step('09:00', 'state', 'Execute'), step('10:00', 'state', 'Held', { machine: 'oven' })])
    assert.deepEqual(tell(line, '10:00', '10:50'), ['10:00 -/- productive'])
    assert.deepEqual(tell(line, '10:00', '10:50', 'oven'), ['10:00 -/- idle'])
  })
})

describe('production events', () => {
  const read = readPlant({ enterprise: 'A', site: 'S', timeZone: 'UTC', lines: [{ id: 'L1' }] })
  assert.ok('model' in read)
  const { model } = read

  it('a count of two roles is two facts', () => {
    const facts = readEvent(
      { type: 'count', line: 'L1', at: '2026-03-02T10:00:00Z', kind: 'total', good: 7, scrap: 1 },
      model,
    )
    assert.deepEqual(
      facts.map((f) => f.type === 'count' && [f.role, f.value, f.at]),
      [
        ['good', 7, day('10:00')],
        ['scrap', 1, day('10:00')],
      ],
    )
  })

  const refused: [string, Record<string, unknown>, RegExp][] = [
    [
      'an unknown line',
      { type: 'job', line: 'L9', at: 1e12, action: 'start', order: 'O' },
      /line: expected one of L1, got "L9"/,
    ],
    [
      'a job without an order',
      { type: 'job', line: 'L1', at: 1e12, action: 'start' },
      /order: expected a text of up to 256 characters, got nothing/,
    ],
    [
      'a job that neither starts nor ends',
      { type: 'job', line: 'L1', at: 1e12, action: 'go', order: 'O' },
      /action: expected one of start, end/,
    ],
    [
      'a time that is none',
      { type: 'state', line: 'L1', at: 'noon', state: 'Idle' },
      /at: expected epoch milliseconds, or ISO 8601 with Z.*got "noon"/,
    ],
    ['a count of nothing', { type: 'count', line: 'L1', at: 1e12, kind: 'total' }, /expected at least one count/],
    [
      'a negative count',
      { type: 'count', line: 'L1', at: 1e12, kind: 'delta', good: -1 },
      /good: expected a number of 0 or more, got -1/,
    ],
  ]
  for (const [title, event, reason] of refused) {
    it(`refuses ${title}`, () => assert.throws(() => readEvent(event, model), reason))
  }

  it('an order number keeps its leading zeros', () => {
    const signal = { source: 's', line: 'L1', role: 'order' as const }
    const fact = readSignal(signal, { value: 12, text: '0012' }, () => 1) as Extract<ContextFact, { type: 'step' }>
    assert.equal(fact.value, '0012')
  })

  it('says of a state that nobody has explained what was expected', () => {
    const line = lineWith([])
    assert.match(
      line.unread(step('09:00', 'state', 'Dancing')) ?? '',
      /^state of L1: expected .*PackML.*, got "Dancing"$/,
    )
    assert.equal(line.unread(step('09:00', 'state', 'Rinse')), undefined)
    assert.equal(line.unread(step('09:00', 'order', 'Dancing')), undefined)
  })
})
