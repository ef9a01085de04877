/** Reads a plant model: refuses a wrong one with the path of the field, what was expected and what was got. */

import { checkShifts } from './calendar-check.ts'
import { checkEffects } from './effect-check.ts'
import { Findings, idsOf, isObject, objectsOf, show, type Fault, type Json, type Warning } from './findings.ts'
import { checkMeters } from './meter-check.ts'
import { PLANT, type PlantModel } from './plant.ts'
import { checkReference, checkUnique } from './references.ts'
import { checkSources } from './source-check.ts'

export { faultText, warningText, type Fault, type Warning } from './findings.ts'

/**
 * Reads a plant model from JSON text or an object.
 * Gives the model with its lists filled in and its units and carriers as they are written here, and what is odd in it;
 * or every fault that was found.
 */
export function readPlant(source: unknown): { model: PlantModel; warnings: Warning[] } | { faults: Fault[] } {
  const raw = typeof source === 'string' ? parse(source) : source
  if (!isObject(raw))
    return { faults: [{ path: 'model', expected: 'a JSON object', got: typeof raw === 'string' ? raw : show(raw) }] }
  const found = new Findings()
  const model = PLANT.read(raw, '', found) as Json
  checkMeters(found, model)
  checkLines(found, model)
  checkSources(found, model)
  checkEffects(found, model)
  checkShifts(found, model)
  if (model['gridZone'] === 'UK') found.warn('gridZone', 'is "UK"; the code of the United Kingdom is GB')
  if (found.faults.length > 0) return { faults: found.faults }
  return { model: model as unknown as PlantModel, warnings: found.warnings }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    return `text that is not JSON (${(error as Error).message})`
  }
}

/** What names a line must name one that there is; ids are used once. */
function checkLines(found: Findings, model: Json): void {
  const lineIds = idsOf(model, 'lines')
  checkUnique(found, lineIds, 'lines')
  objectsOf(model, 'lines').forEach((line, i) => checkUnique(found, idsOf(line, 'machines'), `lines[${i}].machines`))
  for (const key of ['signals', 'budgets', 'limits'])
    objectsOf(model, key).forEach((item, i) => checkReference(found, item, `${key}[${i}].line`, lineIds))
  for (const key of ['meters', 'signals'])
    objectsOf(model, key).forEach((item, i) => checkMachine(found, model, item, `${key}[${i}].machine`))
  const skus = idsOf(model, 'products', 'sku')
  checkUnique(found, skus, 'products')
  objectsOf(model, 'limits').forEach(({ sku }, i) => {
    if (sku !== undefined && !skus.includes(sku))
      found.warn(`limits[${i}].sku`, `is none of the products: ${show(sku)}`)
  })
}

/** A machine that its line does not list is mostly a slip of the pen; a line that lists none leaves them open. */
function checkMachine(found: Findings, model: Json, { line, machine }: Json, path: string): void {
  const machines = idsOf(objectsOf(model, 'lines').find(({ id }) => id === line) ?? {}, 'machines')
  if (machine !== undefined && machines.length > 0 && !machines.includes(machine))
    found.warn(path, `${show(machine)} is none of the machines of ${String(line)}`)
}
