import type { EditorRED } from 'node-red'
import { ESG_FORMATS, readFormats } from '../core/esg/esg-format.ts'

declare const RED: EditorRED

interface EsgProperties {
  name: string
  plant: string
  ledger: string
  formats: string[]
  path: string
  view: string
  schedule: string
  delayMinutes: string
  includeProvisional: boolean
  scopeNotes: string
}

const word = (key: string): string => RED._(`@mes-carbon/node-red/carbon-esg:carbon-esg.${key}`)

function checkFormats(formats: unknown = 'jsonl'): true | string {
  try {
    readFormats(formats)
    return true
  } catch {
    return word('error.formats')
  }
}

// A flow written by hand may leave a property out: the runtime has a default for it.
const checkPath = (path = ''): true | string => !path.split(/[\\/]/).includes('..') || word('error.climbs')
const checkDelay = (minutes = ''): true | string => Number(minutes) >= 0 || word('error.delay')

RED.nodes.registerType<EsgProperties>('carbon-esg', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-esg.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: true },
    // Two parameters, or the editor takes a reason for a yes; the published types know only true and false.
    formats: { value: ['jsonl', 'csv'], validate: (v: unknown, _opt?: unknown) => checkFormats(v) as boolean },
    path: { value: '', validate: (v: string, _opt?: unknown) => checkPath(v) as boolean },
    view: { value: 'order' },
    schedule: { value: 'off' },
    delayMinutes: { value: '15', validate: (v: string, _opt?: unknown) => checkDelay(v) as boolean },
    includeProvisional: { value: false },
    scopeNotes: { value: '' },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'ESG export',
  inputLabels: function () {
    return this._('carbon-esg.input.1')
  },
  outputLabels: function (i) {
    return this._(`carbon-esg.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'ESG export'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare: function () {
    const chosen = this.formats ?? ['jsonl']
    for (const format of ESG_FORMATS) $(`#carbon-esg-${format}`).prop('checked', chosen.includes(format))
    const show = (): void => void $('#carbon-esg-delay').toggle($('#node-input-schedule').val() !== 'off')
    $('#node-input-schedule').on('change', show)
    show()
  },
  oneditsave: function () {
    this.formats = ESG_FORMATS.filter((format) => $(`#carbon-esg-${format}`).prop('checked'))
  },
})
