import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helper from 'node-red-node-test-helper'
import type { Carbon } from '../../nodes/core/records.ts'
import { figuresText } from '../../nodes/shared/compare.ts'
import type { LedgerNode } from '../../nodes/shared/node-kit.ts'
import { plantVersions } from '../../nodes/shared/plant-version.ts'
import { recompute } from '../../nodes/shared/recompute.ts'
import type { Ledger } from '../../nodes/stores/ledger.ts'
import { mulberry32 } from '../plant/random.ts'
import { deployLine, type Line } from './line.ts'

/** Three days of hourly facts with six hours in memory: what comes late is restated from the ledger. */

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 2, 2)
const HOURS = 72
const model = {
  enterprise: 'Acme',
  site: 'Leeds',
  timeZone: 'UTC',
  gridZone: 'GB',
  lines: [{ id: 'L1' }],
  meters: [{ id: 'oven-e', source: 'oven', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'kWh' }],
}

/** In every hour 10 kWh, 100 good units; hour 30 has its energy in its second half alone. */
const reading = (hour: number, value = hour * 10) => ({
  topic: 'oven',
  payload: { value, timestamp: T0 + hour * HOUR },
})
const good = (hour: number, total = hour * 100) => ({
  payload: { type: 'count', line: 'L1', kind: 'total', at: T0 + hour * HOUR, good: total },
})
const job = (hour: number, order: string, more = {}) => ({
  payload: { type: 'job', line: 'L1', action: 'start', at: T0 + hour * HOUR, order, ...more },
})
const factor = (from: number, to: number, kgPerKWh: number, revision = 0) => {
  const row = { from: T0 + from * HOUR, to: T0 + to * HOUR, kgPerKWh, quality: 'measured', revision }
  return { payload: { type: 'factor', factors: [{ ...row, retrievedAt: T0 + revision }] } }
}

const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
  for (let i = 0; i < 500; i++) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`waited in vain for ${what}`)
}

/** True once the ledger's facts and records have stood still for a second. */
function quiet(ledger: Ledger): () => true | undefined {
  let [last, since] = ['', 0]
  return () => {
    const now = `${ledger.head()} ${[...ledger.records({})].map((r) => r.revision).join()}`
    if (now !== last) [last, since] = [now, Date.now()]
    return Date.now() - since > 1000 ? true : undefined
  }
}

describe('facts of a time that is no longer in memory', () => {
  let folder: string
  let line: Line
  let ledger: Ledger
  const near = (got: number | null | undefined, expected: number): void =>
    assert.ok(typeof got === 'number' && Math.abs(got - expected) < 1e-9, `${got} is not ${expected}`)
  /** The newest revision of a record, once it has one with this reason. */
  const restated = (id: string, reason: string): Promise<Carbon> =>
    until(`${id} with ${reason}`, () => [ledger.record(id)].find((r) => r?.reasons.includes(reason)))

  before(() => helper.startServer())
  after(() => helper.stopServer())
  beforeEach(async function () {
    this.timeout(30_000)
    folder = mkdtempSync(join(tmpdir(), 'restatement-'))
    const perUnit = { views: ['order', 'day'] }
    line = await deployLine({ model, ledger: join(folder, 'ledger.sqlite'), perUnit, horizonHours: 6 })
    ledger = (helper.getNode('ledger') as unknown as LedgerNode).ledger
    for (const message of [factor(0, 200, 0.2), job(0, 'O1'), good(0), reading(0)]) line.send(message)
    for (let hour = 1; hour <= HOURS; hour++) {
      if (hour === 24) line.send(job(24, 'O2'))
      if (hour === 48) line.send(job(48, 'O3'))
      if (hour === 30) continue
      line.send(reading(hour))
      line.send(good(hour))
      if (hour % 6 === 0) await line.ask({ ask: 'verify' })
    }
    await until('the second day', () => [ledger.record('day|L1|2026-03-03')].find((r) => r?.status === 'final'))
    await until('the second order', () => [ledger.record('order|L1|O2')].find((r) => r?.status === 'final'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true })
  })

  it('a late reading moves energy in its day, and the record says why', async () => {
    line.send(factor(29, 30, 0.5, 1))
    await restated('day|L1|2026-03-03', 'factor-settled')
    // 10 of the 20 kWh between hours 29 and 31 are at 0.5: 240 × 0.2 + 10 × 0.3 = 51 kg.
    near(ledger.record('day|L1|2026-03-03')!.kgCO2e.total, 51)
    line.send(reading(30, 292))
    const day = await restated('day|L1|2026-03-03', 'late-energy')
    // Of these 20 kWh only 2 were used before hour 30: 240 × 0.2 + 2 × 0.3 = 48.6 kg.
    near(day.kgCO2e.total, 48.6)
    near(day.kWh, 240)
    assert.equal(day.status, 'restated')
    const order = await restated('order|L1|O2', 'late-energy')
    near(order.kgCO2e.total, 48.6)
    near(order.perUnit.kgCO2ePerGood, 48.6 / 2400)
    assert.deepEqual(line.faults, [])
  }).timeout(20_000)

  it('a corrected count moves units from one order to the next', async () => {
    line.send({ payload: { ...good(24, 2390).payload, revision: 1 } })
    const corrected = await until('2390 units', () =>
      [ledger.record('order|L1|O1')].find((r) => r!.units.good === 2390),
    )
    near(corrected.perUnit.kgCO2ePerGood, 48 / 2390)
    near((await restated('order|L1|O2', 'late-count')).units.good, 2410)
  }).timeout(20_000)

  it('a corrected changeover moves energy and units between orders and leaves the days as they are', async () => {
    const before = ledger.record('day|L1|2026-03-02')!
    line.send(job(20, 'O2', { corrects: T0 + 24 * HOUR }))
    const [one, two] = [
      await restated('order|L1|O1', 'context-changed'),
      await restated('order|L1|O2', 'context-changed'),
    ]
    near(one.kWh, 200)
    near(one.units.good, 2000)
    near(two.kWh, 280)
    near(two.units.good, 2800)
    assert.deepEqual([two.from, two.to], [T0 + 20 * HOUR, T0 + 48 * HOUR])
    near(ledger.record('day|L1|2026-03-02')!.kWh, before.kWh)
  }).timeout(20_000)

  it('an order that nobody had told of gets a record', async () => {
    line.send(job(10, 'O1b'))
    line.send(job(12, 'O1'))
    const found = await until('O1b', () => ledger.record('order|L1|O1b'))
    near(found.kWh, 20)
    near(found.units.good, 200)
    assert.equal(found.status, 'final')
  }).timeout(20_000)

  it('an order that began before and still runs, told of only now, gets all of its time', async () => {
    line.send(job(60, 'LATE'))
    await restated('order|L1|O3', 'context-changed')
    near(ledger.record('order|L1|O3')!.kWh, 120)
    for (const message of [reading(73), good(73), job(73, 'NEXT'), reading(74), good(74), reading(75)])
      line.send(message)
    const late = await until('its end', () => [ledger.record('order|L1|LATE')].find((r) => r?.status !== 'provisional'))
    near(late!.kWh, 130)
    near(late!.units.good, 1300)
    assert.deepEqual([late!.from, late!.to], [T0 + 60 * HOUR, T0 + 73 * HOUR])
  }).timeout(20_000)

  it('in any order end in what the facts give, and what an undisturbed line has told', async () => {
    await helper.unload()
    const facts = (): object[] => [
      factor(0, 40, 0.2),
      factor(40, 200, 0.4),
      ...Array.from({ length: HOURS + 1 }, (_, h) => [reading(h, h * 10 + (h % 5)), good(h, h * 100 + (h % 7))]).flat(),
      ...[0, 11, 24, 29, 48].map((h, i) => job(h, `P${i}`)),
      job(31, 'P3', { corrects: T0 + 29 * HOUR }),
      factor(20, 22, 0.9, 1),
    ]
    const perUnit = { views: ['order', 'day'] }
    const run = async (name: string, late: (i: number) => boolean): Promise<Map<string, Carbon>> => {
      const path = join(folder, `${name}.sqlite`)
      const disturbed = await deployLine({ model, ledger: path, perUnit, horizonHours: 6 })
      const [now, then] = [facts().filter((_, i) => !late(i)), facts().filter((_, i) => late(i))]
      for (const message of [...now, ...then]) {
        disturbed.send(message)
        if (then.includes(message)) await disturbed.ask({ ask: 'verify' })
      }
      const kept = (helper.getNode('ledger') as unknown as LedgerNode).ledger
      await until('quiet', quiet(kept))
      assert.deepEqual([disturbed.faults, disturbed.rejected], [[], []])
      const records = [...kept.records({})].filter((r) => r.status !== 'provisional' && r.buckets.length > 0)
      const plant = [...plantVersions(kept).values()][0]!
      const again = recompute(kept, records, plant)
      for (const record of records) assert.equal(figuresText(again.get(record.id)!), figuresText(record))
      await helper.unload()
      return new Map(records.map((r) => [r.id, r]))
    }
    const undisturbed = await run('undisturbed', () => false)
    for (let seed = 1; seed <= 4; seed++) {
      const chance = mulberry32(seed)
      const lates = facts().map((_, i) => i > 0 && chance() < 0.15)
      const told = await run(`seed-${seed}`, (i) => lates[i]!)
      for (const [id, record] of undisturbed)
        assert.equal(figuresText(told.get(id)!), figuresText(record), `${id}, seed ${seed}`)
    }
  }).timeout(120_000)

  it('an old record explains itself from the ledger', async () => {
    const { record, formula, readings } = (await line.ask({ ask: 'explain', id: 'order|L1|O1' })) as {
      record: Carbon
      formula: string
      readings: { evidence: object }[]
    }
    near(record.kgCO2e.total, 48)
    assert.match(formula, /48 \(scope 2\).*÷ 2400 good units = 0\.02 kg per unit/)
    assert.equal(readings.length, 24)
    assert.deepEqual(readings[0]!.evidence, { reading: 'counter', fromReading: 0, toReading: 10, unit: 'kWh' })
  }).timeout(20_000)

  it('of a closed period leave its records alone and are booked in the open one', async () => {
    const day = ledger.record('day|L1|2026-03-02')!
    await ledger.seal(T0 + 24 * HOUR, Date.now())
    line.send(factor(0, 12, 0.3, 1))
    const [adjustment] = await until('an adjustment', () => {
      const found = [...ledger.adjustments(day.id)]
      return found.length > 0 ? found : undefined
    })
    near(adjustment!.kgCO2e.total, 12)
    near(adjustment!.kWh, 0)
    assert.deepEqual([adjustment!.from, adjustment!.to], [T0 + 24 * HOUR, T0 + 48 * HOUR])
    assert.deepEqual(adjustment!.adjusts, { id: day.id, revision: day.revision })
    assert.equal(adjustment!.perUnit.kgCO2ePerGood, null)
    assert.deepEqual(ledger.record(day.id), day)
    // Who follows the record is told its newest figures.
    const told = await until('the day', () => line.records.findLast((r) => r.id === day.id && r.status === 'restated'))
    near(told.kgCO2e.total, 60)
    line.send(factor(0, 12, 0.4, 2))
    await until('its next revision', () => [...ledger.adjustments(day.id)].find((r) => r.revision === 1))
    near([...ledger.adjustments(day.id)][0]!.kgCO2e.total, 24)
    assert.equal(ledger.verify().ok, true)
  }).timeout(20_000)

  it('of a time that was archived alter nothing: its facts are not there to reckon with', async () => {
    const day = ledger.record('day|L1|2026-03-02')!
    await ledger.seal(T0 + 24 * HOUR, Date.now())
    const gone = await ledger.compact({ before: T0 + 24 * HOUR, archive: join(folder, 'archive'), at: Date.now() })
    assert.ok(gone!.facts > 40, `${gone!.facts} facts are archived`)
    // From hour 12 to hour 36: the second day is restated, the first one stands.
    line.send(factor(12, 36, 0.3, 1))
    near((await restated('day|L1|2026-03-03', 'factor-settled')).kgCO2e.total, 48 + 12)
    assert.deepEqual(ledger.record(day.id), day)
    assert.deepEqual([...ledger.adjustments(day.id)], [])
    assert.deepEqual(line.faults, [])
  }).timeout(20_000)

  it('a reading of a closed period that is no longer in memory is refused with the reason', async () => {
    await ledger.seal(T0 + 24 * HOUR, Date.now())
    line.send(reading(12.5, 125))
    await until('a refusal', () => line.rejected[0])
    assert.match(
      line.rejected[0]!,
      /expected no older than the open period of the ledger, 2026-03-03T00:00:00.000Z, got 2026-03-02T12:30/,
    )
  }).timeout(20_000)
})
