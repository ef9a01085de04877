import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface MeterProperties {
  name: string
  plant: string
  ledger: string
  maxSkewSeconds: string
  horizonHours: string
  takeEnergy: boolean
}

const word = (key: string, words: Record<string, string | number> = {}): string =>
  RED._(`@mes-carbon/node-red/carbon-meter:carbon-meter.${key}`, words)

/** The runtime has a default for what a flow written by hand leaves out. */
const atLeast = (field: string, least: number) => (v: string | undefined, _opt?: unknown) =>
  (v === undefined ||
    v === '' ||
    Number(v) >= least ||
    word('error.atLeast', { field: word(`label.${field}`), least })) as boolean

RED.nodes.registerType<MeterProperties>('carbon-meter', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-meter.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    maxSkewSeconds: { value: '300', validate: atLeast('maxSkew', 0) },
    horizonHours: { value: '48', validate: atLeast('horizon', 1) },
    takeEnergy: { value: false },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'energy meter',
  inputLabels: function () {
    return this._('carbon-meter.input.1')
  },
  outputLabels: function (i) {
    return this._(`carbon-meter.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'energy meter'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
