import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import type { DataValue } from 'node-opcua'
import type { FactorMessage } from '../../nodes/core/records.ts'
import type { PlantFact } from '../plant/facts.ts'
import { METER_REPORTS, NODE, TOPIC } from '../plant/reporting.ts'
import { latestStart, startPlant, type Plant, type PlantOptions } from '../plant/plant.ts'
import { PlantClient, until } from '../plant/client.ts'

const MIN = 60_000
const FILLER = METER_REPORTS[0]!.source
const OVEN = METER_REPORTS[2]!.source
const ITEMS = [...METER_REPORTS.map((m) => m.source), ...Object.values(NODE)].filter((s) => s.startsWith('ns='))

describe('the running plant', () => {
  let folder: string
  let plant: Plant
  let client: PlantClient
  const cleanUp: (() => Promise<void>)[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plant-spec-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close()
  })

  async function start(options: Partial<PlantOptions>): Promise<PlantFact[]> {
    const pki = join(folder, 'server')
    plant = await startPlant({ scenario: 'stuck-valve', speed: 3000, paused: true, pki, ...options })
    cleanUp.push(() => plant.stop())
    client = await PlantClient.connect(plant.server.endpoint, join(folder, 'client'))
    cleanUp.push(() => client.close())
    const told: PlantFact[] = []
    plant.onTick((_now, facts) => told.push(...facts))
    return told
  }

  it('shows orders, states, counts and meters with simulated source times before time runs', async () => {
    await start({})
    const at = new Date(plant.simulation.startAt)
    const filler = await client.read(FILLER)
    assert.deepEqual(filler.value.value, [0, 4_294_900_000])
    assert.deepEqual(filler.sourceTimestamp, at)
    assert.equal((await client.read(OVEN)).value.value, 731_204.5)
    assert.equal((await client.read(NODE.state)).value.value, 6)
    assert.equal((await client.read(NODE.sku)).value.value, 'A-500')
    const { jobOrderID, materialRequirements } = (await client.read(NODE.jobOrder)).value.value
    assert.equal(jobOrderID, 'PO-1001')
    assert.equal(materialRequirements[0].materialDefinitionID, 'A-500')
    const counts = (await client.read('ns=1;s=L1.PackML-Admin-ProdProcessedCount')).value.value
    assert.equal(counts[0].accCount, 418_250 + 8_371)
    assert.equal(plant.now(), plant.simulation.startAt + 1000)
  })

  it('delivers every change of every value, nothing between lost, to a client that asks for an interval of 0', async () => {
    const told = await start({ durationMs: 80 * MIN })
    const seen = await client.subscribe(ITEMS, { samplingInterval: 0, queueSize: 1000 })
    await until(() => ITEMS.every((item) => item === NODE.jobOrder || seen.has(item)))
    plant.run()
    await plant.finished
    // A value that is equal to the one before is no change.
    const valuesOf = (item: string) => told.flatMap((f) => (f.source === item && 'value' in f ? [f] : []))
    const expected = (item: string): number[] =>
      valuesOf(item).flatMap((f, i, all) => (f.value === all[i - 1]?.value ? [] : [f.at]))
    const timesOf = (item: string): number[] =>
      seen
        .get(item)!
        .slice(1)
        .map((v) => v.sourceTimestamp!.getTime())
    for (const item of ITEMS) {
      if (item === NODE.jobOrder) continue
      await until(() => timesOf(item).length >= expected(item).length)
      assert.deepEqual(timesOf(item), expected(item), item)
    }
    const highWords = new Set(seen.get(FILLER)!.map((v) => v.value.value[0]))
    assert.deepEqual([...highWords], [0, 1])
  })

  it('raises the low-pressure alarm with the fault, in source time', async () => {
    await start({ durationMs: 80 * MIN })
    const events = await client.events('ns=1;s=L1.Comp3', ['SourceName', 'Time', 'Message', 'ActiveState.Id'])
    plant.run()
    await until(() => events.length > 0)
    const [source, time, message, active] = events[0]!.map((v) => v.value)
    assert.equal(source, '1:Comp3')
    assert.match(message.text, /^Pressure 6\.\d+ bar is below 6\.74 bar$/)
    assert.equal(active, true)
    const { from, to } = plant.simulation.fault!
    assert.ok(time.getTime() >= from && time.getTime() < from + 2 * MIN && time.getTime() < to, time.toISOString())
  })

  it('gives a bad status and no value when a meter falls out', async () => {
    await start({ scenario: 'meter-outage', durationMs: 75 * MIN })
    const seen = await client.subscribe([OVEN], { samplingInterval: 0, queueSize: 1000 })
    plant.run()
    const isBad = (v: DataValue): boolean => v.statusCode.isBad()
    await until(() => seen.get(OVEN)?.some(isBad) ?? false)
    const bad = seen.get(OVEN)!.find(isBad)!
    assert.equal(bad.statusCode.name, 'BadCommunicationError')
    assert.equal(bad.value.value, null)
    assert.equal(bad.sourceTimestamp!.getTime(), plant.simulation.fault!.from + 1000)
  })

  for (const broker of ['aedes', 'mosquitto'] as const) {
    it(`publishes gas, scrap and the grid's factor by ${broker}`, async function () {
      if (broker === 'mosquitto' && spawnSync('mosquitto', ['-h']).error) {
        console.log('      skipped: this machine has no mosquitto')
        this.skip()
      }
      const told = await start({ broker, durationMs: 40 * MIN })
      const mqtt = await connectAsync(plant.broker.url)
      const seen: [topic: string, payload: unknown][] = []
      mqtt.on('message', (topic, payload) => seen.push([topic, JSON.parse(payload.toString())]))
      await mqtt.subscribeAsync('acme/leeds/#', { qos: 1 })
      await until(() => new Set(seen.map(([topic]) => topic)).size === 3)
      plant.run()
      await plant.finished
      const byMqtt = told.filter((f) => !f.source.startsWith('ns='))
      await until(() => seen.length === byMqtt.length + 3)
      await mqtt.endAsync()
      const payloads = byMqtt.map((f) => [
        f.source,
        f.kind === 'factor' ? f.message : { timestamp_ms: f.at, value: f.value },
      ])
      assert.deepEqual(seen.slice(3), payloads)
      const factors = seen
        .filter(([topic]) => topic === TOPIC.gridFactor)
        .map(([, message]) => message as FactorMessage)
      assert.deepEqual(
        factors.map(({ type, factors: [row] }) => [type, row!.zone, row!.to! - row!.from!]),
        [
          ['factor', 'GB', 30 * MIN],
          ['factor', 'GB', 30 * MIN],
        ],
      )
    })
  }

  it('never overtakes the clock: a run ends at least an hour ago and begins at 06:00 in the plant', () => {
    const winter = Date.UTC(2026, 10, 23, 17, 45)
    assert.equal(latestStart(winter, 3 * 60 * MIN), Date.UTC(2026, 10, 23, 6))
    assert.equal(latestStart(winter, 24 * 60 * MIN), Date.UTC(2026, 10, 22, 6))
    assert.equal(latestStart(winter, 12 * 60 * MIN), Date.UTC(2026, 10, 22, 6))
    assert.equal(latestStart(Date.UTC(2026, 5, 10, 17), 60 * MIN), Date.UTC(2026, 5, 10, 5))
  })

  it('says which port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    for (const option of ['opcuaPort', 'mqttPort'] as const) {
      const busy = startPlant({ scenario: 'normal', [option]: port, pki: join(folder, 'server') })
      await assert.rejects(busy, new RegExp(`${option}: expected a free port, got ${port}, which is in use`))
    }
    await new Promise((resolve) => holder.close(resolve))
  })

  it('leaves nothing behind: a process that stopped its plant ends by itself', async () => {
    const url = new URL('../plant/plant.ts', import.meta.url).href
    const script = `const { startPlant } = await import('${url}'); await (await startPlant({ scenario: 'normal' })).stop()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
  })

  it('refuses to read what is not there', async () => {
    await start({})
    assert.equal((await client.read('ns=1;s=L2.State')).statusCode.name, 'BadNodeIdUnknown')
  })
})
