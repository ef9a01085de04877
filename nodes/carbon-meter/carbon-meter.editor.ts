import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface MeterProperties {
  name: string
  plant: string
  ledger: string
  maxSkewSeconds: string
  horizonHours: string
}

const atLeast = (least: number) => (v: string, _opt?: unknown) =>
  (v === '' || Number(v) >= least || `expected a number of ${least} or more`) as boolean

RED.nodes.registerType<MeterProperties>('carbon-meter', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-meter.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    maxSkewSeconds: { value: '300', validate: atLeast(0) },
    horizonHours: { value: '48', validate: atLeast(1) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'energy meter',
  inputLabels: function () {
    return this._('carbon-meter.port.readings')
  },
  outputLabels: function (i) {
    return this._(i === 0 ? 'carbon-meter.port.energy' : 'carbon-meter.port.rejected')
  },
  label: function () {
    return this.name || 'energy meter'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
