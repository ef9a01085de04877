import assert from 'node:assert/strict'
import { Emission } from '../../nodes/carbon-per-unit/emission.ts'
import type { Calculator } from '../../nodes/core/per-unit/per-unit.ts'

const NEWEST = Date.UTC(2026, 2, 2, 10)
const LATENESS_MS = 60_000

/** A line that was heard a quarter of an hour ago, by a clock that says `now`; gives up to when its records are closed. */
async function closedUntil(now: number): Promise<number> {
  const clocks = { now: Date.now, running: performance.now.bind(performance) }
  let watermark = 0
  const calculator = {
    lines: () => ['L1'],
    alongside: () => ['L1'],
    newest: () => NEWEST,
    due: (_line: string, at: number) => {
      watermark = at
      return []
    },
  } as unknown as Calculator
  const faults: Error[] = []
  const options = { emitMs: 0, latenessMs: LATENESS_MS, publish: () => Promise.resolve() }
  const emission = new Emission(calculator, { ...options, onFault: (error) => void faults.push(error) })
  try {
    Date.now = () => now
    emission.soon('L1')
    performance.now = () => clocks.running() + 900_000
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  } finally {
    emission.stop()
    Date.now = clocks.now
    performance.now = clocks.running
  }
  assert.deepEqual(faults, [])
  return watermark
}

describe('A line that has fallen silent', () => {
  it('closes by our own clock', async () => {
    const now = NEWEST + 900_000
    assert.equal(await closedUntil(now), now - LATENESS_MS)
  })
  for (const [title, now] of [
    ['was never set', 5_000],
    ['is behind the line', NEWEST - 86_400_000],
  ] as const)
    it(`closes no further than it was heard where that clock ${title}`, async () =>
      assert.equal(await closedUntil(now), NEWEST - LATENESS_MS))
})
