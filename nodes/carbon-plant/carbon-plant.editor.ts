import type { EditorRED } from 'node-red'
import { faultText, readPlant, warningText } from '../core/plant/plant-check.ts'

declare const RED: EditorRED

interface PlantProperties {
  name: string
  model: string
  file: string
}

/** Faults and warnings that the dialog has room for. */
const MOST_SHOWN = 5

/** The dialog's own look at the model: the same check as at deploy. */
function checkModel(this: PlantProperties, model: string): boolean | string {
  if (this.file) return true
  const read = readPlant(model)
  return 'faults' in read ? read.faults.map(faultText).join('\n') : true
}

function showVerdict(): void {
  const read = readPlant(String($('#node-config-input-model').val()))
  const verdict = $('#carbon-plant-verdict')
  if ('faults' in read) verdict.text(read.faults.slice(0, MOST_SHOWN).map(faultText).join('\n'))
  else {
    const { lines, meters, signals, shifts } = read.model
    const counts = { lines: lines.length, meters: meters.length, signals: signals.length, shifts: shifts.length }
    const summary = RED._('@mes-carbon/node-red/carbon-plant:carbon-plant.verdict', counts)
    verdict.text([summary, ...read.warnings.slice(0, MOST_SHOWN).map((w) => `⚠ ${warningText(w)}`)].join('\n'))
  }
  verdict.toggleClass('carbon-plant-faulty', 'faults' in read)
}

RED.nodes.registerType<PlantProperties>('carbon-plant', {
  category: 'config',
  defaults: {
    name: { value: '' },
    // The runtime accepts a reason here; the published types know only true and false.
    model: {
      value: '',
      validate: function (v: string, _opt?: unknown) {
        return checkModel.call(this as unknown as PlantProperties, v) as boolean
      },
    },
    file: { value: '' },
  },
  label: function () {
    return this.name || 'plant'
  },
  oneditprepare: function () {
    $('#node-config-input-model').on('input change', showVerdict)
    showVerdict()
  },
})
