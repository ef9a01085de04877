import type { EditorNodeInstance, EditorRED } from 'node-red'

declare const RED: EditorRED

interface FactorProperties {
  name: string
  plant: string
  ledger: string
  sources: string[]
  holdMinutes: string
  yearlyFallback: boolean
}

const SOURCE = 'carbon-factor-source'
/** What the editor's own selects call the entry that opens an empty dialog. */
const NEW = '_ADD_'
const word = (key: string): string => RED._(`@mes-carbon/node-red/carbon-factor:carbon-factor.${key}`)

let rows = 0

/** A select of all sources, with a pencil that opens the one chosen, or an empty one. */
function addRow(node: EditorNodeInstance, container: JQuery, chosen: string): void {
  // The editor fills the select `<prefix>-sources` again when its dialog closes.
  const prefix = `carbon-factor-source-${rows++}`
  const select = $('<select>', {
    id: `${prefix}-sources`,
    'aria-label': word('label.source'),
    style: 'width: calc(100% - 50px)',
  })
  RED.nodes.eachConfig((config) => {
    const { id, type } = config as { id: string; type: string }
    if (type === SOURCE) select.append($('<option>', { value: id, text: RED.utils.getNodeLabel(config as never, id) }))
    return true
  })
  select.append($('<option>', { value: NEW, text: word('label.newSource') })).val(chosen || NEW)
  const edit = $('<button>', { type: 'button', class: 'red-ui-button', 'aria-label': word('label.editSource') })
  edit.append($('<i>', { class: 'fa fa-pencil' })).css('margin-left', '6px')
  const open = RED.editor.editConfig as (name: string, type: string, id: string, prefix: string, node: object) => void
  edit.on('click', () => open('sources', SOURCE, String(select.val()), prefix, node))
  container.append(select, edit)
}

RED.nodes.registerType<FactorProperties>('carbon-factor', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-factor.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    ledger: { value: '', type: 'carbon-ledger', required: false },
    sources: { value: [], type: 'carbon-factor-source[]', required: false },
    holdMinutes: {
      value: '60',
      validate: (v: string | undefined, _opt?: unknown) => (Number(v ?? '') >= 0 || word('error.hold')) as boolean,
    },
    yearlyFallback: { value: true },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'emission factor',
  outputLabels: function (i) {
    return this._(`carbon-factor.output.${i + 1}`)
  },
  label: function () {
    return this.name || 'emission factor'
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare: function () {
    const list = $('#carbon-factor-chain')
    list.editableList({
      sortable: true,
      removable: true,
      height: 150,
      addItem: (container, _index, data) => addRow(this, container, (data as { id?: string }).id ?? ''),
    })
    const chosen = Array.isArray(this.sources) ? this.sources : []
    for (const id of chosen) list.editableList('addItem', { id })
  },
  oneditsave: function () {
    const selects = $('#carbon-factor-chain').find('select').get()
    this.sources = selects.map((select) => String($(select).val())).filter((id) => id !== NEW)
  },
})
