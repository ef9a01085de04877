import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { EmissionFactor } from '../../nodes/core/records.ts'
import { baseUrlFrom } from '../../nodes/providers/http.ts'
import { nesoProvider } from '../../nodes/providers/neso.ts'
import { Poller, type Outage } from '../../nodes/providers/poller.ts'
import { ProviderFault, type Fetched } from '../../nodes/providers/provider.ts'
import { yearlyRows } from '../../nodes/providers/yearly.ts'
import { NesoStandIn, type Fault, type Slot } from './neso-stand-in.ts'

const FACTORS = '../shared/data/factors'
const HALF_HOUR = 1_800_000
const T = Date.UTC(2026, 2, 2, 9, 30)
const at = (halfHours: number): number => T + halfHours * HALF_HOUR
const NEVER = new AbortController().signal

const short = (rows: readonly EmissionFactor[]): unknown[] =>
  rows.map((r) => [(r.from - T) / HALF_HOUR, r.original?.value, r.quality])

describe('The NESO provider', () => {
  let neso: NesoStandIn
  let baseUrl: string

  beforeEach(async () => {
    neso = new NesoStandIn()
    baseUrl = await neso.listen()
    neso.put(at(-1), { forecast: 110, actual: 111 })
    neso.put(at(0), { forecast: 120, actual: 122 })
    neso.put(at(1), { forecast: 150, actual: null })
  })
  afterEach(() => neso.close())

  const provider = (more: object = {}) =>
    nesoProvider({ zone: 'GB', carrier: 'electricity', baseUrl, timeoutMs: 300, now: () => 42, ...more })
  const fetch = (more: object = {}): Promise<Fetched> => provider(more).fetch({ from: at(0), to: at(2) }, NEVER)

  it('gives actual values as measured and the rest as forecast, the half-hour before included', async () => {
    const { rows, warnings } = await fetch()
    assert.deepEqual(short(rows), [[-1, 111, 'measured'], [0, 122, 'measured'], [1, 150, 'forecast']]) // prettier-ignore
    assert.deepEqual(warnings, [])
    assert.deepEqual(neso.asked, ['/intensity/2026-03-02T09:30Z/2026-03-02T10:30Z'])
    assert.deepEqual(rows[2], {
      id: 'neso|electricity|GB|location|generation|2026-03-02T10:00:00.000Z|2026-03-02T10:30:00.000Z',
      revision: 0,
      kgPerKWh: 0.15,
      carrier: 'electricity',
      zone: 'GB',
      from: at(1),
      to: at(2),
      method: 'location',
      boundary: 'generation',
      source: {
        provider: 'neso',
        licence: 'CC BY 4.0',
        attribution: 'National Energy System Operator (NESO), Carbon Intensity API',
        dataset: 'national intensity',
      },
      gas: 'CO2',
      quality: 'forecast',
      uncertaintyPct: 7.8,
      retrievedAt: 42,
      original: { value: 150, unit: 'g/kWh' },
    })
  })

  it('reads a region, whose slots lie deeper and have no actual value', async () => {
    const { rows } = await fetch({ zone: 'GB-13' })
    assert.deepEqual(short(rows), [[-1, 110, 'forecast'], [0, 120, 'forecast'], [1, 150, 'forecast']]) // prettier-ignore
    assert.equal(neso.asked[0], '/regional/intensity/2026-03-02T09:30Z/2026-03-02T10:30Z/regionid/13')
    assert.equal(rows[0]?.zone, 'GB-13')
  })

  it('asks for a long time in pieces of 14 days', async () => {
    await provider().fetch({ from: at(0) - 30 * 86_400_000, to: at(2) }, NEVER)
    assert.equal(neso.asked.length, 3)
  })

  const values: [title: string, intensity: Slot['intensity'], rows: unknown[], warning: RegExp | null][] = [
    ['an actual 0 becomes the forecast of its slot', { forecast: 161, actual: 0 }, [[0, 161, 'forecast']], /actual: expected 1 to 1500 g\/kWh, got 0/],
    ['a negative actual becomes the forecast of its slot', { forecast: 161, actual: -5 }, [[0, 161, 'forecast']], /got -5/],
    ['an actual beyond belief becomes the forecast', { forecast: 161, actual: 15000 }, [[0, 161, 'forecast']], /got 15000/],
    ['an actual as text becomes the forecast', { forecast: 161, actual: '150' }, [[0, 161, 'forecast']], /got "150"/],
    ['no actual is the forecast, without a word', { forecast: 161, actual: null }, [[0, 161, 'forecast']], null],
    ['no value at all is no row', { forecast: null, actual: null }, [], /forecast: expected 1 to 1500 g\/kWh, got null/],
    ['two zeros are no row', { forecast: 0, actual: 0 }, [], /actual: .* got 0/],
  ] // prettier-ignore
  for (const [title, intensity, rows, warning] of values) {
    it(title, async () => {
      neso.slots.delete('2026-03-02T10:00Z')
      neso.put(at(0), intensity)
      const fetched = await fetch()
      assert.deepEqual(short(fetched.rows.filter((r) => r.from === at(0))), rows)
      assert.equal(fetched.warnings.length, warning ? 1 : 0)
      if (warning) assert.match(fetched.warnings[0]!, warning)
    })
  }

  const faults: [fault: Fault, kind: string, message: RegExp][] = [
    ['500', 'down', /\/intensity\/.*: answered 500$/],
    ['hang', 'down', /: no complete answer within 0.3 s$/],
    ['trickle', 'down', /: no complete answer within 0.3 s$/],
    ['truncated', 'no-data', /: expected JSON, got \d+ characters of no content type$/],
    ['html', 'no-data', /: expected JSON, got 33 characters of text\/html$/],
    ['empty', 'no-data', /NESO: no usable half-hour from 2026-03-02T09:30Z to 2026-03-02T10:30Z/],
    ['wrong-slot', 'no-data', /expected a half-hour of the time asked for, got one to 1999-01-01T00:30Z/],
    ['403', 'refused', /: answered 403, Forbidden$/],
    ['404', 'asked-wrongly', /: answered 404$/],
    ['redirect', 'asked-wrongly', /: answered 302$/],
    ['429', 'busy', /: answered 429$/],
  ]
  for (const [fault, kind, message] of faults) {
    it(`answers "${fault}" with a fault of the kind ${kind}`, async () => {
      neso.fault = fault
      await assert.rejects(fetch(), (error: unknown) => {
        assert.ok(error instanceof ProviderFault)
        assert.equal(error.kind, kind)
        assert.match(error.message, message)
        assert.equal(error.retryAfterMs, kind === 'busy' ? 7000 : undefined)
        return true
      })
    })
  }

  it('says that nobody listens, and keeps a key in the address to itself', async () => {
    await neso.close()
    await assert.rejects(fetch({ baseUrl: `${baseUrl}/v2?token=secret&x=` }), (error: Error) => {
      assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+\/v2: ECONNREFUSED$/)
      return true
    })
    neso = new NesoStandIn()
    await neso.listen()
  })

  it('ends a question when it is told to', async () => {
    neso.fault = 'hang'
    const abort = new AbortController()
    const question = provider({ timeoutMs: 60_000 }).fetch({ from: at(0), to: at(1) }, abort.signal)
    abort.abort(new Error('closed'))
    await assert.rejects(question, /^Error: closed$/)
  })

  const refused: [title: string, terms: object, reason: RegExp][] = [
    ['a zone it does not know', { zone: 'DE' }, /^Error: zone: expected GB or a region GB-1 … GB-17, got "DE"$/],
    ['a region it does not have', { zone: 'GB-18' }, /got "GB-18"$/],
    ['another carrier', { carrier: 'heat' }, /^Error: carrier: expected electricity, got "heat"$/],
    ['an address that is none', { baseUrl: 'localhost' }, /^Error: baseUrl: expected an address .*, got "localhost"$/],
    [
      'an address of a file',
      { baseUrl: 'file:///etc/passwd' },
      /^Error: baseUrl: expected an address that begins with/,
    ],
  ]
  for (const [title, terms, reason] of refused)
    it(`refuses ${title}`, () => void assert.throws(() => provider(terms), reason))

  it('reads what the service really sent', async function () {
    const file = `${FACTORS}/fixtures/neso_intensity_fw48h_2023-12-03.json`
    if (!existsSync(file)) return skipLoudly(this, file)
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: Slot[] }
    for (const slot of data) neso.slots.set(slot.from, slot)
    const range = { from: Date.parse('2023-12-03T11:00Z'), to: Date.parse('2023-12-05T10:30Z') }
    const { rows, warnings } = await provider().fetch(range, NEVER)
    assert.equal(rows.length, data.length)
    assert.deepEqual(
      [rows[0]?.kgPerKWh, rows[0]?.quality, rows[1]?.kgPerKWh, rows[1]?.quality],
      [0.206, 'measured', 0.216, 'forecast'],
    )
    assert.deepEqual(warnings, [])
  })

  it('reads what the service really sent for a region', async function () {
    const file = `${FACTORS}/fixtures/neso_regional_fw48h_regionid13_2023-12-03.json`
    if (!existsSync(file)) return skipLoudly(this, file)
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: { data: Slot[] } }
    for (const slot of data.data) neso.slots.set(slot.from, slot)
    const range = { from: Date.parse('2023-12-03T11:00Z'), to: Date.parse('2023-12-05T10:30Z') }
    const { rows } = await provider({ zone: 'GB-13' }).fetch(range, NEVER)
    assert.equal(rows.length, data.data.length)
    assert.deepEqual([rows[0]?.kgPerKWh, rows[0]?.quality], [0.134, 'forecast'])
  })

  it('meets the zeros of 2023-06-07 with the forecast, as they were published', async function () {
    const file = `${FACTORS}/timeseries/gb_national_2023_halfhourly_neso.csv`
    if (!existsSync(file)) return skipLoudly(this, file)
    const day = Date.UTC(2023, 5, 7)
    for (const line of readFileSync(file, 'utf8')
      .split('\n')
      .filter((l) => l.startsWith('2023-06-07'))) {
      const [from = '', , forecast, actual] = line.split(',')
      neso.put(Date.parse(from), { forecast: Number(forecast), actual: actual === '' ? null : Number(actual) })
    }
    const { rows, warnings } = await provider().fetch({ from: day, to: day + 86_400_000 }, NEVER)
    const low = rows.filter((r) => r.kgPerKWh < 0.03)
    assert.deepEqual([rows.length, low.length, warnings.length], [48, 0, 4])
    assert.equal(rows.filter((r) => r.quality === 'forecast').length, 4)
  })
})

describe('A poller', () => {
  let neso: NesoStandIn
  let poller: Poller
  const fetched: Fetched[] = []
  const outages: (Outage | undefined)[] = []

  beforeEach(async () => {
    neso = new NesoStandIn()
    for (let i = -48; i < 96; i++) neso.put(at(i), { forecast: 150, actual: null })
    const terms = { zone: 'GB', carrier: 'electricity', baseUrl: await neso.listen(), timeoutMs: 300, now: () => T }
    fetched.length = outages.length = 0
    poller = new Poller(nesoProvider(terms), {
      pollMs: 20,
      now: () => T,
      onFetched: (answer) => fetched.push(answer),
      onOutage: (outage) => outages.push(outage),
    })
  })
  afterEach(async () => {
    poller.stop()
    await neso.close()
  })

  it('asks from the open corrections to the end of the forecast, again and again', async () => {
    poller.start()
    await until(() => fetched.length >= 2)
    assert.deepEqual(new Set(neso.asked), new Set(['/intensity/2026-03-01T09:30Z/2026-03-03T09:30Z']))
  })

  it('asks for the time in which energy passes, not for now', async () => {
    poller.want(at(-480), at(-479))
    poller.start()
    await until(() => neso.asked.length >= 1)
    assert.equal(neso.asked[0], '/intensity/2026-02-19T10:00Z/2026-02-21T10:00Z')
  })

  it('asks back to the oldest energy that was never asked for, once', async () => {
    poller.want(at(-200), at(-199))
    poller.want(at(-1), at(0))
    poller.start()
    await until(() => fetched.length >= 2)
    assert.equal(neso.asked[0], '/intensity/2026-02-26T05:30Z/2026-03-03T09:30Z')
    assert.equal(neso.asked[1], '/intensity/2026-03-01T09:30Z/2026-03-03T09:30Z')
  })

  it('goes on after an outage and tells its beginning and its end', async () => {
    neso.fault = '500'
    poller.start()
    await until(() => outages.length >= 2)
    neso.fault = undefined
    await until(() => fetched.length >= 1)
    assert.ok(outages.slice(0, -1).every((o) => o?.since === T))
    assert.equal(outages.at(-1), undefined)
  })

  it('waits as long as it is told to', async () => {
    neso.fault = '429'
    poller.start()
    await until(() => outages.length >= 1)
    poller.want(at(-1), at(0))
    neso.fault = undefined
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(neso.asked.length, 1)
  })

  it('is silent after its end, also with a question under way', async () => {
    neso.fault = 'hang'
    poller.start()
    await until(() => neso.asked.length >= 1)
    poller.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual([fetched.length, outages.length], [0, 0])
  })
})

describe('The yearly mean', () => {
  it('of Great Britain is what @tgwf/co2 carries, year by year and for the time after', async () => {
    const rows = await yearlyRows('GB', 7)
    assert.deepEqual(
      rows.map((r) => [new Date(r.from).getUTCFullYear(), r.kgPerKWh]),
      [[2021, 0.239], [2022, 0.235], [2023, 0.2], [2024, 0.175], [2025, 0.176], [2026, 0.176]],
    ) // prettier-ignore
    assert.equal(rows.at(-1)?.to, 8.64e15)
    const { boundary, quality, source, gas } = rows.at(-1)!
    assert.deepEqual([boundary, quality, gas, source.licence], ['lifecycle', 'annual', 'CO2e', 'ODbL 1.0'])
    assert.equal(source.dataset, 'Electricity Maps yearly 2025, Great Britain')
    assert.match(source.version!, /^@tgwf\/co2 \d+\.\d+\.\d+$/)
  })

  it('of a sub-zone is its own', async () => {
    assert.equal((await yearlyRows('US-CAL-CISO', 7)).at(-1)?.kgPerKWh, 0.208)
    assert.equal((await yearlyRows('DE', 7)).at(-1)?.kgPerKWh, 0.342)
  })

  for (const zone of ['GB-13', 'US-XYZ', 'XX', '', 'toString', '__proto__']) {
    it(`of "${zone}" is not known`, async () => assert.deepEqual(await yearlyRows(zone, 7), []))
  }
})

describe('An address', () => {
  it('loses its last slash', () => assert.equal(baseUrlFrom('https://x.example/api/'), 'https://x.example/api'))
  it('that is refused keeps its query to itself', () =>
    void assert.throws(
      () => baseUrlFrom('ftp://x.example/a?token=secret'),
      (e: Error) => !e.message.includes('secret'),
    ))
})

function skipLoudly(test: Mocha.Context, file: string): void {
  console.warn(`    SKIPPED: ${file} is not there, so the recorded answers are not tested`)
  test.skip()
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
