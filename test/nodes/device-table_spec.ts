import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import { createRequire } from 'node:module'
import carbonMeter from '../../nodes/carbon-meter/carbon-meter.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { Energy } from '../../nodes/core/records.ts'
import { ALSO } from './device-table-also.ts'
import { FIRST, MESSAGES, SECOND } from './device-messages.ts'
import { DEVICES, HELP, README, rowsOf, type Row } from './device-table.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const onTab = { z: 'tab', x: 0, y: 0 }

interface Heard {
  energies: Energy[]
  /** What is no energy: passed on as it came. */
  others: unknown[]
  rejected: string[]
}

interface Written extends Pick<Row, 'written'> {
  signals?: object[]
}

/** What the meter makes of messages, with the plant model that the table says. */
async function heardOf({ written, signals = [] }: Written, messages: readonly object[]): Promise<Heard> {
  const meter = { id: 'oven-e', line: 'L1', carrier: 'electricity', reading: 'counter', ...written }
  const site = { enterprise: 'Acme', site: 'Leeds', timeZone: 'Europe/London', gridZone: 'GB', lines: [{ id: 'L1' }] }
  await helper.load(
    [carbonPlant, carbonMeter],
    [
      { id: 'tab', type: 'tab' },
      { id: 'plant', type: 'carbon-plant', model: JSON.stringify({ ...site, meters: [meter], signals }) },
      { id: 'meter', type: 'carbon-meter', plant: 'plant', ...onTab, wires: [['out'], ['rejected']] },
      { id: 'out', type: 'helper', ...onTab },
      { id: 'rejected', type: 'helper', ...onTab },
    ],
  )
  const heard: Heard = { energies: [], others: [], rejected: [] }
  helper.getNode('out').on('input', ({ payload }: { payload: Energy }) => {
    if (payload.type === 'energy') heard.energies.push(payload)
    else heard.others.push(payload)
  })
  helper.getNode('rejected').on('input', ({ payload }: { payload: { reason: string } }) => {
    heard.rejected.push(payload.reason)
  })
  for (const message of messages) {
    helper.getNode('meter').receive(message)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  await helper.unload()
  return heard
}

describe('the table of devices', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())

  it('is the same in the README and in the help of the plant model', () => {
    assert.deepEqual(rowsOf(HELP), rowsOf(README))
  })

  it('has messages of every row to try it with', () => {
    assert.deepEqual(DEVICES.map(({ device }) => device).sort(), Object.keys(MESSAGES).sort())
  })

  for (const row of DEVICES) {
    for (const [i, send] of (MESSAGES[row.device] ?? []).entries()) {
      it(`${row.device}: 3 kWh between two messages${i > 0 ? `, in another shape (${i})` : ''}`, async () => {
        const begun = Date.now() - 1
        const { energies, rejected } = await heardOf(row, [send(12, FIRST), send(15, SECOND)])
        assert.deepEqual(rejected, [])
        assert.deepEqual(
          energies.map(({ kWh }) => Number(kWh?.toPrecision(12))),
          [3],
        )
        const [{ from, to, flags }] = energies as [Energy]
        // A device that sends no time is a function of the kWh alone.
        const isTimed = send.length === 2
        assert.equal(flags.includes('arrival-time'), !isTimed)
        if (isTimed) assert.deepEqual([from, to], [FIRST, SECOND])
        else assert.ok(from > begun && to > from, `${from} to ${to}`)
      })
    }
  }

  for (const { says, written, messages, kWh, reason } of ALSO) {
    it(says, async () => {
      const { energies, rejected } = await heardOf({ written }, messages)
      assert.deepEqual(
        energies.map((energy) => Number(energy.kWh?.toPrecision(12))),
        kWh === undefined ? [] : [kWh],
      )
      assert.deepEqual([...new Set(rejected)], reason === undefined ? [] : [reason])
    })
  }

  it('lets what a message holds beside the meter go on to the stations behind', async () => {
    const signals = [{ source: 'order', line: 'L1', role: 'order' }]
    const payload = { oven_kWh: 12, order: 4711 }
    const { others } = await heardOf({ written: { source: 'oven_kWh', unit: 'kWh' }, signals }, [{ payload }])
    assert.deepEqual(others, [payload])
  })
})
