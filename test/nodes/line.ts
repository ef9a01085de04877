/** The line on the bench: meter → factor → context → per-unit, as a user wires it. */

import { createRequire } from 'node:module'
import type { NodeInitializer } from 'node-red'
import helper from 'node-red-node-test-helper'
import carbonContext from '../../nodes/carbon-context/carbon-context.ts'
import carbonFactorSource from '../../nodes/carbon-factor-source/carbon-factor-source.ts'
import carbonFactor from '../../nodes/carbon-factor/carbon-factor.ts'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonMeter from '../../nodes/carbon-meter/carbon-meter.ts'
import carbonPerUnit from '../../nodes/carbon-per-unit/carbon-per-unit.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import type { Carbon } from '../../nodes/core/records.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const onTab = { z: 'tab', x: 0, y: 0 }

export interface LineOptions {
  model: object
  /** Path of a SQLite ledger; none = nothing is kept. */
  ledger?: string
  perUnit?: object
  /** How long the stations hold facts in memory; default: their own. */
  horizonHours?: number
  /** Nodes behind the calculator. */
  then?: { types: NodeInitializer[]; nodes: { id: string; type: string; [property: string]: unknown }[] }
}

export interface Line {
  records: Carbon[]
  /** What the stations refused, by Catch. */
  faults: Error[]
  /** Why the meter, and the context, refused what came. */
  rejected: string[]
  refused: string[]
  send(message: object): void
  ask(query: object): Promise<Record<string, unknown>>
}

/** Deploys the line; messages go in at the meter, records and answers come out behind the calculator. */
export async function deployLine({ model, ledger, perUnit, horizonHours, then }: LineOptions): Promise<Line> {
  const common = {
    plant: 'plant',
    ...(ledger && { ledger: 'ledger' }),
    ...(horizonHours && { horizonHours }),
    ...onTab,
  }
  const types = [carbonPlant, carbonLedger, carbonFactorSource, carbonMeter, carbonFactor, carbonContext, carbonPerUnit]
  const behind = then?.nodes ?? []
  await helper.load(
    [...types, ...(then?.types ?? [])],
    [
      { id: 'tab', type: 'tab' },
      { id: 'plant', type: 'carbon-plant', model: JSON.stringify(model) },
      ...(ledger ? [{ id: 'ledger', type: 'carbon-ledger', store: 'sqlite', path: ledger }] : []),
      { id: 'slots', type: 'carbon-factor-source', provider: 'message', zone: '', boundary: 'direct' },
      { id: 'meter', type: 'carbon-meter', ...common, wires: [['factor'], ['rejected']] },
      {
        id: 'factor',
        type: 'carbon-factor',
        ...common,
        sources: ['slots'],
        yearlyFallback: false,
        holdMinutes: 0,
        wires: [['context'], []],
      },
      { id: 'context', type: 'carbon-context', ...common, wires: [['per-unit'], ['refused']] },
      {
        id: 'per-unit',
        type: 'carbon-per-unit',
        ...common,
        emitSeconds: 0,
        ...perUnit,
        wires: [['records', ...behind.map((node) => node.id)], ['answers']],
      },
      ...behind,
      { id: 'rejected', type: 'helper', ...onTab },
      { id: 'refused', type: 'helper', ...onTab },
      { id: 'records', type: 'helper', ...onTab },
      { id: 'answers', type: 'helper', ...onTab },
    ],
  )
  const line: Line = {
    records: [],
    faults: [],
    rejected: [],
    refused: [],
    send: (message) => helper.getNode('meter').receive(message),
    ask: (query) =>
      new Promise((resolve) => {
        const number = ++asked
        const listener = ({ payload, number: of }: { payload: Record<string, unknown>; number: number }): void => {
          if (of === number) resolve(payload)
        }
        helper.getNode('answers').on('input', listener)
        line.send({ number, payload: { type: 'query', ...query } })
      }),
  }
  helper
    .getNode('rejected')
    .on('input', ({ payload }: { payload: { reason: string } }) => void line.rejected.push(payload.reason))
  helper
    .getNode('refused')
    .on('input', ({ payload }: { payload: { reason: string } }) => void line.refused.push(payload.reason))
  helper.getNode('records').on('input', ({ payload }: { payload: Carbon }) => void line.records.push(payload))
  for (const id of ['meter', 'factor', 'context', 'per-unit']) {
    helper.getNode(id).on('call:error', ({ args }: { args: [Error] }) => void line.faults.push(args[0]))
  }
  return line
}

let asked = 0
