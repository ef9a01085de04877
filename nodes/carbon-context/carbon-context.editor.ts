import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface ContextProperties {
  name: string
  plant: string
  ledger: string
  latenessSeconds: string
  horizonHours: string
}

const word = (key: string, words: Record<string, string | number> = {}): string =>
  RED._(`@mes-carbon/node-red/carbon-context:carbon-context.${key}`, words)

/** The runtime has a default for what a flow written by hand leaves out. */
const atLeast = (field: string, least: number) => (v: string | undefined, _opt?: unknown) =>
  (v === undefined ||
    v === '' ||
    Number(v) >= least ||
    word('error.atLeast', { field: word(`label.${field}`), least })) as boolean

RED.nodes.registerType<ContextProperties>('carbon-context', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-context.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    latenessSeconds: { value: '60', validate: atLeast('lateness', 0) },
    horizonHours: { value: '48', validate: atLeast('horizon', 1) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'production context',
  outputLabels: function (i) {
    return this._(`carbon-context.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'production context'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
