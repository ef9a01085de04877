import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import type { EsgReceipt } from '../../nodes/carbon-esg/export.ts'
import type { Assessment } from '../../nodes/core/anomaly/alarm-state.ts'
import type { EsgDocument } from '../../nodes/core/esg/esg-format.ts'
import type { Explanation } from '../../nodes/core/per-unit/explain.ts'
import type { KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import type { Carbon, CarbonAlert } from '../../nodes/core/records.ts'
import type { TotalRow } from '../../nodes/core/per-unit/totals.ts'
import { AT_FIRST, CORRECTED, SETTLED, type Figures } from '../core/worked-example.ts'
import { Example, near, sum } from './example.ts'

type Row = TotalRow & { order: keyof Figures }

function assertFigures(rows: Pick<Row, 'order' | 'kWh' | 'kgCO2e' | 'units' | 'perUnit'>[], expected: Figures): void {
  assert.deepEqual(rows.map((row) => row.order).sort(), Object.keys(expected))
  for (const { order, kWh, kgCO2e, units, perUnit } of rows) {
    const figures = [kWh, kgCO2e.total, units.good, perUnit.kgCO2ePerGood]
    expected[order].forEach((figure, i) => near(figures[i], figure))
  }
}

describe('the example flows of the whole calculation', () => {
  let example: Example

  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(async () => {
    await helper.unload()
    assert.deepEqual(example.faults, [])
  })

  describe('04: CO₂e per unit', () => {
    const ONE_BY_ONE = [
      ['10:50 · 5500 good units', '10:05 · start O2, SKU B', '09:50 · 1000 kWh', '10:20 · 1030 kWh'],
      ['10:30 to 11:00 · 0.210 kg/kWh', '09:50 · Execute', '09:30 to 10:00 · 0.120 kg/kWh', '10:50 · 1054 kWh'],
      ['09:50 · start O1, SKU A', '10:20 · 5300 good units', '10:00 to 10:30 · 0.150 kg/kWh', '10:40 · Stopped'],
      ['09:50 · 5000 good units'],
    ].flat()
    let asked: number
    beforeEach(async () => {
      example = await Example.deploy('04 - CO2e per unit')
      asked = 0
    })

    const newest = (order: keyof Figures): Carbon => example.heard<Carbon>(`Order ${order}`).at(-1)!
    async function totals(): Promise<Row[]> {
      example.press('Totals by order')
      asked++
      const answers = (): { ask: string; rows: Row[] }[] => example.heard('Answers')
      await example.seen('Answers', () => answers().filter(({ ask }) => ask === 'totals').length === asked)
      return answers().at(-1)!.rows
    }

    it('gives the figures of the worked example, then those of the settlement and of the correction', async () => {
      example.press(...ONE_BY_ONE)
      assertFigures(await totals(), AT_FIRST)
      example.press('The provider settles 10:30 at 0.240')
      assertFigures(await totals(), SETTLED)
      await example.seen<Carbon>('Order O2', ({ reasons }) => reasons.includes('factor-settled'))
      assertFigures([newest('O1') as unknown as Row, newest('O2') as unknown as Row], SETTLED)
      example.press('The MES corrects: O2 from 10:10')
      assertFigures(await totals(), CORRECTED)
      for (const order of ['O1', 'O2'] as const)
        await example.seen<Carbon>(`Order ${order}`, ({ reasons }) => reasons.includes('context-changed'))
      assertFigures([newest('O1') as unknown as Row, newest('O2') as unknown as Row], CORRECTED)
    })

    it('gives the same figures when all facts come at once, and once more', async () => {
      example.press('All facts at once')
      await example.seen<Carbon>('Order O2', ({ perUnit }) => perUnit.kgCO2ePerGood !== null)
      assertFigures(await totals(), AT_FIRST)
      const told = (): number => example.messages('Order O1').length + example.messages('Order O2').length
      const before = told()
      example.press(...ONE_BY_ONE)
      assertFigures(await totals(), AT_FIRST)
      assert.equal(told(), before)
    })

    it('explains a figure down to its readings, and verifies the ledger', async () => {
      example.press('All facts at once')
      await example.seen<Carbon>('Order O2', ({ perUnit }) => perUnit.kgCO2ePerGood !== null)
      example.press('Explain O2', 'Verify the ledger')
      const { readings, factors } = await example.seen<Explanation & { ask: string }>(
        'Answers',
        ({ ask }) => ask === 'explain',
      )
      near(sum(readings.flatMap(({ parts }) => parts.map((part) => part.kgCO2e!))), 6.81)
      assert.deepEqual(factors.map((row) => row.kgPerKWh).sort(), [0.15, 0.21])
      const { ok, facts } = await example.seen<{ ask: string; ok: boolean; facts: number }>(
        'Answers',
        ({ ask }) => ask === 'verify',
      )
      // An interval that a late reading has cut stays in the ledger beside its parts.
      assert.deepEqual([ok, facts >= ONE_BY_ONE.length], [true, true])
    })
  })

  it('05: the compressor short-cycles, the alarm names it, the shift lead acknowledges, the repair clears it', async () => {
    example = await Example.deploy('05 - Alarm and cause')
    const alarm = (state: CarbonAlert['state']): Promise<CarbonAlert> =>
      example.seen<CarbonAlert>('Alarms', (alert) => alert.state === state)
    example.press('Play the recording')
    const { id, from, detectedAt, causes, kgCO2ePerGood, expected } = await alarm('raised')
    example.press('Acknowledge the alarm')
    assert.equal((await alarm('acknowledged')).acknowledgedBy, 'Kim')
    const cleared = await alarm('cleared')
    const fault = Date.parse('2026-03-03T07:00:00Z')
    assert.equal(from, fault)
    assert.ok(detectedAt <= fault + 600_000, new Date(detectedAt).toISOString())
    assert.equal(causes[0]!.machine, 'comp3')
    assert.match(causes[0]!.cause, /^Compressor 3 is short-cycling/)
    assert.match(causes[0]!.evidence[0]!, /load starts per hour/)
    near(kgCO2ePerGood / expected, 1.13, 0.03)
    assert.equal(cleared.id, id)
    assert.ok(cleared.kgCO2eAvoidable > 0)
    assert.equal(example.heard<CarbonAlert>('Alarms').filter(({ state }) => state === 'raised').length, 1)
    const states = example
      .heard<{ assessment: Assessment }>('Windows, assessed')
      .map(({ assessment: { state } }) => state)
    assert.deepEqual([states[0], states.includes('alarm')], ['learning', true])
  }).timeout(90_000)

  describe('06: KPI and ESG record', () => {
    const FACTS = 'The facts of 2 March 2026'
    beforeEach(async () => {
      example = await Example.deploy('06 - KPI and ESG record')
    })
    const kpi = (order: string, status: Carbon['status']): Promise<KpiRecord> =>
      example.seen<KpiRecord>('Here: mqtt out', (k) => k.jobOrderId === order && k.status === status)

    it('publishes both orders for MQTT with topic, retain and QoS, and as writes for OPC UA', async () => {
      example.press(FACTS)
      near((await kpi('O1', 'final')).value, 0.013)
      near((await kpi('O2', 'final')).value, 6.81 / 350)
      await example.seen('Here: OPC UA client', () => example.messages('Here: OPC UA client').length === 4)
      const { topic, qos, retain } = example.messages('Here: mqtt out')[0]!
      assert.deepEqual([topic, qos, retain], ['Acme/Leeds/Packaging/L1/kpi/co2e-per-unit/order', 1, true])
      assert.deepEqual(
        example.messages('Here: OPC UA client').map((m) => [m.topic, m.payload]),
        [
          ['ns=1;s=L1.CO2ePerUnit', 0.013],
          ['ns=1;s=L1.EnergyKWh', 15],
          ['ns=1;s=L1.CO2ePerUnit', 6.81 / 350],
          ['ns=1;s=L1.EnergyKWh', 39],
        ],
      )
    })

    it('exports documents whose sums are those of the published records, and the restated ones later', async () => {
      const EXPECTED = [
        ['final', 6.81],
        ['restated', 7.29],
      ] as const
      for (const [i, [status, kg]] of EXPECTED.entries()) {
        example.press(i === 0 ? FACTS : 'The provider settles 10:30 at 0.240')
        const records = [await kpi('O1', 'final'), await kpi('O2', status)]
        near(records[1]!.emissionsKgCO2e, kg)
        example.press('Export 2 March 2026')
        for (const debug of ['CSV', 'JSON Lines', 'Receipts'])
          await example.seen(debug, () => example.messages(debug).length === (i + 1) * (debug === 'Receipts' ? 2 : 1))
        assertExport(records)
      }
    })

    /** The newest export against what was published, digit by digit. */
    function assertExport(records: readonly KpiRecord[]): void {
      const textOf = (debug: string): string => example.heard<EsgDocument>(debug).at(-1)!.text.trimEnd()
      const [header, ...rows] = textOf('CSV')
        .split('\r\n')
        .map((line) => line.split(','))
      const column = (name: string): string[] => rows.map((row) => row[header!.indexOf(name)]!)
      const lines = textOf('JSON Lines')
        .split('\n')
        .map((line) => JSON.parse(line) as Carbon)
      const kg = records.map((record) => record.emissionsKgCO2e)
      assert.deepEqual(column('total (kgCO2e)'), kg.map(String))
      assert.deepEqual(
        column('energy (kWh)'),
        records.map((record) => String(record.energyKWh)),
      )
      assert.deepEqual(
        column('good (units)'),
        records.map((record) => String(record.qtyGood)),
      )
      assert.deepEqual(
        column('status'),
        records.map((record) => record.status),
      )
      assert.deepEqual(
        lines.map((line) => line.kgCO2e.total),
        kg,
      )
      for (const { records: count, totals } of example.heard<EsgReceipt>('Receipts').slice(-2)) {
        assert.deepEqual([count, totals.kWh, totals.units.good], [2, 54, 500])
        near(totals.kgCO2e.total, sum(kg))
      }
    }
  })
})
