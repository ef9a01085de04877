/** The running job order as ISA-95 Job Control (OPC 10031-4) has it. */

import {
  DataType,
  type AddressSpace,
  type ExtensionObject,
  type UADataType,
  type UAObject,
  type UAVariable,
} from 'node-opcua'
import type { Signal } from './facts.ts'
import { NODE } from './reporting.ts'

const ISA95 = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/'

/** One variable of ISA95JobOrderDataType. */
export class JobOrder {
  readonly #space: AddressSpace
  readonly #variable: UAVariable
  #sku = ''

  constructor(space: AddressSpace, line: UAObject) {
    this.#space = space
    this.#variable = space.getOwnNamespace().addVariable({
      componentOf: line,
      browseName: 'JobOrder',
      nodeId: NODE.jobOrder,
      dataType: this.#type('ISA95JobOrderDataType').nodeId,
      minimumSamplingInterval: 0,
      value: { dataType: DataType.Null },
    })
  }

  /** A new order is told after its product. */
  take({ role, value, at }: Signal): void {
    if (role === 'sku') this.#sku = String(value)
    if (role !== 'order') return
    const product = { materialDefinitionID: this.#sku, materialUse: 'Produced' }
    const job = this.#make('ISA95JobOrderDataType', {
      jobOrderID: value,
      startTime: new Date(at),
      materialRequirements: [this.#make('ISA95MaterialDataType', product)],
    })
    this.#variable.setValueFromSource({ dataType: DataType.ExtensionObject, value: job }, undefined, new Date(at))
  }

  #type(name: string): UADataType {
    return this.#space.findDataType(name, this.#space.getNamespaceIndex(ISA95))!
  }

  #make(type: string, fields: Record<string, unknown>): ExtensionObject {
    return this.#space.constructExtensionObject(this.#type(type), fields)
  }
}
