/** The variables of the plant's OPC UA server, and how a fact gets into them. */

import {
  DataType,
  StatusCodes,
  VariantArrayType,
  coerceUInt64,
  type AddressSpace,
  type UAObject,
  type UAVariable,
} from 'node-opcua'
import type { PlantFact } from './facts.ts'
import { lowPressureAlarm } from './opcua-alarm.ts'
import { JobOrder } from './opcua-job.ts'
import { PackML } from './opcua-packml.ts'
import { METER_REPORTS, NODE } from './reporting.ts'

type Scalar = 'String' | 'Int32' | 'UInt32' | 'UInt64' | 'Double' | 'Boolean'

/** Node ids are `ns=1;s=L1.Name` or `ns=1;s=L1.Machine.Name`. */
const TYPES: Readonly<Record<string, Scalar>> = {
  ...Object.fromEntries(
    METER_REPORTS.filter((m) => m.source.startsWith('ns=1;')).map((m) => [
      m.source,
      m.unit === 'Wh' ? 'UInt64' : 'Double',
    ]),
  ),
  [NODE.order]: 'String',
  [NODE.sku]: 'String',
  [NODE.recipe]: 'String',
  [NODE.state]: 'Int32',
  [NODE.good]: 'UInt32',
  [NODE.speed]: 'Double',
  [NODE.pressure]: 'Double',
  [NODE.pressureLow]: 'Double',
  [NODE.loaded]: 'Boolean',
  [NODE.loadStarts]: 'UInt32',
}

const STATUS = {
  Good: StatusCodes.Good,
  Uncertain: StatusCodes.UncertainLastUsableValue,
  Bad: StatusCodes.BadCommunicationError,
}

export class PlantSpace {
  readonly #space: AddressSpace
  readonly #line: UAObject
  readonly #machines = new Map<string, UAObject>()
  readonly #variables = new Map<string, UAVariable>()
  readonly #job: JobOrder
  readonly #packML: PackML

  constructor(space: AddressSpace) {
    this.#space = space
    const objects = space.rootFolder.objects
    const where = { organizedBy: objects, notifierOf: objects.server }
    this.#line = space.getOwnNamespace().addObject({ browseName: 'L1', nodeId: 's=L1', ...where })
    for (const [nodeId, type] of Object.entries(TYPES)) this.#variables.set(nodeId, this.#addVariable(nodeId, type))
    const pressure = this.#variables.get(NODE.pressureLow)!
    lowPressureAlarm(space.getOwnNamespace(), this.#machine('Comp3'), pressure)
    this.#job = new JobOrder(space, this.#line)
    this.#packML = new PackML(space, this.#line)
  }

  /** Writes a fact with its status and source time; false where it is not one of this server. */
  apply(fact: PlantFact): boolean {
    if (fact.kind === 'signal') {
      this.#job.take(fact)
      this.#packML.take(fact)
    }
    const variable = this.#variables.get(fact.source)
    if (!variable || fact.kind === 'factor') return false
    const status = fact.kind === 'reading' ? STATUS[fact.status] : StatusCodes.Good
    variable.setValueFromSource(variantOf(TYPES[fact.source]!, fact.value), status, new Date(fact.at))
    return true
  }

  #addVariable(nodeId: string, dataType: Scalar): UAVariable {
    const [, ...names] = nodeId.split('.') as [string, ...string[]]
    const componentOf = names.length > 1 ? this.#machine(names[0]!) : this.#line
    const value = { dataType: DataType.Null }
    // 0: changes are delivered as they come, not sampled, to clients that ask for an interval of 0.
    const options = { minimumSamplingInterval: 0, dataType, value }
    return this.#space.getOwnNamespace().addVariable({ componentOf, browseName: names.at(-1)!, nodeId, ...options })
  }

  #machine(name: string): UAObject {
    let machine = this.#machines.get(name)
    if (!machine) {
      const where = { componentOf: this.#line, eventSourceOf: this.#line }
      machine = this.#space.getOwnNamespace().addObject({ browseName: name, nodeId: `s=L1.${name}`, ...where })
      this.#machines.set(name, machine)
    }
    return machine
  }
}

function variantOf(dataType: Scalar, value: number | string | boolean | null) {
  if (value === null) return { dataType: DataType.Null }
  if (dataType !== 'UInt64') return { dataType: DataType[dataType], value }
  // Without the array type a UInt64's two words are taken for an array.
  return { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: coerceUInt64(value as number) }
}
