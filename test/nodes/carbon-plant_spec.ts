import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import helper from 'node-red-node-test-helper'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { PlantNode } from '../../nodes/shared/node-kit.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const site = { enterprise: 'Acme', site: 'Leeds', timeZone: 'UTC', lines: [{ id: 'L1' }] }
const meter = { id: 'm', source: 'm', line: 'L1', carrier: 'electricity', reading: 'counter', unit: 'KWH' }

/** Deploys a plant and gives it with what it warned of and what it refused. */
async function deployed(model: object): Promise<{ plant: PlantNode; warnings: string[] }> {
  await helper.load([carbonPlant], [{ id: 'plant', type: 'carbon-plant', model: JSON.stringify(model) }])
  const plant = helper.getNode('plant') as unknown as PlantNode & { warn: { args: string[][] } }
  return { plant, warnings: plant.warn.args.flat() }
}

describe('carbon-plant', () => {
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(() => helper.unload())

  it('warns of what is odd, and takes the model with its units as they are written here', async () => {
    const { plant, warnings } = await deployed({ ...site, gridZone: 'UK', meters: [meter], dayStart: '06:00' })
    assert.equal(plant.plant?.model.meters[0]!.unit, 'kWh')
    assert.deepEqual(warnings, [
      'plant model: dayStart: has no effect yet',
      'plant model: gridZone: is "UK"; the code of the United Kingdom is GB',
    ])
  })

  it('refuses a name that nobody reads, with the nearest known one', async () => {
    const { plant, warnings } = await deployed({ ...site, meters: [{ ...meter, ratedKw: 75 }] })
    assert.equal(plant.plant, undefined)
    const fault = 'meters[0].ratedKw: expected a known name (did you mean ratedKW?), got ratedKw'
    assert.equal(plant.fault, `plant model: ${fault}`)
    assert.deepEqual(warnings, [])
  })
})
