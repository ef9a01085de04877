import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface AnomalyProperties {
  name: string
  plant: string
  ledger: string
  minWindows: string
  materialityPct: string
  clearPct: string
  adviseMix: boolean
}

const between = (least: number, most: number) => (v: string, _opt?: unknown) =>
  (v === '' || (Number(v) >= least && Number(v) <= most) || `expected a number from ${least} to ${most}`) as boolean

RED.nodes.registerType<AnomalyProperties>('carbon-anomaly', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-anomaly.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    minWindows: { value: '8', validate: between(4, 100) },
    materialityPct: { value: '5', validate: between(0, 100) },
    clearPct: { value: '3', validate: between(0, 100) },
    adviseMix: { value: false },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'carbon anomaly',
  outputLabels: function (index) {
    return this._(`carbon-anomaly.output.${index + 1}`)
  },
  label: function () {
    return this.name || 'carbon anomaly'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
