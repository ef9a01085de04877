/** The line as a PackML object (OPC 30050), its counts beside the plain variables of the line. */

import { DataType, VariantArrayType, type AddressSpace, type UAObject, type UAVariable } from 'node-opcua'
import type { Signal } from './facts.ts'

const PACKML = 'http://opcfoundation.org/UA/PackML/'

/** `Admin.ProdProcessedCount` and `Admin.ProdDefectiveCount`: AccCount over all orders. */
export class PackML {
  readonly #space: AddressSpace
  readonly #processed: UAVariable
  readonly #defective: UAVariable
  #good = 0
  #scrap = 0

  constructor(space: AddressSpace, line: UAObject) {
    this.#space = space
    const index = space.getNamespaceIndex(PACKML)
    const object = space.findObjectType('PackMLBaseObjectType', index)!.instantiate({
      browseName: 'PackML',
      nodeId: 's=L1.PackML',
      componentOf: line,
      optionals: ['Admin.ProdProcessedCount', 'Admin.ProdDefectiveCount'],
    })
    const admin = object.getComponentByName('Admin', index)!
    this.#processed = admin.getComponentByName('ProdProcessedCount', index) as UAVariable
    this.#defective = admin.getComponentByName('ProdDefectiveCount', index) as UAVariable
  }

  take({ role, value, at }: Signal): void {
    if (role !== 'good' && role !== 'scrap') return
    if (role === 'good') this.#good = value as number
    else this.#scrap = value as number
    this.#set(this.#processed, this.#good + this.#scrap, at)
    if (role === 'scrap') this.#set(this.#defective, this.#scrap, at)
  }

  #set(variable: UAVariable, accCount: number, at: number): void {
    const type = this.#space.findDataType('PackMLCountDataType', this.#space.getNamespaceIndex(PACKML))!
    const count = this.#space.constructExtensionObject(type, { ID: 1, name: 'crate', count: accCount, accCount })
    variable.setValueFromSource(
      { dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: [count] },
      undefined,
      new Date(at),
    )
  }
}
