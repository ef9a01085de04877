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

const word = (key: string, words: Record<string, string | number> = {}): string =>
  RED._(`@mes-carbon/node-red/carbon-anomaly:carbon-anomaly.${key}`, words)

/** The runtime has a default for what a flow written by hand leaves out. */
const between = (field: string, least: number, most: number) => (v: string | undefined, _opt?: unknown) =>
  (v === undefined ||
    v === '' ||
    (Number(v) >= least && Number(v) <= most) ||
    word('error.between', { field: word(`label.${field}`), least, most })) as boolean

RED.nodes.registerType<AnomalyProperties>('carbon-anomaly', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-anomaly.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    minWindows: { value: '8', validate: between('minWindows', 4, 100) },
    materialityPct: { value: '5', validate: between('materiality', 0, 100) },
    clearPct: { value: '3', validate: between('clear', 0, 100) },
    adviseMix: { value: false },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'carbon anomaly',
  outputLabels: function (i) {
    return this._(`carbon-anomaly.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'carbon anomaly'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
})
