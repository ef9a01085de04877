import assert from 'node:assert/strict'
import { Calendar } from '../../nodes/core/calendar.ts'
import { csvOf, documentOf, jsonLinesOf, readFormats } from '../../nodes/core/esg/esg-format.ts'
import { closedPeriods, readSchedule } from '../../nodes/core/esg/esg-schedule.ts'
import { readView, selectRecords, totalsOf, type ExportScope } from '../../nodes/core/esg/esg.ts'
import { readExport } from '../../nodes/door/commands.ts'
import { zonedTime } from '../../nodes/shared/zone.ts'
import { aRecord } from '../nodes/fixtures/facts.ts'

const at = (iso: string): number => Date.parse(`2026-${iso}Z`)
const scope: ExportScope = {
  from: at('03-02T00:00'),
  to: at('03-03T00:00'),
  site: 'Acme/Leeds',
  view: 'order',
  chainHead: 'a'.repeat(64),
  scopeNotes: '',
  includeProvisional: false,
}
const O1 = aRecord({
  id: 'order/L1/O1',
  order: 'O1',
  sku: 'A',
  from: at('03-02T09:50'),
  to: at('03-02T10:05'),
  kWh: 15,
  kWhByCarrier: { electricity: 15 },
})
const audit = (over = {}) => selectRecords([aRecord(over)], scope).records[0]!
const cellsOf = (over = {}): Record<string, string> => {
  const [header, line] = csvOf([audit(over)])
    .split('\r\n')
    .map((l) => l.split(','))
  return Object.fromEntries(header!.map((name, i) => [name, line![i]!]))
}

describe('esg', () => {
  describe('the choice of records', () => {
    const table: [what: string, over: object, counted: [records: number, provisional: number, straddling: number]][] = [
      ['takes a final record', {}, [1, 0, 0]],
      ['takes a restated record', { status: 'restated' }, [1, 0, 0]],
      ['leaves out a provisional record and counts it', { status: 'provisional' }, [0, 1, 0]],
      ['takes a record that fills the period', { from: scope.from, to: scope.to }, [1, 0, 0]],
      ['counts a record that begins before the period', { from: scope.from - 1 }, [0, 0, 1]],
      ['counts a record that ends after the period', { to: scope.to + 1 }, [0, 0, 1]],
    ]
    for (const [what, over, counted] of table) {
      it(what, () => {
        const { records, excludedProvisional, excludedStraddling } = selectRecords([aRecord(over)], scope)
        assert.deepEqual([records.length, excludedProvisional, excludedStraddling], counted)
      })
    }

    it('takes provisional records where they are asked for', () => {
      const { records, excludedProvisional } = selectRecords([aRecord({ status: 'provisional' })], {
        ...scope,
        includeProvisional: true,
      })
      assert.deepEqual([records[0]!.status, excludedProvisional], ['provisional', 0])
    })
  })

  describe('an audit record', () => {
    it('has the figures of the worked example, untouched', () => {
      const record = audit()
      assert.deepEqual([record.from, record.to], ['2026-03-02T10:05:00.000Z', '2026-03-02T10:50:00.000Z'])
      assert.deepEqual([record.kWh, record.kgCO2e.total, record.units.good], [39, 6.81, 350])
      assert.equal(record.perUnit.kgCO2ePerGood, 6.81 / 350)
      assert.deepEqual(
        [record.site, record.order, record.sku, record.chainHead],
        ['Acme/Leeds', 'O2', 'B', 'a'.repeat(64)],
      )
    })

    it('says of each figure that is not known why', () => {
      assert.deepEqual(audit().missing, {
        scope2Market: 'a market-based factor is not known for all of the energy',
        scope3Upstream: 'an upstream factor is not known for all of the energy',
        produced: 'not counted',
        scrap: 'not counted',
        rework: 'not counted',
        kgCO2ePerProduced: 'its units are not known',
        kgCO2ePerGoodAtConstantFactor: 'no constant factor is set',
      })
    })

    it('says of withheld ratios what the record says, and of partly known sums that they are partly known', () => {
      const nothing = {
        kgCO2ePerGood: null,
        kgCO2ePerProduced: null,
        kgCO2ePerStandard: null,
        kWhPerGood: null,
        kgCO2ePerGoodAtConstantFactor: null,
      }
      const { missing } = audit({
        perUnit: { ...nothing, missing: 'factor coverage is 0.500, below 0.98' },
        coverage: { energy: 0.75, factor: 0.5, context: 1, count: 1 },
        factor: { kgPerKWh: null, worstQuality: 'missing', sources: [] },
      })
      assert.equal(missing['kgCO2ePerGood'], 'factor coverage is 0.500, below 0.98')
      assert.equal(missing['kWh'], 'the meters told about 0.75 of the time')
      assert.equal(missing['kgCO2e'], 'a factor is known for 0.5 of the energy')
      assert.equal(missing['factor'], 'no factor is known')
    })
  })

  describe('totals', () => {
    it('are the sums of the records: 15 + 39 kWh, 1.95 + 6.81 kg', () => {
      const first = aRecord({
        ...O1,
        kgCO2e: { ...O1.kgCO2e, scope2Location: 1.95, total: 1.95 },
        units: { ...O1.units, good: 150 },
      })
      const totals = totalsOf([first, aRecord()])
      assert.deepEqual(
        [totals.kWh, totals.kWhByCarrier, totals.kgCO2e.total, totals.units.good],
        [54, { electricity: 54 }, 8.76, 500],
      )
    })

    it('are exact whatever the order', () => {
      const records = [0.1, 1e16, 0.2, -1e16, 0.3].map((kWh) => aRecord({ kWh }))
      assert.equal(totalsOf(records).kWh, 0.6)
      assert.equal(totalsOf(records.reverse()).kWh, 0.6)
    })

    it('are unknown where one part is unknown, and say so', () => {
      const known = aRecord({ kgCO2e: { ...aRecord().kgCO2e, scope2Market: 5 } })
      const { kgCO2e, missing } = totalsOf([known, aRecord()])
      assert.equal(kgCO2e.scope2Market, null)
      assert.equal(missing['scope2Market'], 'not known for 1 of 2 records')
      assert.equal(totalsOf([known, known]).kgCO2e.scope2Market, 10)
    })

    it('say where energy or factors are not fully known', () => {
      const partly = aRecord({ coverage: { energy: 1, factor: 0.9, context: 1, count: 1 } })
      assert.equal(
        totalsOf([partly, aRecord()]).missing['kgCO2e'],
        'energy or factors are not fully known for 1 of 2 records',
      )
    })

    it('of nothing are zero', () => {
      assert.deepEqual([totalsOf([]).kWh, totalsOf([]).kgCO2e.total, totalsOf([]).missing], [0, 0, {}])
    })
  })

  describe('JSON Lines', () => {
    it('are one object per line that reads back the same', () => {
      const records = [audit(), audit({ revision: 2, kWh: 0.1 + 0.2 })]
      const text = jsonLinesOf(records)
      assert.ok(text.endsWith('}\n'))
      assert.deepEqual(
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
        records,
      )
    })
    it('of no record are an empty text', () => assert.equal(jsonLinesOf([]), ''))
  })

  describe('CSV', () => {
    it('has a header with units and a line per record, each ended by CR LF', () => {
      const lines = csvOf([audit(), audit()]).split('\r\n')
      assert.equal(lines.length, 4)
      assert.equal(lines[3], '')
      assert.match(
        lines[0]!,
        /^record id,revision,.*,energy \(kWh\),electricity \(kWh\),scope 1 \(kgCO2e\),scope 2 location-based \(kgCO2e\)/,
      )
    })

    it('has a column for the energy of each carrier, empty where a record has none', () => {
      const gas = audit({ kWhByCarrier: { 'natural-gas': 7 } })
      const [header, first, second] = csvOf([audit(), gas])
        .split('\r\n')
        .map((l) => l.split(','))
      const [e, g] = [header!.indexOf('electricity (kWh)'), header!.indexOf('natural-gas (kWh)')]
      assert.deepEqual([first![e], first![g], second![e], second![g]], ['39', '', '', '7'])
    })

    const numbers: [n: number, text: string][] = [
      [0.1 + 0.2, '0.30000000000000004'],
      [6.81 / 350, '0.019457142857142857'],
      [-0.5, '-0.5'],
      [1e-7, '1e-7'],
      [0, '0'],
    ]
    for (const [n, text] of numbers) {
      it(`prints ${text} so that it reads back to the same number`, () => {
        const printed = cellsOf({ kWh: n })['energy (kWh)']
        assert.equal(printed, text)
        assert.equal(Number(printed), n)
      })
    }

    it('leaves the cell of an unknown figure empty and names it in the column missing', () => {
      const cells = cellsOf()
      assert.equal(cells['scope 2 market-based (kgCO2e)'], '')
      assert.equal(cells['scrap (units)'], '')
      assert.match(
        cells['missing']!,
        /scope2Market: a market-based factor is not known for all of the energy; .*scrap: not counted/,
      )
    })

    const texts: [order: string, cell: string][] = [
      ['plain', 'plain'],
      ['a,b', '"a,b"'],
      ['say "x"', '"say ""x"""'],
      ['two\nlines', '"two\nlines"'],
      ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
      ['+1', `'+1`],
      ['-1', `'-1`],
      ['@SUM(A1)', `'@SUM(A1)`],
      ['\t=1', `"'\t'=1"`],
      ['A;=1+1', `"A;'=1+1"`],
      ['\n=1+1', `"\n'=1+1"`],
      ['A\t@x', `"A\t'@x"`],
      ['A,  -1', `"A,  '-1"`],
      ['\uff1d1', `'\uff1d1`],
      ['A-500; B', `"A-500; B"`],
      ['O=1', 'O=1'],
    ]
    for (const [order, cell] of texts) {
      it(`writes the text ${JSON.stringify(order)} as ${JSON.stringify(cell)}`, () => {
        assert.ok(csvOf([audit({ order })]).includes(`,L1,${cell},B,`))
      })
    }
  })

  it('names a document after its site, view and period', () => {
    const { filename, format, type } = documentOf('csv', [], { ...scope, site: 'Acme & Co/../Leeds' })
    assert.equal(filename, 'carbon_Acme-Co-..-Leeds_order_20260302T000000Z_20260303T000000Z.csv')
    assert.deepEqual([type, format], ['esg-document', 'csv'])
  })

  describe('the schedule', () => {
    const shifts = [
      { name: 'early', from: '06:00', to: '14:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
      { name: 'night', from: '22:00', to: '06:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
    ]
    const calendar = new Calendar({ shifts, holidays: [] }, zonedTime('Europe/London'))
    const table: [schedule: 'day' | 'shift' | 'off', since: string, until: string, periods: string[]][] = [
      ['day', '03-02T12:00', '03-03T23:59', ['03-02T00:00 03-03T00:00']],
      ['day', '03-02T00:00', '03-04T00:00', ['03-02T00:00 03-03T00:00', '03-03T00:00 03-04T00:00']],
      ['day', '03-29T12:00', '03-29T23:00', ['03-29T00:00 03-29T23:00']],
      ['shift', '03-02T10:00', '03-02T14:00', ['03-02T06:00 03-02T14:00']],
      ['shift', '03-02T14:00', '03-03T14:00', ['03-02T22:00 03-03T06:00', '03-03T06:00 03-03T14:00']],
      ['shift', '03-07T06:00', '03-08T23:00', []],
      ['off', '03-01T00:00', '03-09T00:00', []],
    ]
    for (const [schedule, since, until, periods] of table) {
      it(`${schedule}: ${periods.length} closed between ${since} and ${until}`, () => {
        const closed = closedPeriods(calendar, schedule, { since: at(since), until: at(until) })
        assert.deepEqual(
          closed,
          periods.map((p) => p.split(' ').map(at)).map(([from, to]) => ({ from, to })),
        )
      })
    }
  })

  describe('what is refused', () => {
    const refusals: [what: string, call: () => unknown, message: RegExp][] = [
      [
        'a period without a start',
        () => readExport({ to: 1e12 }),
        /^Error: from: expected epoch milliseconds or an ISO 8601 time, got nothing/,
      ],
      ['a period without an end', () => readExport({ from: 1e12 }), /^Error: to: .*got nothing/],
      [
        'a time without a zone',
        () => readExport({ from: '2026-03-02T10:00', to: 1e12 }),
        /^Error: from: expected .* with Z.*got "2026-03-02T10:00"/,
      ],
      ['a time that is none', () => readExport({ from: 1e12, to: 'soon' }), /^Error: to: expected .*got "soon"/],
      [
        'a period that ends before it begins',
        () => readExport({ from: '2026-03-03T00:00:00Z', to: '2026-03-02T00:00:00Z' }),
        /^Error: to: expected a time after 2026-03-03T00:00:00.000Z, got 2026-03-02/,
      ],
      [
        'an unknown view',
        () => readView('week'),
        /view: expected one of window, shift, order, sku-shift, day, got "week"/,
      ],
      [
        'an unknown format',
        () => readFormats(['csv', 'pdf']),
        /formats: expected one or more of jsonl, csv, got \["csv","pdf"\]/,
      ],
      ['no format', () => readFormats([]), /formats: expected one or more of jsonl, csv, got \[\]/],
      ['an unknown schedule', () => readSchedule('hourly'), /schedule: expected one of off, shift, day, got "hourly"/],
    ]
    for (const [what, call, message] of refusals) it(what, () => assert.throws(call, message))
  })

  it('reads periods in epoch milliseconds and in ISO 8601', () => {
    const period = { from: at('03-02T00:00'), to: at('03-03T00:00') }
    assert.deepEqual(readExport(period), period)
    assert.deepEqual(readExport({ from: '2026-03-02T01:00:00+01:00', to: '2026-03-03T00:00:00Z' }), period)
  })
})
