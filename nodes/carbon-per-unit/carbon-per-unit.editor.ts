import type { EditorRED } from 'node-red'
import { VIEWS, type View } from '../core/records.ts'

declare const RED: EditorRED

interface PerUnitProperties {
  name: string
  plant: string
  ledger: string
  windowSeconds: string
  views: View[]
  emitSeconds: string
  minCoverage: string
  horizonHours: string
  constantFactor: string
}

const word = (key: string, words: Record<string, string | number> = {}): string =>
  RED._(`@mes-carbon/node-red/carbon-per-unit:carbon-per-unit.${key}`, words)

/** The runtime has a default for what a flow written by hand leaves out. */
const between = (field: string, least: number, most: number) => (v: string | undefined, _opt?: unknown) =>
  (v === undefined ||
    v === '' ||
    (Number(v) >= least && Number(v) <= most) ||
    word('error.between', { field: word(`label.${field}`), least, most })) as boolean

/** The published types of validators know texts, and true or false; the editor takes any value and a reason. */
const hasView = (views: unknown, _opt?: unknown): boolean =>
  ((Array.isArray(views) && views.length > 0) || word('error.views')) as boolean

RED.nodes.registerType<PerUnitProperties>('carbon-per-unit', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-per-unit.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    windowSeconds: { value: '300', validate: between('window', 1, 86400) },
    views: { value: ['window', 'shift', 'order', 'sku-shift', 'day'], validate: hasView },
    emitSeconds: { value: '10', validate: between('emit', 0, 86400) },
    minCoverage: { value: '0.95', validate: between('coverage', 0, 1) },
    horizonHours: { value: '48', validate: between('horizon', 1, 8760) },
    constantFactor: { value: '', validate: between('constant', 0, 5) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'CO₂e per unit',
  outputLabels: function (i) {
    return this._(`carbon-per-unit.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'CO₂e per unit'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare: function () {
    const row = $('#carbon-per-unit-views')
    for (const view of VIEWS) {
      const box = $('<input type="checkbox">').attr({ id: `carbon-per-unit-view-${view}`, value: view })
      box.css({ width: 'auto', margin: '0 4px 0 0' }).prop('checked', (this.views ?? []).includes(view))
      $('<label>').css({ width: 'auto', marginRight: '12px' }).append(box, view).appendTo(row)
    }
  },
  oneditsave: function () {
    this.views = VIEWS.filter((view) => $(`#carbon-per-unit-view-${view}`).prop('checked') === true)
  },
})
