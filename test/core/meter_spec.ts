import assert from 'node:assert/strict'
import { Meter, type Reading } from '../../nodes/core/meter/meter.ts'
import type { PlantMeter } from '../../nodes/core/plant/plant.ts'
import { Books, meterOf, minute, NOW, readingsOf, T0 } from './meter-books.ts'

describe('A meter', () => {
  it('keeps the first reading as an anchor and sends nothing', () => {
    const { energies, anchor } = new Meter(meterOf()).add({ at: T0, value: 1000 }, NOW)
    assert.deepEqual(energies, [])
    assert.deepEqual(anchor, {
      ...{ type: 'energy', id: `oven-e|${T0}|${T0}`, revision: 0, from: T0, to: T0 },
      ...{ meter: 'oven-e', line: 'L1', machine: 'oven', carrier: 'electricity' },
      ...{ kWh: 0, quality: 'measured', flags: ['first-reading'] },
      evidence: { reading: 'counter', fromReading: 1000, toReading: 1000, unit: 'kWh' },
    })
  })

  it('explains an interval by its two readings', () => {
    const meter = new Meter(meterOf())
    meter.add({ at: T0, value: 1000 }, NOW)
    const [energy] = meter.add({ at: minute(30), value: 1030, isUncertain: true }, NOW).energies
    const told = { reading: 'counter', fromReading: 1000, toReading: 1030, unit: 'kWh', toNotes: ['uncertain'] }
    assert.deepEqual(energy?.evidence, told)
    assert.deepEqual([energy?.quality, energy?.flags], ['estimated', ['uncertain']])
    assert.deepEqual(energy?.signal, { meanKW: 60, maxKW: 60 })
  })

  it('begins anew after a silence of more than 400 days, and goes on from there after a restart', () => {
    const [old, now] = [NOW - 500 * 86_400_000, NOW - 60_000]
    const meter = new Meter(meterOf())
    const facts = [meter.add({ at: old, value: 10 }, NOW).anchor!]
    const { energies, anchor } = meter.add({ at: now, value: 1000 }, NOW)
    assert.deepEqual([energies, anchor?.flags], [[], ['first-reading']])
    facts.push(anchor!)
    const restarted = new Meter(meterOf())
    restarted.restore(facts)
    for (const m of [meter, restarted]) {
      const [energy, ...more] = m.add({ at: NOW, value: 1001 }, NOW).energies
      assert.deepEqual([energy?.kWh, energy?.from, more], [1, now, []])
    }
  })

  it('names both units where the counter changed its own', () => {
    const books = new Books()
    books.add(...readingsOf('0=1230 10=1234 20=1236500'))
    const { fromReading, fromUnit, toReading, unit, declaredUnit } = books.intervals[1]!.evidence!
    assert.deepEqual([fromReading, fromUnit, toReading, unit, declaredUnit], [1234, 'kWh', 1236500, 'Wh', 'kWh'])
  })

  it('cuts an interval in two when a reading comes late, and both parts name the whole', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 60=100 20=60'))
    assert.equal(books.text, '0-20=60 · 20-60=40')
    const whole = [`oven-e|${T0}|${minute(60)}`]
    for (const part of books.intervals)
      assert.deepEqual([part.revision, part.replaces, part.flags], [0, whole, ['late']])
  })

  it('puts back-filled energy into the right slots', () => {
    const books = new Books()
    books.add(...readingsOf('0=0 60=100 120=200 180=300 480=800 540=900'))
    books.add(...readingsOf('360=600 240=400 420=700 300=500'))
    assert.deepEqual(
      books.intervals.map((e) => e.kWh),
      [100, 100, 100, 100, 100, 100, 100, 100, 100],
    )
    assert.equal(books.text.includes('interpolated'), false)
    assert.deepEqual(books.seen[5]!.flags, ['late', 'backfill'])
  })

  it('takes the time of arrival where a reading has none, and says so', () => {
    const meter = new Meter(meterOf())
    meter.add({ at: null, value: 5 }, T0)
    const [energy] = meter.add({ at: null, value: 7 }, T0 + 1000).energies
    assert.deepEqual([energy?.from, energy?.to, energy?.flags], [T0, T0 + 1000, ['arrival-time']])
  })

  it('gives nothing for the same reading twice', () => {
    const books = new Books()
    books.add(...readingsOf('1=1 1=1 2=2 2=2 1=1'))
    assert.equal(books.seen.length, 1)
  })

  it('lets the higher revision win, then the larger value, and flags the conflict', () => {
    const corrected = [10, 50].map((value, i): Reading => ({ at: minute(2), value, revision: 2 - i }))
    const readings = [...readingsOf('0=0 1=8 1=5 2=9'), ...corrected]
    for (const order of [readings, readings.toReversed()]) {
      const books = new Books()
      books.add(...order)
      assert.equal(books.text, '0-1=8 conflict · 1-2=2 conflict')
    }
  })

  it('keeps a bounded number of readings, and refuses what is older than them', () => {
    const meter = new Meter(meterOf(), { maxReadings: 100 })
    for (let i = 0; i <= 1000; i++) meter.add({ at: minute(i), value: i }, NOW)
    assert.match(
      meter.add({ at: minute(800.5), value: 800.5 }, NOW).rejected ?? '',
      /^time: expected no older than the oldest reading that is kept/,
    )
    assert.equal(meter.add({ at: minute(990.5), value: 990.5 }, NOW).energies.length, 2)
  })
})

describe('A meter of stated periods', () => {
  const hour = (from: number, to: number, value: number): Reading => ({
    from: minute(60 * from),
    at: minute(60 * to),
    value,
  })

  it('takes the periods as they are, each of them once, in any order', () => {
    const periods = [hour(0, 1, 10), hour(1, 2, 12), hour(4, 5, 5), { ...hour(1, 2, 12.5), revision: 1 }]
    for (const order of [periods, periods.toReversed()]) {
      const books = new Books({ reading: 'interval' })
      books.add(...order, ...order)
      assert.equal(books.text, '0-60=10 · 60-120=12.5 conflict · 240-300=5')
    }
  })
  it('flags periods that share time', () => {
    const books = new Books({ reading: 'interval' })
    books.add(hour(0, 2, 10), hour(1, 3, 10))
    assert.equal(books.text, '0-120=10 overlap · 60-180=10 overlap')
  })
  it('leaves out what the machine cannot use', () => {
    const books = new Books({ reading: 'interval', ratedKW: 10 })
    books.add(hour(0, 1, 10_000))
    assert.equal(books.text, '0-60=? glitch')
  })
})

describe('A meter refuses', () => {
  const H = 3_600_000
  const cases: [string, Partial<PlantMeter>, Partial<Reading>, RegExp][] = [
    ['no number', {}, { value: NaN }, /^value: expected a number in kWh, got NaN$/],
    [
      'a clock that was never set',
      {},
      { at: Date.UTC(2000, 0, 1) },
      /^time: .* clock that is set, got 2000-01-01T00:00:00.000Z$/,
    ],
    ['the time that OPC UA has for none', {}, { at: Date.UTC(1601, 0, 1) }, /^time: .* got 1601-01-01T00:00:00.000Z$/],
    ['a future', {}, { at: NOW + 301_000 }, /^time: expected at most 300 s ahead of our clock, got .*Z$/],
    ['a time that is no date', {}, { at: 1e300 }, /^time: .* got 1e\+300$/],
    [
      'a time before the horizon',
      {},
      { at: NOW - 48 * H - 1 },
      /^time: expected no older than 48 h before .*Z, got .*Z$/,
    ],
    ['a period for a counter', {}, { from: NOW - H }, /^period: expected one time for a counter, got from and to$/],
    [
      'one time for a period',
      { reading: 'interval' },
      {},
      /^period: expected from and to, to after from, got one time$/,
    ],
    ['a period that ends before it begins', { reading: 'interval' }, { from: NOW + 1 }, /^period: .* got to first$/],
    [
      'a period below zero',
      { reading: 'interval' },
      { from: NOW - H, value: -1 },
      /^value: expected 0 kWh or more, got -1$/,
    ],
  ]
  for (const [title, spec, reading, reason] of cases)
    it(title, () => {
      const meter = new Meter(meterOf(spec))
      meter.add({ at: NOW, value: 1, ...(spec.reading ? { from: NOW - H } : {}) }, NOW)
      assert.match(meter.add({ at: NOW, value: 1, ...reading }, NOW).rejected ?? 'taken', reason)
    })

  it('a unit that is not known, before any reading', () => {
    assert.throws(() => new Meter(meterOf({ unit: 'kw/h' })), /unit: expected one of Wh, kWh.*got "kw\/h"/)
    assert.throws(() => new Meter(meterOf({ reading: 'power' })), /unit: expected one of W, kW.*got "kWh"/)
    assert.throws(() => new Meter(meterOf({ reading: 'interval', unit: 'kW' })), /unit: expected one of Wh/)
  })

  it('nothing that its limits allow', () => {
    const meter = new Meter(meterOf(), { maxSkewSeconds: 10, horizonHours: 1 })
    assert.equal(meter.add({ at: NOW + 10_000, value: 2 }, NOW).rejected, undefined)
    assert.equal(meter.add({ at: NOW + 10_000 - H, value: 1 }, NOW).rejected, undefined)
    assert.match(meter.add({ at: NOW + 10_001, value: 2 }, NOW).rejected ?? '', /10 s/)
  })
})
