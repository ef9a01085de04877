import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import type { AuditRecord } from '../../nodes/core/esg/esg.ts'
import type { Carbon } from '../../nodes/core/records.ts'
import { openLedger } from '../../nodes/stores/open.ts'
import { SCENARIO_NAMES, scenarioOf } from '../plant/scenarios.ts'
import { WholeLine } from './line.ts'

const MINUTE = 60_000
const within = (got: number, expected: number, by: number, what: string): void =>
  assert.ok(Math.abs(got - expected) <= by, `${what}: ${got} is not ${expected} ± ${by}`)
const time = (iso: string): number => Date.parse(iso)

/** The newest revision of each closed window, by time. */
function windowsOf(kpis: KpiRecord[]): KpiRecord[] {
  const newest = new Map<string, KpiRecord>()
  for (const kpi of kpis) if (kpi.view === 'window' && kpi.status !== 'provisional') newest.set(kpi.recordId, kpi)
  return [...newest.values()].sort((a, b) => time(a.timeRange.start) - time(b.timeRange.start))
}

/** kg per good unit of the windows that lie in a time. */
function ratio(kpis: KpiRecord[], from: number, to: number): number {
  const chosen = windowsOf(kpis).filter((k) => time(k.timeRange.start) >= from && time(k.timeRange.end) <= to)
  const sum = (of: (k: KpiRecord) => number): number => chosen.reduce((s, k) => s + of(k), 0)
  return sum((k) => k.emissionsKgCO2e) / sum((k) => k.qtyGood ?? 0)
}

describe('the whole line: OPC UA server, broker, Node-RED and the example flow', () => {
  describe('the article’s case', () => {
    let line: WholeLine
    let fault: { from: number; to: number }
    before(async function () {
      this.timeout(300_000)
      line = await WholeLine.start('stuck-valve', { scenario: 'stuck-valve', speed: 150 })
      fault = line.plant.simulation.fault!
      // The first order ends after three hours; its record is exported as it closes.
      await line.until(
        'the order’s record is written',
        () => line.messages.some((m) => m.topic.endsWith('/esg/receipt')),
        240,
      )
      await line.untilMinute(190)
    })
    after(function () {
      this.timeout(30_000)
      return line?.stop()
    })

    it('learns that 0.68 kg per good unit is usual', () => {
      const before = line.kpis.findLast((k) => time(k.timeRange.end) <= fault.from && k.assessment?.expected)
      within(before!.assessment!.expected!, 0.68, 0.02 * 0.68, 'usual')
      within(ratio(line.kpis, line.plant.simulation.startAt + 5 * MINUTE, fault.from), 0.68, 0.02 * 0.68, 'measured')
    })

    it('raises the alarm within five minutes and names the short-cycling compressor first', () => {
      const raised = line.alarms.find((a) => a.state === 'raised')!
      const at = time(raised.detectedAt)
      assert.ok(
        at >= fault.from && at <= fault.from + 5 * MINUTE,
        `raised ${(at - fault.from) / MINUTE} min after the fault`,
      )
      assert.equal(raised.causes[0]!.machine, 'comp3')
      assert.match(raised.causes[0]!.cause, /compressor 3.*short-cycling/i)
    })

    it('shows 0.87 in the fault, 0.68 after the repair: more than a fifth is saved', () => {
      const peak = ratio(line.kpis, fault.from + 4 * MINUTE, fault.to)
      const after = ratio(line.kpis, fault.to + 6 * MINUTE, fault.to + 60 * MINUTE)
      within(peak, 0.87, 0.02, 'peak')
      within(after, 0.68, 0.02 * 0.68, 'after the repair')
      within(1 - after / peak, 0.22, 0.02, 'saved')
    })

    it('clears the alarm after the repair', () => {
      const cleared = line.alarms.find((a) => a.state === 'cleared')!
      assert.ok(time(cleared.timeRange.end!) >= fault.to)
      assert.equal(cleared.active, false)
    })

    it('KPI, CSV, JSON Lines and ledger agree to the last digit', async () => {
      const folder = join(line.userDir, 'esg')
      const files = readdirSync(folder)
      const lines = readFileSync(
        join(
          folder,
          files.find((f) => f.endsWith('.jsonl'))!,
        ),
        'utf8',
      )
        .trim()
        .split('\n')
      const audit = lines.map((l) => JSON.parse(l) as AuditRecord)[0]!
      const csv = readFileSync(
        join(
          folder,
          files.find((f) => f.endsWith('.csv'))!,
        ),
        'utf8',
      )
        .trim()
        .split(/\r?\n/)
      const column = csv[0]!.split(',').indexOf('per good unit (kgCO2e)')
      const kpi = line.kpis.findLast((k) => k.recordId === audit.id && k.revision === audit.revision)!
      await line.nodeRed!.stop()
      const path = join(line.userDir, 'carbon-ledger.sqlite')
      const fail = (): void => assert.fail('the ledger has a fault')
      const ledger = openLedger({
        store: 'sqlite',
        path,
        owner: 'test',
        events: { onFault: fail, onRecovered: fail, onConflicts: fail },
      })
      const record = [...ledger.records({ view: 'order' })].find((r: Carbon) => r.id === audit.id)!
      assert.equal(record.revision, audit.revision)
      assert.ok(record.perUnit.kgCO2ePerGood !== null)
      assert.equal(audit.perUnit.kgCO2ePerGood, record.perUnit.kgCO2ePerGood)
      assert.equal(Number(csv[1]!.split(',')[column]), record.perUnit.kgCO2ePerGood)
      assert.equal(kpi.value, record.perUnit.kgCO2ePerGood)
      assert.deepEqual(ledger.verify().ok, true)
      await ledger.close()
    })
  })

  const others = SCENARIO_NAMES.filter((name) => scenarioOf(name).expected.alarm && name !== 'stuck-valve')
  for (const name of others) {
    it(`${name}: names its cause first`, async () => {
      const line = await WholeLine.start(name, { scenario: name, speed: 300 })
      try {
        await line.until('an alarm is raised', () => line.alarms.some((a) => a.state === 'raised'), 120)
        const { causes, detectedAt } = line.alarms.find((a) => a.state === 'raised')!
        const text = [causes[0]!.cause, ...causes[0]!.evidence].join(' ').toLowerCase()
        for (const word of scenarioOf(name).expected.words)
          assert.ok(text.includes(word), `"${word}" is not in: ${text}`)
        assert.ok(time(detectedAt) >= line.plant.simulation.fault!.from)
      } finally {
        await line.stop()
      }
    }).timeout(180_000)
  }
})
