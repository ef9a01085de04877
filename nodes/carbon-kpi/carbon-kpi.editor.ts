import type { EditorRED } from 'node-red'
import { OPCUA_DATATYPES, OPCUA_FIELDS, readOpcUaRows, type OpcUaRow } from '../core/kpi/kpi-publish.ts'
import { VIEWS, type View } from '../core/records.ts'

declare const RED: EditorRED

interface KpiProperties {
  name: string
  plant: string
  format: string
  topicPrefix: string
  views: View[]
  finalOnly: boolean
  opcuaNodes: OpcUaRow[]
}

const word = (key: string): string => RED._(`@mes-carbon/node-red/carbon-kpi:carbon-kpi.${key}`)

/** The published types of validators know texts, and true or false; the editor takes any value and a reason. */
const hasView = (views: unknown, _opt?: unknown): boolean =>
  ((Array.isArray(views) && views.length > 0) || word('error.views')) as boolean

const prefixIsPlain = (prefix: string | undefined, _opt?: unknown): boolean =>
  (!/[+#]/.test(prefix ?? '') || word('error.topicPrefix')) as boolean

/** What is wrong with a row is said as at deploy. */
function rowsAreRight(this: KpiProperties, rows: unknown, _opt?: unknown): boolean {
  if (this.format !== 'opcua') return true
  try {
    return (readOpcUaRows(rows ?? []).length > 0 || word('error.opcuaNodes')) as boolean
  } catch (error) {
    return (error as Error).message as unknown as boolean
  }
}

function chooser(name: keyof OpcUaRow, choices: readonly string[], chosen: string | undefined): JQuery {
  const select = $('<select>').attr({ 'data-field': name, 'aria-label': word(`row.${name}`) })
  for (const choice of choices)
    $('<option>')
      .val(choice)
      .text(choice || word('row.everyView'))
      .appendTo(select)
  return select.css({ width: '31%', marginRight: '2%' }).val(chosen || choices[0]!)
}

function writer(name: keyof OpcUaRow, value: string | undefined, width: string): JQuery {
  const input = $('<input type="text">').attr({ 'data-field': name, 'aria-label': word(`row.${name}`) })
  return input
    .attr('placeholder', word(`placeholder.${name}`))
    .css({ width, marginRight: '2%' })
    .val(value ?? '')
}

function showRow(container: JQuery, row: Partial<OpcUaRow>): void {
  const first = $('<div>').append(writer('nodeId', row.nodeId, '64%'), writer('line', row.line, '30%'))
  const second = $('<div>').css('margin-top', '4px')
  second.append(chooser('field', OPCUA_FIELDS, row.field), chooser('datatype', OPCUA_DATATYPES, row.datatype))
  second.append(chooser('view', ['', ...VIEWS], row.view))
  container.append(first, second)
}

function rowOf(item: JQuery): OpcUaRow {
  const entries = item
    .find('[data-field]')
    .toArray()
    .map((e) => [$(e).attr('data-field'), String($(e).val()).trim()])
  return Object.fromEntries(entries) as OpcUaRow
}

RED.nodes.registerType<KpiProperties>('carbon-kpi', {
  category: 'carbon',
  color: '#9CCFB8',
  icon: 'carbon-kpi.svg',
  defaults: {
    name: { value: '' },
    plant: { value: '', type: 'carbon-plant', required: true },
    format: { value: 'uns-json' },
    topicPrefix: { value: '', validate: prefixIsPlain },
    views: { value: ['window', 'shift'], validate: hasView },
    finalOnly: { value: false },
    opcuaNodes: { value: [], validate: rowsAreRight as never },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'MES KPI',
  outputLabels: function (i) {
    return this._(`carbon-kpi.output.${i + 1}`)
  },
  label: function () {
    return this.name || (this.format === 'opcua' ? 'MES KPI (OPC UA)' : 'MES KPI')
  },
  labelStyle: function () {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare: function () {
    const boxes = $('#carbon-kpi-views')
    for (const view of VIEWS) {
      const box = $('<input type="checkbox">').attr({ id: `carbon-kpi-view-${view}` })
      box.css({ width: 'auto', margin: '0 4px 0 0' }).prop('checked', (this.views ?? []).includes(view))
      $('<label>').css({ width: 'auto', marginRight: '12px' }).append(box, view).appendTo(boxes)
    }
    const rows = $('#carbon-kpi-nodes').editableList<Partial<OpcUaRow>>({
      addItem: (container, _index, row) => showRow(container, row),
      removable: true,
      sortable: true,
    })
    for (const row of this.opcuaNodes ?? []) rows.editableList('addItem', row)
    const show = (): void => {
      const isOpcUa = $('#node-input-format').val() === 'opcua'
      $('.carbon-kpi-uns').toggle(!isOpcUa)
      $('.carbon-kpi-opcua').toggle(isOpcUa)
    }
    $('#node-input-format').on('change', show)
    show()
  },
  oneditsave: function () {
    this.views = VIEWS.filter((view) => $(`#carbon-kpi-view-${view}`).prop('checked') === true)
    this.opcuaNodes = $('#carbon-kpi-nodes')
      .editableList('items')
      .toArray()
      .map((item) => rowOf($(item)))
  },
})
