import assert from 'node:assert/strict'
import { faultText, readPlant } from '../../nodes/core/plant/plant-check.ts'

const meter = (id: string, more: object = {}): object => ({
  id,
  source: id,
  carrier: 'electricity',
  reading: 'counter',
  unit: 'kWh',
  ...more,
})
const shared = (more: object): object => meter('a', { shared: { lines: ['L1', 'L2'], rule: 'units', ...more } })

const faultsOf = (meters: object[]): string[] => {
  const read = readPlant({
    enterprise: 'Acme',
    site: 'Leeds',
    timeZone: 'UTC',
    lines: [{ id: 'L1' }, { id: 'L2' }],
    meters,
  })
  return 'faults' in read ? read.faults.map(faultText) : []
}

describe('the meters of a plant model', () => {
  const refusals: [what: string, meters: object[], fault: RegExp][] = [
    [
      'a shared meter that is a line’s',
      [{ ...shared({}), line: 'L1' }],
      /^meters\[0\]\.line: expected no line on a shared meter, got "L1"$/,
    ],
    [
      'a share of a stranger',
      [shared({ rule: 'fixed', shares: { L1: 0.5, L3: 0.5 } })],
      /shared\.shares: expected shares of the lines named in `lines`, got L3/,
    ],
    ['shares that are not all', [shared({ rule: 'fixed', shares: { L1: 0.5, L2: 0.4 } })], /shares that add up to 1/],
    ['a period of nothing', [shared({ periodMinutes: 0 })], /shared\.periodMinutes: expected a number above 0, got 0/],
    [
      'a meter below itself',
      [meter('a', { parent: 'b' }), meter('b', { parent: 'a' })],
      /^meters\[0\]\.parent: expected a meter that is not below this one, got "b"$/m,
    ],
    [
      'a meter that repeats itself',
      [meter('a', { redundantTo: 'a' })],
      /redundantTo: expected a meter of the same carrier that repeats none, got "a"/,
    ],
    [
      'a repetition of another carrier',
      [meter('a'), meter('b', { redundantTo: 'a', carrier: 'heat' })],
      /meters\[1\]\.redundantTo: expected a meter of the same carrier/,
    ],
    [
      'a repetition of a repetition',
      [meter('a'), meter('b', { redundantTo: 'a' }), meter('c', { redundantTo: 'b' })],
      /meters\[2\]\.redundantTo/,
    ],
    [
      'a repetition that has a parent',
      [meter('a'), meter('b', { redundantTo: 'a', parent: 'a' })],
      /meters\[1\]\.parent: expected no parent on a redundant meter/,
    ],
  ]
  for (const [what, meters, fault] of refusals) {
    it(`refuses ${what}`, () => assert.match(faultsOf(meters).join('\n'), fault))
  }

  it('takes a meter that two lines share, with a period of its own, and one that repeats it', () => {
    assert.deepEqual(faultsOf([shared({ periodMinutes: 30 }), meter('b', { redundantTo: 'a' })]), [])
  })
})
