import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface ContextProperties {
  name: string
  plant: string
  ledger: string
  latenessSeconds: string
  horizonHours: string
}

const atLeast = (least: number) => (v: string, _opt?: unknown) =>
  (v === '' || Number(v) >= least || `expected a number of ${least} or more`) as boolean

RED.nodes.registerType<ContextProperties>('carbon-context', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-context.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    latenessSeconds: { value: '60', validate: atLeast(0) },
    horizonHours: { value: '48', validate: atLeast(1) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'production context',
  outputLabels: ['energy, production, corrections', 'rejected signals'],
  label: function () {
    return this.name || 'production context'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
