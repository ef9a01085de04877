import assert from 'node:assert/strict'
import { alarmOf, kpiOf } from '../../nodes/core/kpi/kpi.ts'
import {
  Newest,
  opcUaAlarm,
  opcUaKpi,
  OPCUA_FIELDS,
  readOpcUaRows,
  unsAlarm,
  unsKpi,
  type OpcUaRow,
} from '../../nodes/core/kpi/kpi-publish.ts'
import type { CarbonAlert } from '../../nodes/core/records.ts'
import { at, MODEL, WindowPlant } from './window-plant.ts'

const record = new WindowPlant(1).window(0)
const nothing = {
  ...record,
  units: { ...record.units, good: 0 },
  perUnit: { ...record.perUnit, kgCO2ePerGood: null, missing: 'no good units were made in this time' },
}
const alert: CarbonAlert = {
  type: 'carbon-alert',
  id: 'alert|L1|A-500|2026-03-03T07:00:00.000Z',
  revision: 2,
  state: 'updated',
  severity: 'critical',
  line: 'L1',
  sku: 'A-500',
  order: 'O1',
  from: at(60),
  detectedAt: at(63),
  kgCO2ePerGood: 0.87,
  expected: 0.68,
  band: [0.66, 0.7],
  split: [{ effect: 'specific-energy', kgCO2ePerUnit: 0.19 }],
  causes: [
    { rank: 1, cause: 'Compressor 3 is short-cycling', confidence: 0.9, kgCO2ePerUnit: 0.19, evidence: [], remedy: '' },
  ],
  kgCO2eAvoidable: 12.5,
}

describe('The KPI record', () => {
  const kpi = kpiOf(record, MODEL)

  it('has every figure as it was computed, to the last digit', () => {
    assert.equal(kpi.value, record.perUnit.kgCO2ePerGood)
    assert.equal(kpi.energyKWh, record.kWh)
    assert.equal(kpi.emissionsKgCO2e, record.kgCO2e.total)
    assert.equal(JSON.parse(JSON.stringify(kpi)).value, record.perUnit.kgCO2ePerGood)
  })

  it('names KPI, unit, time, scope, order and material in the terms of ISA-95 and ISO 22400', () => {
    assert.deepEqual(
      {
        ...kpi,
        value: 0,
        qtyGood: 0,
        qtyProduced: 0,
        qtyScrap: 0,
        energyKWh: 0,
        emissionsKgCO2e: 0,
        throughputPerHour: 0,
        oee: null,
        coverage: null,
        factorKgPerKWh: 0,
      },
      {
        kpiId: 'co2e-per-unit',
        kpiName: 'CO2e per unit',
        value: 0,
        unit: 'kgCO2e/unit',
        timeRange: { start: '2026-03-03T06:00:00.000Z', end: '2026-03-03T06:01:00.000Z' },
        view: 'window',
        scope: { enterprise: 'Acme', site: 'Leeds', area: 'Packaging', line: 'L1' },
        shift: null,
        jobOrderId: 'O1',
        materialDefinitionId: 'A-500',
        qtyGood: 0,
        qtyProduced: 0,
        qtyScrap: 0,
        energyKWh: 0,
        emissionsKgCO2e: 0,
        factorKgPerKWh: 0,
        factorQuality: 'measured',
        status: 'final',
        reasons: [],
        coverage: null,
        throughputPerHour: 0,
        oee: null,
        assessment: null,
        recordId: record.id,
        revision: 0,
      },
    )
  })

  it('has the throughput over the time that has come: 14.7 good units in a minute are 882 per hour', () => {
    const even = new WindowPlant(1).window(0, { noise: 0 })
    assert.ok(Math.abs(kpiOf(even, MODEL).throughputPerHour! - 882) < 1e-9)
    const half = { ...even, buckets: even.buckets.map((b) => ({ ...b, hours: b.hours / 2 })) }
    assert.ok(Math.abs(kpiOf(half, MODEL).throughputPerHour! - 1764) < 1e-9)
  })

  it('is null with its reason where no ratio is known, never 0', () => {
    const missing = kpiOf(nothing, MODEL)
    assert.deepEqual([missing.value, missing.missing], [null, 'no good units were made in this time'])
    assert.equal(kpiOf({ ...record, units: { ...record.units, good: null } }, MODEL).throughputPerHour, null)
  })
})

describe('The KPI for the unified namespace', () => {
  const told = (over: object = {}, prefix = '') => unsKpi({ ...record, ...over }, MODEL, { prefix, isNewest: true })

  it('has a retained topic of its own for each line and view, sent once and acknowledged', () => {
    const { topic, qos, retain } = told()
    assert.deepEqual([topic, qos, retain], ['Acme/Leeds/Packaging/L1/kpi/co2e-per-unit/window', 1, true])
  })

  it('stands behind the prefix', () => assert.match(told({}, 'uns/v1/').topic, /^uns\/v1\/Acme\/Leeds/))

  it('is not retained where it is about an earlier time', () => {
    assert.equal(unsKpi(record, MODEL, { prefix: '', isNewest: false }).retain, false)
  })

  const names: [name: string, level: string][] = [
    ['A/B', 'A-B'],
    ['C#+', 'C--'],
    ['Ä 1', 'Ä 1'],
    [' ', '-'],
  ]
  for (const [name, level] of names) {
    it(`turns the name "${name}" into the level "${level}"`, () => {
      const { topic } = unsKpi(record, { ...MODEL, site: name }, { prefix: '', isNewest: true })
      assert.equal(topic, `Acme/${level}/Packaging/L1/kpi/co2e-per-unit/window`)
    })
  }

  it('leaves out an area that a line does not have', () => {
    const model = { ...MODEL, lines: [{ id: 'L1' }] }
    assert.equal(unsKpi(record, model, { prefix: '', isNewest: true }).topic, 'Acme/Leeds/L1/kpi/co2e-per-unit/window')
  })
})

describe('The alarm for the unified namespace', () => {
  it('has one retained topic per product, which says whether it is active', () => {
    const open = unsAlarm(alert, MODEL, '')
    assert.deepEqual([open.topic, open.retain, open.qos], ['Acme/Leeds/Packaging/L1/alarm/carbon/A-500', true, 1])
    const closed = unsAlarm({ ...alert, state: 'cleared', clearedAt: at(108) }, MODEL, '')
    assert.deepEqual([closed.topic, closed.retain], [open.topic, true])
    assert.deepEqual([alarmOf(alert, MODEL).active, 'active' in closed.payload && closed.payload.active], [true, false])
  })

  it('keeps advice about a change of product apart from the alarm of that product', () => {
    const advice = { ...alert, id: 'alert|L1|product-mix|A-500|2026-03-03T07:00:00.000Z' }
    assert.equal(unsAlarm(advice, MODEL, '').topic, 'Acme/Leeds/Packaging/L1/alarm/carbon/product-mix A-500')
  })

  it('is about the line where no product is known', () => {
    assert.match(
      unsAlarm({ ...alert, id: 'alert|L1||2026-03-03T07:00:00.000Z' }, MODEL, '').topic,
      /alarm\/carbon\/line$/,
    )
  })

  it('carries cause, split and times', () => {
    const told = alarmOf({ ...alert, clearedAt: at(108) }, MODEL)
    assert.equal(told.message, 'Compressor 3 is short-cycling')
    assert.deepEqual(told.timeRange, { start: '2026-03-03T07:00:00.000Z', end: '2026-03-03T07:48:00.000Z' })
    assert.deepEqual([told.value, told.expected, told.avoidableKgCO2e], [0.87, 0.68, 12.5])
  })
})

describe('OPC UA writes', () => {
  const row = (over: Partial<OpcUaRow> = {}): OpcUaRow => ({
    nodeId: 'ns=1;s=L1.CO2e',
    datatype: 'Double',
    field: 'value',
    ...over,
  })

  it('have the shape that the stock client takes', () => {
    const { writes } = opcUaKpi(record, MODEL, [row()])
    assert.deepEqual(writes, [
      { topic: 'ns=1;s=L1.CO2e', datatype: 'Double', payload: record.perUnit.kgCO2ePerGood, action: 'write' },
    ])
  })

  it('never write a null, and count it', () => {
    assert.deepEqual(opcUaKpi(nothing, MODEL, [row(), row({ field: 'energyKWh' })]), {
      writes: [{ topic: 'ns=1;s=L1.CO2e', datatype: 'Double', payload: record.kWh, action: 'write' }],
      withheld: ['value'],
    })
  })

  it('go to the rows of their line and view only', () => {
    const rows = [
      row({ line: 'L2' }),
      row({ view: 'shift' }),
      row({ line: 'L1', view: 'window', field: 'qtyGood' }),
      row({ view: '', line: '' }),
    ]
    assert.deepEqual(
      opcUaKpi(record, MODEL, rows).writes.map((w) => w.payload),
      [record.units.good, record.perUnit.kgCO2ePerGood],
    )
  })

  it('of an alarm say whether it is active, and why', () => {
    const rows = [
      row({ field: 'alarmActive', datatype: 'Boolean' }),
      row({ field: 'alarmCause', datatype: 'String' }),
      row(),
    ]
    assert.deepEqual(
      opcUaAlarm(alert, MODEL, rows).writes.map((w) => w.payload),
      [true, 'Compressor 3 is short-cycling'],
    )
  })

  it('are there for every figure that is offered', () => {
    const rows = OPCUA_FIELDS.map((field) => row({ field }))
    const withAssessment = {
      ...record,
      assessment: { state: 'normal' as const, expected: 0.68, band: null, z: 0, windows: 9 },
    }
    const told = [opcUaKpi(withAssessment, MODEL, rows), opcUaAlarm(alert, MODEL, rows)]
    assert.deepEqual(
      told.flatMap((t) => t.withheld),
      [],
    )
    assert.equal(told.flatMap((t) => t.writes).length, OPCUA_FIELDS.length)
  })
})

describe('The rows of the dialog', () => {
  it('come as a list or as JSON, or not at all', () => {
    const rows = [{ nodeId: 'ns=2;i=7', datatype: 'Float', field: 'oee' }]
    assert.deepEqual(readOpcUaRows(rows), rows)
    assert.deepEqual(readOpcUaRows(JSON.stringify(rows)), rows)
    assert.deepEqual([readOpcUaRows(undefined), readOpcUaRows('')], [[], []])
  })

  const refusals: [rows: unknown, message: RegExp][] = [
    [{ nodeId: 'x' }, /opcuaNodes: expected a list of rows, got object/],
    [
      [{ nodeId: 'CO2e', datatype: 'Double', field: 'value' }],
      /opcuaNodes\[0\]\.nodeId: expected an OPC UA node id.*got "CO2e"/,
    ],
    [
      [{ nodeId: 'ns=1;s=a', datatype: 'Decimal', field: 'value' }],
      /opcuaNodes\[0\]\.datatype: expected Double.*got "Decimal"/,
    ],
    [[{ nodeId: 'ns=1;s=a', datatype: 'Double', field: 'co2' }], /opcuaNodes\[0\]\.field: expected value.*got "co2"/],
    [[null], /opcuaNodes\[0\]\.nodeId/],
  ]
  for (const [rows, message] of refusals) {
    it(`are refused: ${JSON.stringify(rows)}`, () => assert.throws(() => readOpcUaRows(rows), message))
  }
})

describe('What was published', () => {
  it('is never overwritten by an older revision, nor by the same one again', () => {
    const newest = new Newest()
    const taken = [1, 0, 1, 2].map((revision) => newest.takes({ id: 'a', revision }))
    assert.deepEqual(taken, [true, false, false, true])
  })

  it('is current where nothing later of its line and view was published', () => {
    const newest = new Newest()
    const later = { ...record, from: record.from + 60_000 }
    assert.deepEqual(
      [record, later, record, { ...record, view: 'shift' as const }, later].map((r) => newest.isCurrent(r)),
      [true, true, false, true, true],
    )
  })

  it('is remembered for so many records at most', () => {
    const newest = new Newest(2)
    for (const id of ['a', 'b', 'c']) newest.takes({ id, revision: 1 })
    assert.deepEqual([newest.takes({ id: 'c', revision: 1 }), newest.takes({ id: 'a', revision: 0 })], [false, true])
  })
})
